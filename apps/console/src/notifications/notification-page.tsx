import { Anchor, Button, Grid, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useId } from '../app/use-id';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../api/client';
import { connectorsQuery, namesOf, notificationQuery, subscriptionsQuery } from '../api/queries';
import type { NotificationDetail } from '../api/shapes';
import { Why } from '../deliveries/delivery-page';
import { CodeBlock } from '../pieces/code-block';
import { CopyText } from '../pieces/copy-text';
import { Answer, ProblemNotice } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { Status } from '../pieces/status';
import { When } from '../pieces/when';
import { Explained } from '../subscriptions/explain-panel';
import { deliveryWords } from '../words/deliveries';
import { notificationWords as words } from '../words/notifications';

export function NotificationPage() {
  const id = useId();
  const notification = useQuery(notificationQuery(id));
  return <Answer of={notification}>{(found) => <Shown notification={found} />}</Answer>;
}

function Shown({ notification }: { notification: NotificationDetail }) {
  const { id, type, payload, shredded } = notification;
  return (
    <>
      <PageHead
        title={`${type} …${id.slice(-10)}`}
        above={{ to: '/notifications', label: words.title }}
        lead={
          <Group gap="xs">
            {notification.source} <When at={notification.recordedAt} /> <CopyText text={id} />
          </Group>
        }
      />
      <Grid gap="xl">
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <Stack>
            <Routing notification={notification} />
            <section aria-labelledby="why">
              <Title order={2} size="h4" mb="sm" id="why">
                {words.why}
              </Title>
              <Why id={id} />
            </section>
            {payload !== undefined && payload !== null && <ExplainAll type={type} payload={payload} />}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 6 }}>
          {shredded === true ? (
            <Text>{words.shredded}</Text>
          ) : (
            <CodeBlock label={words.payload} text={JSON.stringify(payload ?? {}, null, 2)} maxHeight={640} />
          )}
        </Grid.Col>
      </Grid>
    </>
  );
}

function Routing({ notification }: { notification: NotificationDetail }) {
  const connectors = useQuery(connectorsQuery()).data?.items;
  const subscriptions = useQuery(subscriptionsQuery()).data?.items;
  const names = namesOf(connectors, subscriptions);
  const routes = notification.routing?.routes ?? [];
  const deliveries = notification.deliveries ?? [];
  const { columns } = deliveryWords;
  return (
    <section aria-labelledby="routing">
      <Title order={2} size="h4" mb="sm" id="routing">
        {words.routing}
      </Title>
      {routes.length === 0 && <Text>{words.routingNone}</Text>}
      {routes.length > 0 && (
        <Table.ScrollContainer minWidth={420}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                {[deliveryWords.subscription, columns.connector, columns.status].map((label) => (
                  <Table.Th key={label}>{label}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {routes.map(({ subscriptionId, connectorId, suppressed, until }) => {
                const delivery = deliveries.find(
                  (one) => one.subscriptionId === subscriptionId && one.connectorId === connectorId,
                );
                return (
                  <Table.Tr key={`${subscriptionId}${connectorId ?? ''}`}>
                    <Table.Td>{names.get(subscriptionId) ?? subscriptionId}</Table.Td>
                    <Table.Td>{connectorId === null ? '' : (names.get(connectorId) ?? connectorId)}</Table.Td>
                    <Table.Td>
                      {suppressed && (
                        <>
                          {words.suppressedUntil} <When at={until} />
                        </>
                      )}
                      {delivery !== undefined && (
                        <Anchor
                          component={Link}
                          to="/deliveries/$id"
                          params={{ id: delivery.id } as never}
                          size="sm"
                          style={{ whiteSpace: 'nowrap' }}
                        >
                          <Status of={delivery.status} /> …{delivery.id.slice(-6)}
                        </Anchor>
                      )}
                    </Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {notification.deliveriesComplete === false && <Text size="sm">{words.partial}</Text>}
    </section>
  );
}

function ExplainAll({ type, payload }: { type: string; payload: Record<string, unknown> }) {
  const explain = useMutation({ mutationFn: () => api('POST /v1/explain', { body: { type, payload } }) });
  return (
    <section aria-labelledby="explain">
      <Title order={2} size="h4" mb="xs" id="explain">
        {words.explain}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {words.explainLead}
      </Text>
      <Button variant="default" size="xs" onClick={() => explain.mutate()} loading={explain.isPending}>
        {words.explain}
      </Button>
      {explain.isError && <ProblemNotice error={explain.error} />}
      <Stack mt="md">
        {explain.data?.items.map((explanation) => (
          <div key={explanation.subscriptionId}>
            <Anchor
              component={Link}
              to="/subscriptions/$id"
              params={{ id: explanation.subscriptionId } as never}
              fw={600}
            >
              {explanation.name ?? explanation.subscriptionId}
            </Anchor>
            <Explained explanation={explanation} />
          </div>
        ))}
      </Stack>
    </section>
  );
}
