import { Text } from '@mantine/core';
import { auditWords as words } from '../words/audit';

/** What can be said of the log's truth. Without checkpoints and proofs that is nothing, and the page says so. */
export function Verification(_: { log: string; head: number }) {
  return (
    <Text size="sm" c="dimmed" mt="xs">
      {words.proofsAbsent}
    </Text>
  );
}
