import { Anchor, Grid, NativeSelect, Stack, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import {
  connectorsQuery,
  connectorStatsQuery,
  deliveriesQuery,
  namesOf,
  statsQuery,
  subscriptionsQuery,
} from '../api/queries';
import { places } from '../app/places';
import { usePageState } from '../app/search';
import { useMay } from '../app/session';
import { filtersIn } from '../deliveries/filters';
import { Answer, Empty } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { When } from '../pieces/when';
import { deliveryWords } from '../words/deliveries';
import { general } from '../words/general';
import { homeWords as words } from '../words/home';
import { reasonWords } from '../words/reasons';
import { type Change, Changes, FailingConnectors } from './attention';
import { Figures } from './figures';
import { SeriesChart } from './series-chart';

const failuresShown = 8;
const changesShown = 6;

/** The first page: how deliveries go; for a key that may not see them, what it may do instead. */
export function Home() {
  const may = useMay();
  return may('read') ? <Overview /> : <WithoutRead />;
}

function WithoutRead() {
  const may = useMay();
  const allowed = places.filter(({ scopes }) => scopes.every(may));
  return (
    <>
      <PageHead title={words.title} />
      <Empty title={general.noScope('read')} command={may('publish') ? deliveryWords.emptyCommand : undefined}>
        {words.withoutRead}
      </Empty>
      <Stack mt="md" align="center">
        {allowed.map(({ to, label }) => (
          <Anchor key={to} component={Link} to={to}>
            {label}
          </Anchor>
        ))}
      </Stack>
    </>
  );
}

/** How deliveries go, and what needs somebody; the time that is looked at stands in the address. */
function Overview() {
  const [state, change] = usePageState();
  const last = state['last'] !== undefined && state['last'] in words.ranges ? state['last'] : '24h';
  const since = useMemo(() => filtersIn({ last }).since, [last]);
  const stats = useQuery(statsQuery({ since }));
  const connectors = useQuery(connectorsQuery());
  const byConnector = useQuery(connectorStatsQuery).data?.items ?? [];
  const changes = useChanges();
  return (
    <>
      <PageHead
        title={words.title}
        lead={words.lead}
        actions={
          <NativeSelect
            aria-label={words.range}
            value={last}
            onChange={(event) => change({ last: event.currentTarget.value })}
            data={Object.entries(words.ranges).map(([value, label]) => ({ value, label }))}
          />
        }
      />
      <Stack gap="lg">
        <Answer of={stats}>
          {(found) => (
            <Stack>
              <Figures stats={found} last={last} connectors={byConnector} />
              <SeriesChart stats={found} changes={changes} />
            </Stack>
          )}
        </Answer>
        <Grid>
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <RecentFailures />
          </Grid.Col>
          <Grid.Col span={{ base: 12, sm: 6, lg: 3 }}>
            <Answer of={connectors}>
              {({ items }) => <FailingConnectors connectors={items} stats={byConnector} />}
            </Answer>
          </Grid.Col>
          <Grid.Col span={{ base: 12, sm: 6, lg: 3 }}>
            <Changes changes={changes.slice(0, changesShown)} />
          </Grid.Col>
        </Grid>
      </Stack>
    </>
  );
}

/** Connectors and subscriptions by when they were changed last, newest first. */
function useChanges(): Change[] {
  const connectors = useQuery(connectorsQuery()).data?.items;
  const subscriptions = useQuery(subscriptionsQuery()).data?.items;
  return useMemo(
    () =>
      [
        ...(connectors ?? []).map((one) => ({ kind: 'connector' as const, ...one })),
        ...(subscriptions ?? []).map((one) => ({ kind: 'subscription' as const, ...one })),
      ].sort((a, b) => b.updatedAt.localeCompare(a.updatedAt)),
    [connectors, subscriptions],
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
                        <Anchor
                          component={Link}
                          to="/deliveries/$id"
                          params={{ id: delivery.id } as never}
                          size="sm"
                          style={{ whiteSpace: 'nowrap' }}
                        >
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
