import { int2Array, int8Array, textArray, timestamptzArray } from '@waybill/event-log/pg-array';
import type { FoldedEvent, ReadModelClient } from '@waybill/event-log/read-model';
import { type Changes, type DeliveryRow, dueRanks } from './delivery-rows.js';

/** Whoever accepted a delivery has it in memory; from the table it is taken only when it has not been begun for so long. */
export const firstLeaseMs = 10_000;

/** One row for each delivery that is not over; `due-attempts.ts` claims from it, and the explorer finds here what is under way. */
export const dueTables = [
  `create table delivery_due (
     id text collate "C" primary key, tenant text not null, connector_id text not null, subscription_id text not null, type text not null,
     status text not null, reason text, rank smallint not null,
     due_at timestamptz not null, owned_until timestamptz, mac text, accepted_position bigint not null, changed_position bigint not null, cancel text)`,
];

export const dueIndexes = [
  `create index on delivery_due (connector_id, rank, due_at)`,
  `create index on delivery_due (connector_id, mac, accepted_position) where mac is not null`,
];

type Changed = Partial<DeliveryRow> & { readonly id: string };

/** Moves the due rows to where a batch left them. */
export async function applyDue(client: ReadModelClient, { inserted, updated }: Changes): Promise<void> {
  const rows: Changed[] = [...inserted.values(), ...updated.values()];
  const over = rows.filter((row) => row.due_at === null).map((row) => row.id);
  const due = rows.filter((row) => typeof row.due_at === 'string');
  if (over.length > 0) await client.query('delete from delivery_due where id = any($1)', [textArray(over)]);
  if (due.length === 0) return;
  await client.query(dueSql, [
    textArray(due.map((row) => row.id)),
    timestamptzArray(due.map((row) => row.due_at ?? null)),
    int2Array(due.map((row) => row.due_rank ?? null)),
    timestamptzArray(due.map((row) => ownedUntil(row))),
    int8Array(due.map((row) => row.changed_position ?? null)),
  ]);
}

/** What has a correlation key is taken from this table from the beginning: here its turn is known. */
function ownedUntil(row: Changed): string | null {
  if (row.due_rank !== dueRanks.first || row.accepted_at === undefined || row.correlation_mac !== null) return null;
  return new Date(Date.parse(row.accepted_at) + firstLeaseMs).toISOString();
}

export const isClosing = ({ type }: FoldedEvent): boolean =>
  type === 'SubscriptionClosed' || type === 'ConnectorClosed';

/**
 * What waits for a subscription or connector that was deleted or disabled is to be ended; what is accepted, or asked for again, later is
 * none of its business.
 */
export async function applyClosings(client: ReadModelClient, events: readonly FoldedEvent[]): Promise<void> {
  for (const event of events.filter(isClosing)) {
    const { subscriptionId, connectorId, reason } = event.data as Readonly<Record<string, string>>;
    if (subscriptionId !== undefined)
      await client.query(closeSql('subscription_id'), [subscriptionId, reason, event.position]);
    else await client.query(closeSql('connector_id'), [connectorId, reason, event.position]);
  }
}

/** To be cancelled is due at once, unless an attempt is under way: then it is due when that one ends. */
const dueWhenClosed = (rank: string, dueAt: string): string =>
  `case when ${rank} = ${dueRanks.lost} then ${dueAt} else '-infinity' end`;

/** The first reason stays: a connector that is deleted after its target was gone changes nothing of why it ended. */
const closeSql = (column: 'subscription_id' | 'connector_id'): string => `
  update delivery_due set cancel = $2, due_at = ${dueWhenClosed('rank', 'due_at')}
  where ${column} = $1 and accepted_position < $3 and cancel is null`;

const dueSql = `
  insert into delivery_due
    (id, tenant, connector_id, subscription_id, type, status, reason, due_at, rank, owned_until, mac, accepted_position, changed_position)
  select n.id, d.tenant, d.connector_id, d.subscription_id, d.type, d.status, d.reason, n.due_at, n.rank, n.owned_until, d.correlation_mac, d.accepted_position, n.changed_position
  from unnest($1::text[], $2::timestamptz[], $3::smallint[], $4::timestamptz[], $5::bigint[]) n (id, due_at, rank, owned_until, changed_position)
  join delivery d on d.id = n.id
  on conflict (id) do update set
    due_at = case when delivery_due.cancel is null then excluded.due_at else ${dueWhenClosed('excluded.rank', 'excluded.due_at')} end,
    status = excluded.status, reason = excluded.reason, rank = excluded.rank, owned_until = null, changed_position = excluded.changed_position`;
