import { Anchor, Button, Group, NativeSelect } from '@mantine/core';
import { SearchField } from '../pieces/search-field';
import { notifications as toasts } from '@mantine/notifications';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { api } from '../api/client';
import { notificationsQuery, typesQuery } from '../api/queries';
import type { Notification } from '../api/shapes';
import { usePageState } from '../app/search';
import { useMay } from '../app/session';
import { Icon } from '../pieces/icons';
import { Answer, Empty, ProblemNotice } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { type Column, RecordTable } from '../pieces/record-table';
import { When } from '../pieces/when';
import { deliveryWords } from '../words/deliveries';
import { general } from '../words/general';
import { notificationWords as words } from '../words/notifications';

export function NotificationList() {
  const [{ type, q }, change] = usePageState();
  const list = useInfiniteQuery(notificationsQuery({ type, q }));
  const types = useQuery(typesQuery).data?.items ?? [];
  const rows = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? [], [list.data]);
  return (
    <>
      <PageHead title={words.title} lead={words.lead} actions={<PublishSample type={type ?? 'incident'} />} />
      <Group mb="md" align="flex-end">
        <SearchField label={words.searchLabel} value={q} onChange={(q) => change({ q })} />
        <NativeSelect
          label={words.columns.type}
          value={type ?? ''}
          onChange={(event) => change({ type: event.currentTarget.value })}
          data={[{ value: '', label: general.all }, ...types.map((one) => one.type)]}
        />
      </Group>
      <Answer of={list}>
        {() =>
          rows.length > 0 ? (
            <RecordTable
              label={words.title}
              rows={rows}
              columns={columns}
              more={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
              isLoadingMore={list.isFetchingNextPage}
            />
          ) : Boolean(type ?? q) ? (
            <Empty title={words.emptyFiltered} />
          ) : (
            <Empty title={words.empty} command={deliveryWords.emptyCommand}>
              {words.emptyLead}
            </Empty>
          )
        }
      </Answer>
    </>
  );
}

const columns: Column<Notification>[] = [
  {
    id: 'id',
    header: words.columns.id,
    cell: ({ row: { original } }) => (
      <Anchor
        component={Link}
        to="/notifications/$id"
        params={{ id: original.id } as never}
        ff="monospace"
        size="sm"
        title={original.id}
      >
        …{original.id.slice(-10)}
      </Anchor>
    ),
  },
  { id: 'type', header: words.columns.type, cell: ({ row: { original } }) => original.type },
  { id: 'source', header: words.columns.source, cell: ({ row: { original } }) => original.source },
  { id: 'sourceId', header: words.columns.sourceId, cell: ({ row: { original } }) => original.sourceId ?? '' },
  { id: 'warnings', header: words.columns.warnings, cell: ({ row: { original } }) => original.warnings?.length ?? 0 },
  {
    id: 'recorded',
    header: words.columns.recorded,
    cell: ({ row: { original } }) => <When at={original.recordedAt} />,
  },
];

/** Publishes the sample of a type, as a service would. Only offered to a key that may publish. */
function PublishSample({ type }: { type: string }) {
  const may = useMay();
  const queries = useQueryClient();
  const sample = useQuery(typesQuery).data?.items.find((one) => one.type === type)?.sample;
  const publish = useMutation({
    mutationFn: () => api('POST /v1/notifications', { body: { type, payload: sample ?? {} } }),
    onSuccess: async () => {
      toasts.show({ message: words.published(type) });
      await queries.invalidateQueries({ queryKey: ['notifications'] });
    },
  });
  if (!may('publish') || sample === undefined || sample === null) return null;
  return (
    <>
      {publish.isError && <ProblemNotice error={publish.error} />}
      <Button
        variant="default"
        onClick={() => publish.mutate()}
        loading={publish.isPending}
        leftSection={<Icon name="send" />}
      >
        {words.publish}
      </Button>
    </>
  );
}
