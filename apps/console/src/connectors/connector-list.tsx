import { Anchor, Button, Group, NativeSelect, Text } from '@mantine/core';
import { SearchField } from '../pieces/search-field';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { connectorsQuery, connectorStatsQuery, targetsQuery } from '../api/queries';
import type { Connector, ConnectorStats } from '../api/shapes';
import { usePageState } from '../app/search';
import { useMay } from '../app/session';
import type { AnswerOf } from '../api/calls';
import { Icon } from '../pieces/icons';
import { Answer, Empty } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { type Column, RecordTable } from '../pieces/record-table';
import { Status } from '../pieces/status';
import { When } from '../pieces/when';
import { connectorWords as words } from '../words/connectors';
import { general } from '../words/general';
import { reasonWords } from '../words/reasons';
import { Sparkline } from './sparkline';
import { TargetMark } from './target-mark';

export function ConnectorList() {
  const [state, change] = usePageState();
  const may = useMay();
  const targets = useQuery(targetsQuery).data?.items ?? [];
  const { target, status, q } = state;
  const connectors = useQuery(connectorsQuery({ target, status, q }));
  const isFiltered = Boolean(target ?? status ?? q);
  const stats = useQuery(connectorStatsQuery).data;
  const columns = useMemo(() => columnsOf(new Map(targets.map(({ id, name }) => [id, name])), stats), [targets, stats]);
  const create = (
    <Button component={Link} to="/connectors/new" leftSection={<Icon name="plus" />}>
      {words.create}
    </Button>
  );
  return (
    <>
      <PageHead title={words.title} lead={words.lead} actions={may('manage') && create} />
      <Group mb="md" align="flex-end">
        <SearchField label={words.searchLabel} value={q} onChange={(q) => change({ q })} />
        <NativeSelect
          label={words.target}
          value={target ?? ''}
          onChange={(event) => change({ target: event.currentTarget.value })}
          data={[{ value: '', label: general.all }, ...targets.map(({ id, name }) => ({ value: id, label: name }))]}
        />
        <NativeSelect
          label={general.status}
          value={status ?? ''}
          onChange={(event) => change({ status: event.currentTarget.value })}
          data={[{ value: '', label: general.all }, 'healthy', 'failing', 'disabled']}
        />
      </Group>
      <Answer of={connectors}>
        {({ items }) =>
          items.length > 0 ? (
            <RecordTable label={words.title} rows={items} columns={columns} />
          ) : isFiltered ? (
            <Empty title={words.emptyFiltered} />
          ) : (
            <Empty title={words.empty} action={may('manage') && create}>
              {words.emptyLead}
            </Empty>
          )
        }
      </Answer>
    </>
  );
}

type AllStats = AnswerOf<'GET /v1/stats/connectors'>;

function columnsOf(targetNames: ReadonlyMap<string, string>, all: AllStats | undefined): Column<Connector>[] {
  const statsOf = new Map(all?.items.map((one) => [one.connectorId, one]));
  return [
    {
      id: 'name',
      header: general.name,
      cell: ({ row: { original } }) => (
        <Group gap="xs" wrap="nowrap">
          <TargetMark target={original.target} />
          <Anchor component={Link} to="/connectors/$id" params={{ id: original.id } as never} fw={600} size="sm">
            {original.name}
          </Anchor>
        </Group>
      ),
    },
    {
      id: 'target',
      header: words.target,
      cell: ({ row: { original } }) => targetNames.get(original.target) ?? original.target,
    },
    { id: 'status', header: general.status, cell: ({ row: { original } }) => <Status of={original.status} /> },
    ...activityColumns(statsOf, all),
    {
      id: 'test',
      header: words.lastTest,
      cell: ({
        row: {
          original: { lastTest },
        },
      }) =>
        lastTest === null ? (
          <Text span size="sm" c="dimmed">
            {words.untested}
          </Text>
        ) : (
          <>
            {words.tested(lastTest.outcome)}
            <When at={lastTest.at} />
          </>
        ),
    },
    { id: 'updated', header: words.updated, cell: ({ row: { original } }) => <When at={original.updatedAt} /> },
  ];
}

/** How it went lately: the last day as bars, and the last thing that went wrong with a link to it. */
function activityColumns(statsOf: ReadonlyMap<string, ConnectorStats>, all: AllStats | undefined): Column<Connector>[] {
  const none = (text: string) => (
    <Text span size="sm" c="dimmed">
      {text}
    </Text>
  );
  return [
    {
      id: 'day',
      header: words.day,
      cell: ({ row: { original } }) => {
        const stats = statsOf.get(original.id);
        if (all === undefined || stats === undefined || stats.points.length === 0) return none(words.sparkNone);
        return (
          <>
            <Sparkline stats={stats} sinceMs={Date.parse(all.since)} pointMs={all.pointMs} />
            {stats.lastDeliveredAt !== null && (
              <Text span size="xs" c="dimmed">
                {words.lastDelivered} <When at={stats.lastDeliveredAt} />
              </Text>
            )}
          </>
        );
      },
    },
    {
      id: 'error',
      header: words.lastError,
      cell: ({ row: { original } }) => {
        const error = statsOf.get(original.id)?.lastError ?? null;
        if (error === null) return none(words.lastErrorNone);
        return (
          <>
            <Anchor component={Link} to="/deliveries/$id" params={{ id: error.deliveryId } as never} size="sm">
              {reasonWords(error.reason)}
            </Anchor>{' '}
            <When at={error.at} />
          </>
        );
      },
    },
  ];
}
