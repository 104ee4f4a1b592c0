import { Alert, Button, Code, Grid, Group, List, NativeSelect, Stack, Text, ThemeIcon } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../api/client';
import { notificationQuery, notificationsQuery, typesQuery } from '../api/queries';
import type { Explanation, Subscription } from '../api/shapes';
import { CodeEditor } from '../pieces/code-editor';
import { Icon } from '../pieces/icons';
import { ProblemNotice } from '../pieces/notice';
import { relativeTo } from '../pieces/when';
import { templateWords } from '../words/connectors';
import { subscriptionWords as words } from '../words/subscriptions';

const recentShown = 20;
const builtIn = 'built-in';

/** Would this payload be sent? Against a sample, a real notification or typed text; and over the last real ones. */
export function ExplainPanel({ subscription }: { subscription: Subscription }) {
  const types = useQuery(typesQuery).data?.items ?? [];
  const [type, setType] = useState(subscription.types[0] ?? 'incident');
  const [chosen, choose] = useState(builtIn);
  const [text, setText] = useState('{}');
  const recent = useInfiniteQuery(notificationsQuery({ type }, recentShown)).data?.pages[0]?.items ?? [];
  const real = useQuery({ ...notificationQuery(chosen), enabled: chosen !== builtIn }).data?.payload;
  const source = JSON.stringify(
    chosen === builtIn ? (types.find((one) => one.type === type)?.sample ?? {}) : (real ?? {}),
    null,
    2,
  );
  useEffect(() => setText(source), [source]);
  const { id } = subscription;
  const explain = useMutation({
    mutationFn: () => {
      const payload = JSON.parse(text) as Record<string, unknown>;
      return api('POST /v1/subscriptions/{id}/explain', { params: { id }, body: { type, payload } });
    },
  });
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {words.explainLead}
      </Text>
      <Group align="flex-end">
        <NativeSelect
          label={words.sampleType}
          value={type}
          onChange={(event) => {
            setType(event.currentTarget.value);
            choose(builtIn);
          }}
          data={types.map((one) => one.type)}
        />
        <NativeSelect
          label={words.sampleFrom}
          value={chosen}
          onChange={(event) => choose(event.currentTarget.value)}
          data={[
            { value: builtIn, label: templateWords.sampleBuiltIn },
            ...recent.map((one) => ({
              value: one.id,
              label: templateWords.sampleRecent(relativeTo(one.recordedAt, Date.now()), one.id),
            })),
          ]}
        />
        <Button onClick={() => explain.mutate()} loading={explain.isPending}>
          {words.explain}
        </Button>
        <DryRun subscription={subscription} type={type} ids={recent.map((one) => one.id)} />
      </Group>
      <Grid>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <CodeEditor label={templateWords.sample} value={text} onChange={setText} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          {explain.isError && <ProblemNotice error={explain.error} />}
          {explain.data !== undefined && <Explained explanation={explain.data} />}
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

export function Explained({ explanation }: { explanation: Explanation }) {
  const { matches, because } = explanation;
  return (
    <Stack role="status">
      <Alert
        variant="light"
        color={matches ? 'green' : 'orange'}
        icon={<Icon name={matches ? 'check' : 'cross'} />}
        title={matches ? words.matches : words.matchesNot}
      />
      <List spacing="xs" size="sm">
        {because.map(({ holds, prevents = !holds, words: said, pointer }, at) => (
          <List.Item
            key={at}
            icon={
              <ThemeIcon size="sm" variant="light" color={prevents ? 'orange' : 'green'}>
                <Icon name={prevents ? 'cross' : 'check'} size={12} />
              </ThemeIcon>
            }
          >
            {said} <strong>({holds ? words.holds : words.fails})</strong>{' '}
            {pointer !== undefined && pointer !== '' && <Code>{pointer}</Code>}
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}

/** How many of the last real notifications would have been sent by the subscription as it stands. */
function DryRun({ subscription, type, ids }: { subscription: Subscription; type: string; ids: string[] }) {
  const run = useMutation({
    mutationFn: async () => {
      const answers = await Promise.all(
        ids.map(async (id) => {
          const { payload } = await api('GET /v1/notifications/{id}', { params: { id } });
          if (payload === undefined || payload === null) return null;
          return api('POST /v1/subscriptions/{id}/explain', {
            params: { id: subscription.id },
            body: { type, payload },
          });
        }),
      );
      const known = answers.filter((answer) => answer !== null);
      return { matched: known.filter(({ matches }) => matches).length, total: known.length };
    },
  });
  if (ids.length === 0) return null;
  return (
    <Group gap="xs">
      <Button variant="default" onClick={() => run.mutate()} loading={run.isPending}>
        {words.dryRunAct(ids.length)}
      </Button>
      <Text size="sm" role="status">
        {run.data === undefined ? '' : words.dryRunResult(run.data.matched, run.data.total)}
      </Text>
    </Group>
  );
}
