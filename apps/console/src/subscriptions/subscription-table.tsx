import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { connectorsQuery, namesOf } from '../api/queries';
import type { Subscription } from '../api/shapes';
import { type Column, RecordTable } from '../pieces/record-table';
import { Status } from '../pieces/status';
import { When } from '../pieces/when';
import { general } from '../words/general';
import { subscriptionWords as words } from '../words/subscriptions';

/** Subscriptions as rows, with their connectors by name. */
export function SubscriptionTable({ subscriptions }: { subscriptions: Subscription[] }) {
  const connectors = useQuery(connectorsQuery()).data?.items;
  const columns = useMemo(() => columnsOf(namesOf(connectors)), [connectors]);
  return <RecordTable label={words.title} rows={subscriptions} columns={columns} />;
}

function columnsOf(names: ReadonlyMap<string, string>): Column<Subscription>[] {
  return [
    {
      id: 'name',
      header: general.name,
      cell: ({ row: { original } }) => (
        <Anchor component={Link} to="/subscriptions/$id" params={{ id: original.id } as never} fw={600} size="sm">
          {original.name}
        </Anchor>
      ),
    },
    { id: 'types', header: words.types, cell: ({ row: { original } }) => original.types.join(', ') },
    {
      id: 'connectors',
      header: words.connectors,
      cell: ({ row: { original } }) => original.connectorIds.map((id) => names.get(id) ?? id).join(', '),
    },
    {
      id: 'filter',
      header: words.filter,
      cell: ({ row: { original } }) => (original.filter === null ? general.none : general.yes),
    },
    {
      id: 'status',
      header: general.status,
      cell: ({ row: { original } }) => <Status of={original.enabled ? 'enabled' : 'disabled'} />,
    },
    { id: 'updated', header: general.changedAt, cell: ({ row: { original } }) => <When at={original.updatedAt} /> },
  ];
}
