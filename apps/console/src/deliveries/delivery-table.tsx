import { Anchor } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { connectorsQuery, deliveriesQuery, namesOf } from '../api/queries';
import type { Delivery } from '../api/shapes';
import { Answer, Empty } from '../pieces/notice';
import { type Column, RecordTable } from '../pieces/record-table';
import { Status } from '../pieces/status';
import { When } from '../pieces/when';
import { deliveryWords as words } from '../words/deliveries';
import { reasonWords } from '../words/reasons';

export type DeliveryFilters = Record<string, string | undefined>;

/** The deliveries that fit, newest first, page by page as the reader scrolls. The filters go along to each delivery, for its neighbours. */
export function DeliveryTable({ filters }: { filters: DeliveryFilters }) {
  const deliveries = useInfiniteQuery(deliveriesQuery(filters));
  const connectors = useQuery(connectorsQuery()).data?.items;
  const columns = useMemo(() => columnsOf(namesOf(connectors), filters), [connectors, filters]);
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  const rows = useMemo(() => deliveries.data?.pages.flatMap(({ items }) => items) ?? [], [deliveries.data]);
  return (
    <Answer of={deliveries}>
      {() =>
        rows.length > 0 ? (
          <RecordTable
            label={words.title}
            rows={rows}
            columns={columns}
            more={deliveries.hasNextPage ? () => void deliveries.fetchNextPage() : undefined}
            isLoadingMore={deliveries.isFetchingNextPage}
          />
        ) : isFiltered ? (
          <Empty title={words.emptyFiltered} />
        ) : (
          <Empty title={words.empty} command={words.emptyCommand}>
            {words.emptyLead}
          </Empty>
        )
      }
    </Answer>
  );
}

function columnsOf(names: ReadonlyMap<string, string>, filters: DeliveryFilters): Column<Delivery>[] {
  const { columns } = words;
  return [
    {
      id: 'delivery',
      header: columns.delivery,
      cell: ({ row: { original } }) => (
        <Anchor
          component={Link}
          to="/deliveries/$id"
          params={{ id: original.id } as never}
          search={filters as never}
          ff="monospace"
          size="sm"
          style={{ whiteSpace: 'nowrap' }}
          title={original.id}
        >
          …{original.id.slice(-10)}
        </Anchor>
      ),
    },
    { id: 'status', header: columns.status, cell: ({ row: { original } }) => <Status of={original.status} /> },
    {
      id: 'connector',
      header: columns.connector,
      cell: ({ row: { original } }) => names.get(original.connectorId) ?? original.connectorId,
    },
    { id: 'type', header: columns.type, cell: ({ row: { original } }) => original.type },
    { id: 'attempts', header: columns.attempts, cell: ({ row: { original } }) => original.attemptCount ?? 0 },
    { id: 'reason', header: columns.reason, cell: ({ row: { original } }) => reasonWords(original.reason) },
    {
      id: 'next',
      header: columns.next,
      cell: ({ row: { original } }) => (original.nextAttemptAt === null ? '' : <When at={original.nextAttemptAt} />),
    },
    { id: 'updated', header: columns.updated, cell: ({ row: { original } }) => <When at={original.updatedAt} /> },
  ];
}
