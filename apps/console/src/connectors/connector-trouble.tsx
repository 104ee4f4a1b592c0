import { Alert, Anchor, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Connector } from '../api/shapes';
import { Icon } from '../pieces/icons';
import { When } from '../pieces/when';
import { connectorWords as words, testWords } from '../words/connectors';
import { reasonNext, reasonWords } from '../words/reasons';
import { troubleOf } from './trouble';

/** Above every tab of a connector that does not do well: since when, why, in whose words, and what to do. */
export function ConnectorTrouble({ connector }: { connector: Connector }) {
  const trouble = troubleOf(connector);
  if (trouble === null) return null;
  const { kind, at, reason, said, deliveryId } = trouble;
  const next = reasonNext(reason);
  const isPaused = kind === 'paused';
  return (
    <Alert
      variant="light"
      color={isPaused ? 'yellow' : 'red'}
      role="status"
      mb="md"
      icon={<Icon name={isPaused ? 'pause' : 'warning'} size={18} />}
      title={
        <>
          {words.trouble[kind]} <When at={at} />
        </>
      }
    >
      <Stack gap={4} align="flex-start">
        <Text size="sm">{reasonWords(reason)}</Text>
        {said !== null && <Text size="sm">{said}</Text>}
        {next !== null && (
          <Text size="sm">
            <strong>{testWords.next}:</strong> {next}
          </Text>
        )}
        {deliveryId !== null && (
          <Anchor component={Link} to="/deliveries/$id" params={{ id: deliveryId } as never} size="sm" c="inherit">
            {words.troubleDelivery}
          </Anchor>
        )}
      </Stack>
    </Alert>
  );
}
