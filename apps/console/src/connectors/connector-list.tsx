import { Anchor, Button, Group, NativeSelect, Text } from '@mantine/core';
import { SearchField } from '../pieces/search-field';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { connectorsQuery, targetsQuery } from '../api/queries';
import type { Connector } from '../api/shapes';
import { usePageState } from '../app/search';
import { useMay } from '../app/session';
import { Icon } from '../pieces/icons';
import { Answer, Empty } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { type Column, RecordTable } from '../pieces/record-table';
import { Status } from '../pieces/status';
import { When } from '../pieces/when';
import { connectorWords as words } from '../words/connectors';
import { general } from '../words/general';
import { TargetMark } from './target-mark';

export function ConnectorList() {
  const [state, change] = usePageState();
  const may = useMay();
  const targets = useQuery(targetsQuery).data?.items ?? [];
  const { target, status, q } = state;
  const connectors = useQuery(connectorsQuery({ target, status, q }));
  const isFiltered = Boolean(target ?? status ?? q);
  const columns = useMemo(() => columnsOf(new Map(targets.map(({ id, name }) => [id, name]))), [targets]);
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

function columnsOf(targetNames: ReadonlyMap<string, string>): Column<Connector>[] {
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
