import { Anchor, Card, Grid, Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { connectorsQuery, deliveriesQuery, namesOf, statsQuery } from '../api/queries';
import type { Stats } from '../api/shapes';
import { duration } from '../pieces/duration';
import { Answer, Empty } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { Status } from '../pieces/status';
import { When } from '../pieces/when';
import { homeWords as words } from '../words/home';
import { reasonWords } from '../words/reasons';
import { SeriesChart } from './series-chart';

const failuresShown = 8;

export function Home() {
  const stats = useQuery(statsQuery());
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      <Stack gap="lg">
        <Answer of={stats}>{(found) => <Figures stats={found} />}</Answer>
        <Grid>
          <Grid.Col span={{ base: 12, lg: 7 }}>
            <RecentFailures />
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 5 }}>
            <FailingConnectors />
          </Grid.Col>
        </Grid>
      </Stack>
    </>
  );
}

function Figures({ stats }: { stats: Stats }) {
  const { counts, latencyMs, oldestUndelivered, series } = stats;
  const ended = counts.delivered + counts.deadLettered + counts.cancelled;
  const open = counts.pending + counts.attempting + counts.retrying;
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, xl: 5 }}>
        <Figure
          label={words.success}
          value={stats.successRate === null ? '–' : `${(stats.successRate * 100).toFixed(1)} %`}
          note={stats.successRate === null ? words.successNone : words.successOf(counts.delivered, ended)}
          search={{ status: 'delivered' }}
        />
        <Figure
          label={words.latency}
          value={duration(latencyMs.p50)}
          note={`${words.p95} ${duration(latencyMs.p95)} · ${words.p99} ${duration(latencyMs.p99)}`}
          search={{}}
        />
        <Figure label={words.open} value={String(open)} note={words.openHelp} search={{ status: 'retrying' }} />
        <Figure
          label={words.dead}
          value={String(counts.deadLettered)}
          note={words.deadHelp}
          search={{ status: 'dead-lettered' }}
        />
        <Figure
          label={words.oldest}
          value={oldestUndelivered === null ? '–' : <When at={oldestUndelivered.since} />}
          note={oldestUndelivered === null ? words.oldestNone : <IdLink id={oldestUndelivered.deliveryId} />}
          search={null}
        />
      </SimpleGrid>
      {series.length > 0 && <SeriesChart series={series} />}
    </Stack>
  );
}

interface FigureProps {
  label: string;
  value: ReactNode;
  note: ReactNode;
  /** The list behind the number; null where the note holds the link. */
  search: Record<string, string> | null;
}

function Figure({ label, value, note, search }: FigureProps) {
  return (
    <Card withBorder padding="md">
      <Text size="sm" c="dimmed">
        {search === null ? (
          label
        ) : (
          <Anchor component={Link} to="/deliveries" search={search as never} size="sm">
            {label}
          </Anchor>
        )}
      </Text>
      <Text fz={26} fw={700} component="div">
        {value}
      </Text>
      <Text size="xs" c="dimmed" component="div">
        {note}
      </Text>
    </Card>
  );
}

function IdLink({ id }: { id: string }) {
  return (
    <Anchor component={Link} to="/deliveries/$id" params={{ id } as never} size="xs">
      …{id.slice(-8)}
    </Anchor>
  );
}

function RecentFailures() {
  const failures = useInfiniteQuery(deliveriesQuery({ status: 'dead-lettered' }, failuresShown));
  const connectors = useQuery(connectorsQuery());
  const names = namesOf(connectors.data?.items);
  return (
    <section aria-labelledby="failures">
      <Title order={2} size="h4" mb="sm" id="failures">
        {words.failures}
      </Title>
      <Answer of={failures}>
        {({ pages }) =>
          (pages[0]?.items.length ?? 0) === 0 ? (
            <Text c="dimmed">{words.failuresNone}</Text>
          ) : (
            <Table.ScrollContainer minWidth={480}>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    {[words.delivery, words.connector, words.reason, words.when].map((label) => (
                      <Table.Th key={label}>{label}</Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {pages[0]?.items.map((delivery) => (
                    <Table.Tr key={delivery.id}>
                      <Table.Td>
                        <Anchor component={Link} to="/deliveries/$id" params={{ id: delivery.id } as never} size="sm">
                          {delivery.type} …{delivery.id.slice(-6)}
                        </Anchor>
                      </Table.Td>
                      <Table.Td>{names.get(delivery.connectorId) ?? delivery.connectorId}</Table.Td>
                      <Table.Td>{reasonWords(delivery.reason)}</Table.Td>
                      <Table.Td>
                        <When at={delivery.updatedAt} />
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          )
        }
      </Answer>
    </section>
  );
}

function FailingConnectors() {
  const connectors = useQuery(connectorsQuery());
  return (
    <section aria-labelledby="failing">
      <Title order={2} size="h4" mb="sm" id="failing">
        {words.failing}
      </Title>
      <Answer of={connectors}>
        {({ items }) => {
          if (items.length === 0)
            return (
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
            );
          const failing = items.filter(({ status }) => status !== 'healthy');
          if (failing.length === 0) return <Text c="dimmed">{words.failingNone}</Text>;
          return (
            <Stack gap="xs">
              {failing.map(({ id, name, status }) => (
                <Group key={id} justify="space-between">
                  <Anchor component={Link} to="/connectors/$id" params={{ id } as never}>
                    {name}
                  </Anchor>
                  <Status of={status} />
                </Group>
              ))}
            </Stack>
          );
        }}
      </Answer>
    </section>
  );
}
