import { Alert, Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { problemIn } from '../api/client';
import { Icon } from '../pieces/icons';
import { ProblemNotice } from '../pieces/notice';
import type { Verdict } from '../verify/verify-export';
import { auditWords as words } from '../words/audit';

/** A browser checks this many in seconds; a longer log is checked from here on, the whole by the offline verifier. */
const eventsMax = 5_000;

/** Fetches an export without payloads and checks it here: nothing that this server says of itself is believed. */
export function useVerification(log: string, query: string) {
  const [vkey, setVkey] = useLocalStorage({ key: 'waybill-notary-vkey', defaultValue: '' });
  const [done, setDone] = useState(0);
  const check = useMutation({
    mutationFn: async () => {
      setDone(0);
      const [response, { verifyExport }] = await Promise.all([
        fetch(`/v1/log/${log}/export?payloads=none&${query}`, { credentials: 'same-origin' }),
        import('../verify/verify-export'),
      ]);
      if (!response.ok) throw await problemIn(response);
      return verifyExport(new Uint8Array(await response.arrayBuffer()), log, vkey, setDone);
    },
  });
  return { vkey, setVkey, check, done };
}

/** Verify now, by what was signed. */
export function Verification({ log, head }: { log: string; head: number }) {
  const { vkey, setVkey, check, done } = useVerification(log, `from=${Math.max(1, head - eventsMax + 1)}`);
  return (
    <Stack gap="xs" mt="sm">
      <Group align="flex-end">
        <TextInput
          label={words.vkey}
          description={words.vkeyHelp}
          value={vkey}
          onChange={(event) => setVkey(event.currentTarget.value)}
          w={460}
          maw="100%"
          spellCheck={false}
        />
        <Button
          variant="default"
          onClick={() => check.mutate()}
          loading={check.isPending}
          leftSection={<Icon name="audit" />}
        >
          {words.verify}
        </Button>
        <Anchor href={`/v1/log/${log}/export`} size="sm" title={words.exportLead} mb={8}>
          {words.export}
        </Anchor>
        <Anchor href={`/v1/log/${log}/checkpoint`} size="sm" title={words.checkpointLead} mb={8} target="_blank">
          {words.checkpoint}
        </Anchor>
      </Group>
      {check.isPending && <Text size="sm">{words.verifying(done)}</Text>}
      {check.isError && <ProblemNotice error={check.error} />}
      {check.data !== undefined && <VerdictNotice verdict={check.data} />}
    </Stack>
  );
}

/** What the check has found: a mismatch is red and names the first bad position. */
export function VerdictNotice({ verdict }: { verdict: Verdict }) {
  const { firstBad, size, signed, events, from } = verdict;
  if (firstBad !== null)
    return (
      <Alert color="red" variant="light" role="alert" icon={<Icon name="warning" />} title={words.verifyFailed}>
        {firstBad.position === null ? '' : `${words.firstBad(firstBad.position)} `}
        {firstBad.reason}
      </Alert>
    );
  return (
    <Alert
      color={signed === null ? 'yellow' : 'green'}
      variant="light"
      role="status"
      icon={<Icon name={signed === null ? 'question' : 'check'} />}
      title={words.verified(events, from, size)}
    >
      {signed === null ? words.notSigned : words.signed}
    </Alert>
  );
}
