import type { DeliveryEvent } from '@waybill/delivery/delivery';
import type { FoldedEvent, ReadModelClient } from '@waybill/event-log/read-model';

/**
 * What the deliveries of one thing (connector and correlation key) left behind last: the ticket that the next one goes on with.
 * It moves in the same transaction as the due rows, so that who is next in turn finds what the one before it left.
 */
export const correlationTables = [
  `create table correlation (
     connector_id text not null, mac text not null, receipt jsonb not null, delivery_id text not null, position bigint not null,
     primary key (connector_id, mac))`,
];

/** Remembers the receipts of a batch; a receipt takes the place of the one before it, also when it says that nothing is left. */
export async function applyReceipts(client: ReadModelClient, events: readonly FoldedEvent[]): Promise<void> {
  const left = events.filter((event) => receiptOf(event) !== null);
  if (left.length === 0) return;
  await client.query(receiptSql, [
    left.map(({ stream }) => stream.slice('delivery-'.length)),
    left.map((event) => JSON.stringify(receiptOf(event))),
    left.map(({ position }) => position),
  ]);
}

function receiptOf(recorded: FoldedEvent): Record<string, unknown> | null {
  const event = recorded as unknown as DeliveryEvent;
  return event.type === 'DeliveryDelivered' || event.type === 'AttemptFailed' ? event.data.receipt : null;
}

const receiptSql = `
  insert into correlation (connector_id, mac, receipt, delivery_id, position)
  select distinct on (d.connector_id, d.correlation_mac) d.connector_id, d.correlation_mac, n.receipt::jsonb, n.id, n.position
  from unnest($1::text[], $2::text[], $3::bigint[]) n (id, receipt, position)
  join delivery d on d.id = n.id
  where d.correlation_mac is not null
  order by d.connector_id, d.correlation_mac, n.position desc
  on conflict (connector_id, mac) do update set receipt = excluded.receipt, delivery_id = excluded.delivery_id, position = excluded.position`;
