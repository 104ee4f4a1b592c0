import { Button, Group, NativeSelect } from '@mantine/core';
import { SearchField } from '../pieces/search-field';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { connectorsQuery, subscriptionsQuery } from '../api/queries';
import { usePageState } from '../app/search';
import { useMay } from '../app/session';
import { Icon } from '../pieces/icons';
import { Answer, Empty } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { connectorWords } from '../words/connectors';
import { general } from '../words/general';
import { subscriptionWords as words } from '../words/subscriptions';
import { SubscriptionTable } from './subscription-table';

export function SubscriptionList() {
  const [{ connectorId, q }, change] = usePageState();
  const may = useMay();
  const subscriptions = useQuery(subscriptionsQuery({ connectorId, q }));
  const connectors = useQuery(connectorsQuery()).data?.items ?? [];
  const create = may('manage') && (
    <Button component={Link} to="/subscriptions/new" leftSection={<Icon name="plus" />}>
      {words.create}
    </Button>
  );
  return (
    <>
      <PageHead title={words.title} lead={words.lead} actions={create} />
      <Group mb="md" align="flex-end">
        <SearchField label={connectorWords.searchLabel} value={q} onChange={(q) => change({ q })} />
        <NativeSelect
          label={words.connectors}
          value={connectorId ?? ''}
          onChange={(event) => change({ connectorId: event.currentTarget.value })}
          data={[{ value: '', label: general.all }, ...connectors.map(({ id, name }) => ({ value: id, label: name }))]}
        />
      </Group>
      <Answer of={subscriptions}>
        {({ items }) =>
          items.length > 0 ? (
            <SubscriptionTable subscriptions={items} />
          ) : Boolean(connectorId ?? q) ? (
            <Empty title={words.emptyFiltered} />
          ) : (
            <Empty title={words.empty} action={create}>
              {words.emptyLead}
            </Empty>
          )
        }
      </Answer>
    </>
  );
}
