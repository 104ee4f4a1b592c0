import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Connector, ConnectorStats } from '../api/shapes';
import { Empty } from '../pieces/notice';
import { Status } from '../pieces/status';
import { Actor } from '../pieces/actor';
import { When } from '../pieces/when';
import { homeWords as words } from '../words/home';
import { reasonWords } from '../words/reasons';
import { needsSomebody } from './figures';

/** Connectors that fail, are paused or are disabled, with why. */
export function FailingConnectors({ connectors, stats }: { connectors: Connector[]; stats: ConnectorStats[] }) {
  const statsOf = new Map(stats.map((one) => [one.connectorId, one]));
  const shown = connectors.filter(({ id, status }) => {
    const one = statsOf.get(id);
    return status !== 'healthy' || (one !== undefined && needsSomebody(one));
  });
  return (
    <section aria-labelledby="failing">
      <Title order={2} size="h4" mb="sm" id="failing">
        {words.failing}
      </Title>
      {connectors.length === 0 ? (
        <Empty
          title={words.start}
          action={
            <Anchor component={Link} to="/connectors/new">
              {words.startConnector}
            </Anchor>
          }
        >
          {words.startLead}
        </Empty>
      ) : shown.length === 0 ? (
        <Text c="dimmed">{words.failingNone}</Text>
      ) : (
        <Stack gap="xs">
          {shown.map((connector) => (
            <Failing key={connector.id} connector={connector} stats={statsOf.get(connector.id)} />
          ))}
        </Stack>
      )}
    </section>
  );
}

function Failing({ connector, stats }: { connector: Connector; stats: ConnectorStats | undefined }) {
  const { id, name, status } = connector;
  const failing = stats?.failing ?? null;
  const pausedUntil = stats?.pausedUntil ?? null;
  return (
    <Group justify="space-between" align="flex-start" wrap="nowrap">
      <div>
        <Anchor component={Link} to="/connectors/$id" params={{ id } as never}>
          {name}
        </Anchor>
        <Text size="xs" c="dimmed" component="div">
          {failing !== null && (
            <>
              {words.failingSince} <When at={failing.since} />{' '}
              {failing.because !== null && `· ${reasonWords(failing.because)}`}
            </>
          )}
          {failing === null && pausedUntil !== null && (
            <>
              {words.pausedUntil} <When at={pausedUntil} />
            </>
          )}
        </Text>
      </div>
      <Status of={status} />
    </Group>
  );
}

export interface Change {
  readonly kind: 'connector' | 'subscription';
  readonly id: string;
  readonly name: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
}

/** The newest changes of what decides where notifications go; the chart marks them too. */
export function Changes({ changes }: { changes: readonly Change[] }) {
  return (
    <section aria-labelledby="changes">
      <Title order={2} size="h4" mb="sm" id="changes">
        {words.changes}
      </Title>
      {changes.length === 0 ? (
        <Text c="dimmed">{words.changesNone}</Text>
      ) : (
        <Stack gap="xs">
          {changes.map(({ kind, id, name, updatedAt, updatedBy }) => (
            <div key={id}>
              <Anchor
                component={Link}
                to={`/${kind}s/$id`}
                params={{ id } as never}
                search={kind === 'connector' ? ({ tab: 'history' } as never) : undefined}
              >
                {words.changed(words.kinds[kind], name)}
              </Anchor>
              <Text size="xs" c="dimmed" component="div">
                <When at={updatedAt} /> {words.changedBy} <Actor of={updatedBy} />
              </Text>
            </div>
          ))}
        </Stack>
      )}
    </section>
  );
}
