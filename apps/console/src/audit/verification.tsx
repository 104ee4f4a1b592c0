import { Alert, Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { problemIn } from '../api/client';
import { Icon } from '../pieces/icons';
import { ProblemNotice } from '../pieces/notice';
import type { Seen, Verdict } from '../verify/verify-export';
import { auditWords as words } from '../words/audit';

/** A browser checks this many in seconds; a longer log is checked from here on, the whole by the offline verifier. */
const eventsMax = 5_000;

/** What was found, when, and with which key: what the badge says. */
export interface Verified {
  readonly verdict: Verdict;
  readonly at: string;
  /** Name and id of the key; the bytes are too long to say. */
  readonly key: string;
}

/** Fetches an export without payloads and checks it here: nothing that this server says of itself is believed. */
export function useVerification(log: string, query: string) {
  const [vkey, setVkey] = useLocalStorage({ key: 'waybill-notary-vkey', defaultValue: '' });
  const [done, setDone] = useState(0);
  const check = useMutation({
    mutationFn: async (): Promise<Verified> => {
      setDone(0);
      const seen = readSeen(log, vkey);
      const previous = seen === null ? '' : `&previous=${seen.size}`;
      const [response, { verifyExport }] = await Promise.all([
        fetch(`/v1/log/${log}/export?payloads=none&${query}${previous}`, { credentials: 'same-origin' }),
        import('../verify/verify-export'),
      ]);
      if (!response.ok) throw await problemIn(response);
      const verdict = await verifyExport(new Uint8Array(await response.arrayBuffer()), log, vkey, seen, setDone);
      if (verdict.firstBad === null && verdict.signed === true)
        keepSeen(log, vkey, { size: verdict.size, root: verdict.root });
      return { verdict, at: new Date().toISOString(), key: vkey.trim().split('+', 2).join('+') };
    },
  });
  return { vkey, setVkey, check, done };
}

/** By key as well: a checkpoint of one notary says nothing about the log of another. */
const seenKey = (log: string, vkey: string): string => `waybill-seen ${log} ${vkey.trim()}`;

function readSeen(log: string, vkey: string): Seen | null {
  const text = vkey.trim() === '' ? null : localStorage.getItem(seenKey(log, vkey));
  return text === null ? null : (JSON.parse(text) as Seen);
}

function keepSeen(log: string, vkey: string, seen: Seen): void {
  localStorage.setItem(seenKey(log, vkey), JSON.stringify(seen));
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
          <span className="hidden">{words.checkpointTab}</span>
        </Anchor>
      </Group>
      {check.isPending && <Text size="sm">{words.verifying(done)}</Text>}
      {check.isError && <ProblemNotice error={check.error} />}
      {check.data !== undefined && <VerdictNotice verified={check.data} />}
    </Stack>
  );
}

/** What the check has found: a mismatch is red and names the first bad position. */
export function VerdictNotice({ verified: { verdict, at, key } }: { verified: Verified }) {
  const { firstBad, size, signed, events, from, grewFrom } = verdict;
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
      title={signed === null ? words.verifiedUnsigned(size) : words.verifiedThrough(size, at, key)}
    >
      <Text size="sm">
        {words.checked(events, from)} {signed === null ? words.notSigned : words.signed}
      </Text>
      {signed !== null && <Text size="sm">{grewFrom === null ? words.firstSeen : words.grewFrom(grewFrom)}</Text>}
    </Alert>
  );
}
