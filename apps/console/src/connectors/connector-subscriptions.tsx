import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { subscriptionsQuery } from '../api/queries';
import { useMay } from '../app/session';
import { Answer, Empty } from '../pieces/notice';
import { SubscriptionTable } from '../subscriptions/subscription-table';
import { connectorWords as words } from '../words/connectors';

/** The subscriptions that send to this connector. */
export function ConnectorSubscriptions({ connectorId }: { connectorId: string }) {
  const may = useMay();
  const subscriptions = useQuery(subscriptionsQuery({ connectorId }));
  const create = may('manage') && (
    <Button component={Link} to="/subscriptions/new" search={{ connectorId } as never} w="fit-content" mb="md">
      {words.subscribe}
    </Button>
  );
  return (
    <Answer of={subscriptions}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title={words.subscriptionsEmpty} action={create} />
        ) : (
          <>
            {create}
            <SubscriptionTable subscriptions={items} />
          </>
        )
      }
    </Answer>
  );
}
