import { Alert, Anchor, Group, Table, Tabs, Text, Timeline } from '@mantine/core';
import { useId } from '../app/use-id';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useLive } from '../api/live';
import { connectorsQuery, deliveryQuery, namesOf, subscriptionsQuery, whyQuery } from '../api/queries';
import type { Delivery } from '../api/shapes';
import { tabOf, usePageState } from '../app/search';
import { useMay } from '../app/session';
import { CopyText } from '../pieces/copy-text';
import { Icon } from '../pieces/icons';
import { Answer } from '../pieces/notice';
import { AsItWas } from '../pieces/as-it-was';
import { PageHead } from '../pieces/page-head';
import { Status } from '../pieces/status';
import { Exactly, When } from '../pieces/when';
import { deliveryWords as words } from '../words/deliveries';
import { Attempts } from './attempts';
import { DeliveryActs } from './delivery-acts';
import { Neighbours } from './neighbours';
import { ProofBadge } from './proof';
import { sentenceOf } from './sentence';
import { happeningsOf, isOpen, mayBeRepeat, nextStepOf } from './standing';

export function DeliveryPage() {
  const id = useId();
  const delivery = useQuery(deliveryQuery(id));
  const queries = useQueryClient();
  useLive(delivery.data !== undefined && isOpen(delivery.data), ({ stream }) => {
    if (!stream.endsWith(id)) return;
    void queries.invalidateQueries({ queryKey: deliveryQuery(id).queryKey });
    void queries.invalidateQueries({ queryKey: whyQuery(id).queryKey });
  });
  return <Answer of={delivery}>{(found) => <Shown delivery={found} />}</Answer>;
}

function Shown({ delivery }: { delivery: Delivery }) {
  const [state, change] = usePageState();
  const may = useMay();
  const connectors = useQuery(connectorsQuery()).data?.items;
  const subscriptions = useQuery(subscriptionsQuery()).data?.items;
  const names = namesOf(connectors, subscriptions);
  const { id } = delivery;
  const { tab: _, attempt: __, ...filters } = state;
  const next = nextStepOf(delivery);
  return (
    <>
      <PageHead
        title={sentenceOf(delivery, names.get(delivery.connectorId) ?? delivery.connectorId)}
        above={{ to: '/deliveries', label: words.title }}
        lead={
          <Group gap="xs">
            <Status of={delivery.status} />
            <When at={delivery.updatedAt} />
            <CopyText text={id} />
          </Group>
        }
        actions={
          <>
            <Neighbours id={id} filters={filters} />
            <DeliveryActs delivery={delivery} />
          </>
        }
      />
      {next !== null && (
        <Alert variant="light" color="yellow" mb="md" icon={<Icon name="warning" />} title={words.next}>
          {next}
        </Alert>
      )}
      {mayBeRepeat(delivery) && (
        <Alert variant="light" color="yellow" mb="md" icon={<Icon name="repeat" />} title={words.repeat}>
          {words.repeatLead}
        </Alert>
      )}
      <Facts delivery={delivery} names={names} />
      <Tabs
        value={tabOf(state, words.tabs, 'timeline')}
        onChange={(chosen) => change({ tab: chosen ?? undefined })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {Object.entries(words.tabs).map(([name, label]) => (
            <Tabs.Tab key={name} value={name}>
              {label}
              {name === 'attempts' && ` (${delivery.attempts?.length ?? 0})`}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="timeline">
          <Happened delivery={delivery} />
          {may('audit') && <ProofBadge notificationId={delivery.notificationId} />}
          <AsItWas id={id} />
        </Tabs.Panel>
        <Tabs.Panel value="attempts">
          <Attempts attempts={delivery.attempts ?? []} />
        </Tabs.Panel>
        <Tabs.Panel value="why">
          <Why id={id} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function Facts({ delivery, names }: { delivery: Delivery; names: ReadonlyMap<string, string> }) {
  const { connectorId, subscriptionId, notificationId, receipt } = delivery;
  const link = (to: string, id: string): ReactNode => (
    <Anchor component={Link} to={`${to}/$id`} params={{ id } as never} size="sm">
      {names.get(id) ?? id}
    </Anchor>
  );
  const rows: [string, ReactNode][] = [
    [words.notification, link('/notifications', notificationId)],
    [words.subscription, link('/subscriptions', subscriptionId)],
    [words.connector, link('/connectors', connectorId)],
  ];
  if (receipt?.ticket !== undefined) {
    const isLink = receipt.url !== undefined && /^https?:\/\//.test(receipt.url);
    const ticket = isLink ? (
      <Anchor href={receipt.url} target="_blank" rel="noopener noreferrer" size="sm">
        {receipt.ticket} <Icon name="external" size={12} />
      </Anchor>
    ) : (
      receipt.ticket
    );
    rows.push([words.receipt, ticket]);
  }
  return (
    <Table variant="vertical" layout="fixed" mb="lg" maw={760}>
      <Table.Tbody>
        {rows.map(([label, value]) => (
          <Table.Tr key={label}>
            <Table.Th scope="row" w={160}>
              {label}
            </Table.Th>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

const drawings = {
  DeliveryAccepted: 'clock',
  AttemptStarted: 'send',
  DeliveryDelivered: 'check',
  DeliveryDeadLettered: 'deadLetters',
  DeliveryCancelled: 'cross',
  DeliverySuppressed: 'cross',
  RetryScheduled: 'repeat',
  AttemptFailed: 'warning',
  RedeliveryRequested: 'repeat',
  DeliveryHeld: 'pause',
  DeliveryReleased: 'send',
} as const;

/** The events of the delivery and of what held it in their order, in the words of `why`; the log's own names where it does not answer. */
function Happened({ delivery }: { delivery: Delivery }) {
  const why = useQuery(whyQuery(delivery.id)).data;
  const said = new Map((why?.steps ?? []).map(({ position, words: text }) => [position, text]));
  const events = happeningsOf(delivery);
  return (
    <Timeline active={events.length} bulletSize={24} lineWidth={2}>
      {events.map(({ position, type, at, jobId }) => (
        <Timeline.Item
          key={position}
          bullet={<Icon name={drawings[type as keyof typeof drawings] ?? 'clock'} size={13} />}
          title={said.get(position) ?? type}
        >
          <Text size="xs" c="dimmed">
            <Exactly at={at} /> · {type} ·{' '}
            <Anchor
              component={Link}
              to="/audit"
              search={{ log: 'delivery-0', from: String(position) } as never}
              size="xs"
            >
              {words.inLog('delivery-0', position)}
            </Anchor>
            {typeof jobId === 'string' && (
              <>
                {' · '}
                <Anchor component={Link} to="/jobs/$id" params={{ id: jobId } as never} size="xs">
                  {jobId}
                </Anchor>
              </>
            )}
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

/** The explanation of any id: a sentence, and the steps with where they stand in which log. */
export function Why({ id }: { id: string }) {
  const why = useQuery(whyQuery(id));
  return (
    <Answer of={why}>
      {({ words: sentence, steps }) => (
        <>
          <Text mb="md">{sentence}</Text>
          <Timeline bulletSize={14} lineWidth={2}>
            {steps.map((step, at) => (
              <Timeline.Item key={at} title={step.words}>
                <Text size="xs" c="dimmed">
                  {step.at !== null && <Exactly at={step.at} />}
                  {step.log !== undefined &&
                    step.position !== undefined &&
                    ` · ${words.inLog(step.log, step.position)}`}
                </Text>
              </Timeline.Item>
            ))}
          </Timeline>
        </>
      )}
    </Answer>
  );
}
