import { Anchor, Badge, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { connectorsQuery, deliveriesQuery, namesOf } from '../api/queries';
import type { Delivery } from '../api/shapes';
import { useMay } from '../app/session';
import { Answer, Empty } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { When } from '../pieces/when';
import { deadLetterWords as words } from '../words/deliveries';
import { reasonNext, reasonWords } from '../words/reasons';

/** What the groups are made of; with more than this the page says that there are older ones. */
const readMax = 200;

interface Group {
  readonly connectorId: string;
  readonly reason: string;
  readonly deliveries: Delivery[];
}

/** Dead letters by cause: what went wrong at which connector, how often, and what to do. */
export function DeadLetters() {
  const letters = useInfiniteQuery(deliveriesQuery({ status: 'dead-lettered' }, readMax));
  const connectors = useQuery(connectorsQuery()).data?.items;
  const names = namesOf(connectors);
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      <Answer of={letters}>
        {({ pages }) => {
          const items = pages[0]?.items ?? [];
          const isAll = pages[0]?.nextCursor === null;
          if (items.length === 0) return <Empty title={words.empty}>{words.emptyLead}</Empty>;
          return (
            <Stack>
              {groupsOf(items).map((group) => (
                <GroupCard
                  key={`${group.connectorId}${group.reason}`}
                  group={group}
                  isAll={isAll}
                  name={names.get(group.connectorId) ?? group.connectorId}
                />
              ))}
              {!isAll && (
                <Text size="sm" c="dimmed">
                  {words.partial(items.length)}
                </Text>
              )}
            </Stack>
          );
        }}
      </Answer>
    </>
  );
}

function groupsOf(deliveries: readonly Delivery[]): Group[] {
  const groups = Map.groupBy(deliveries, ({ connectorId, reason }) => `${connectorId} ${reason ?? ''}`);
  return [...groups.values()]
    .map((members) => ({
      connectorId: members[0]?.connectorId ?? '',
      reason: members[0]?.reason ?? '',
      deliveries: members,
    }))
    .sort((a, b) => b.deliveries.length - a.deliveries.length);
}

function GroupCard({ group, name, isAll }: { group: Group; name: string; isAll: boolean }) {
  const may = useMay();
  const { connectorId, reason, deliveries } = group;
  const search = { status: 'dead-lettered', connectorId, q: reason };
  const next = reasonNext(reason);
  return (
    <Card withBorder>
      <Group justify="space-between" align="flex-start">
        <Stack gap={4}>
          <Group gap="xs">
            <Badge size="lg" color="red" variant="light" tt="none">
              {words.count(deliveries.length, isAll)}
            </Badge>
            <Title order={2} size="h5">
              {reasonWords(reason)}
            </Title>
          </Group>
          <Text size="sm">
            <Anchor component={Link} to="/connectors/$id" params={{ id: connectorId } as never} size="sm">
              {name}
            </Anchor>{' '}
            · {words.first} <When at={deliveries.at(-1)?.updatedAt} /> · {words.last}{' '}
            <When at={deliveries[0]?.updatedAt} />
          </Text>
          {next !== null && (
            <Text size="sm" c="dimmed">
              {next}
            </Text>
          )}
        </Stack>
        <Group gap="xs">
          <Button variant="default" size="xs" component={Link} to="/deliveries" search={search as never}>
            {words.open}
          </Button>
          {may('redeliver') && (
            <Button size="xs" component={Link} to="/redeliveries/new" search={search as never}>
              {words.redeliver}
            </Button>
          )}
        </Group>
      </Group>
    </Card>
  );
}
