import { Alert, Button, Grid, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import { ProblemError } from '../api/problem';
import { connectorsQuery, namesOf } from '../api/queries';
import type { Delivery } from '../api/shapes';
import { usePageState } from '../app/search';
import { diffOf } from '../audit/diff';
import { Diff } from '../audit/event-list';
import { sentenceOf } from '../deliveries/sentence';
import { CodeBlock } from '../pieces/code-block';
import { Loading, ProblemNotice } from '../pieces/notice';
import { Status } from '../pieces/status';
import { pastWords as words } from '../words/past';
import { kindOf } from './moment';

/** One thing at the moment, and what is different from another moment or from now. */
export function Thing({ id, at }: { id: string; at: string | undefined }) {
  const [state, change] = usePageState();
  const then = useThen(id, at);
  const other = useThen(id, state['with']);
  const isPast = at !== undefined;
  return (
    <Stack gap="sm" component="section" aria-labelledby="thing">
      <Title order={2} size="h4" id="thing" style={{ overflowWrap: 'anywhere' }}>
        {words.thing(id)}
      </Title>
      <Group>
        {isPast && (
          <Button variant="default" size="xs" onClick={() => change({ with: at })}>
            {words.keep}
          </Button>
        )}
        {state['with'] !== undefined && (
          <Button variant="default" size="xs" onClick={() => change({ with: undefined })}>
            {words.untilNow}
          </Button>
        )}
        {then.data !== undefined && then.data !== null && (
          <Button
            component="a"
            variant="default"
            size="xs"
            download={`${id}-${at ?? 'now'}.json`}
            href={`data:application/json;charset=utf-8,${encodeURIComponent(JSON.stringify({ at: at ?? null, seen: then.data }, null, 2))}`}
          >
            {words.export}
          </Button>
        )}
      </Group>
      <Seen id={id} then={then} />
      {then.data !== undefined && other.data !== undefined && (isPast || state['with'] !== undefined) && (
        <div>
          <Text fw={600} size="sm" mb={4}>
            {state['with'] === undefined ? words.comparedNow : words.compared(state['with'])}
          </Text>
          <Diff lines={diffOf(other.data, then.data)} />
        </div>
      )}
    </Stack>
  );
}

function Seen({ id, then }: { id: string; then: ReturnType<typeof useThen> }) {
  if (then.isError) return <ProblemNotice error={then.error} />;
  if (then.data === undefined) return <Loading />;
  if (then.data === null) return <Alert variant="light" color="gray" title={words.notThere} role="status" />;
  const text = JSON.stringify(then.data, null, 2);
  if (kindOf(id) !== 'dlv') return <CodeBlock label={words.thing(id)} text={text} />;
  return (
    <Grid>
      <Grid.Col span={12}>
        <DeliveryThen delivery={then.data as Delivery} />
      </Grid.Col>
      <Grid.Col span={12}>
        <CodeBlock label={words.thing(id)} text={text} />
      </Grid.Col>
    </Grid>
  );
}

function DeliveryThen({ delivery }: { delivery: Delivery }) {
  const names = namesOf(useQuery(connectorsQuery()).data?.items);
  return (
    <Group gap="sm">
      <Status of={delivery.status} />
      <Text>{sentenceOf(delivery, names.get(delivery.connectorId) ?? delivery.connectorId)}</Text>
      <Text size="sm" c="dimmed">
        {words.events(delivery.log?.length ?? 0)}
      </Text>
    </Group>
  );
}

/** The thing at a moment, without one as it is; null where it was not there. */
function useThen(id: string, at: string | undefined) {
  return useQuery({
    queryKey: ['then', id, at],
    queryFn: async ({ signal }): Promise<object | null> => {
      try {
        return await readThen(id, at, signal);
      } catch (error) {
        if (error instanceof ProblemError && [404, 410].includes(error.problem.status)) return null;
        throw error;
      }
    },
  });
}

function readThen(id: string, at: string | undefined, signal: AbortSignal): Promise<object> {
  const asked = { params: { id }, query: { at }, signal };
  const kind = kindOf(id);
  if (kind === 'con') return api('GET /v1/connectors/{id}', asked);
  if (kind === 'sub') return api('GET /v1/subscriptions/{id}', asked);
  return api('GET /v1/deliveries/{id}', asked);
}
