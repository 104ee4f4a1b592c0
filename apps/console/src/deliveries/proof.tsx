import { Button, Stack, Text } from '@mantine/core';
import { VerdictNotice, useVerification } from '../audit/verification';
import { Icon } from '../pieces/icons';
import { ProblemNotice } from '../pieces/notice';
import { auditWords as words } from '../words/audit';

/** Proves, in this browser, that what is shown of a notification's deliveries is in the tree that the notary signed. */
export function ProofBadge({ notificationId }: { notificationId: string }) {
  const { check, vkey } = useVerification('delivery-0', `notificationId=${notificationId}`);
  return (
    <Stack gap="xs" align="flex-start" my="md">
      <Button
        variant="default"
        size="xs"
        onClick={() => check.mutate()}
        loading={check.isPending}
        leftSection={<Icon name="audit" />}
      >
        {words.prove}
      </Button>
      {vkey === '' && (
        <Text size="xs" c="dimmed">
          {words.vkeyAbsent}
        </Text>
      )}
      {check.isError && <ProblemNotice error={check.error} />}
      {check.data !== undefined && <VerdictNotice verified={check.data} />}
    </Stack>
  );
}
