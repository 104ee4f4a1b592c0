import type { DeliveryEvent } from '@waybill/delivery/delivery';
import type { RecordedEvent } from '@waybill/event-log/log';
import type { ReadModel, ReadModelClient } from '@waybill/event-log/read-model';

/**
 * The read model of delivery: one row a delivery for the explorer, and one row for each that something is still due for.
 * Row, fold and SQL names stand here; `delivery-list.ts` and `due-attempts.ts` ask it.
 */
export interface DeliveryRow {
  readonly id: string;
  tenant: string;
  notification_id: string;
  type: string;
  connector_id: string;
  subscription_id: string;
  connector_version: number | null;
  status: string;
  reason: string | null;
  attempts: number;
  next_attempt_at: string | null;
  ticket: string | null;
  url: string | null;
  accepted_at: string;
  updated_at: string;
  /** When the target accepted it. */
  delivered_at: string | null;
  /** When the routing event was recorded: the start of the latency. */
  routed_at: string;
  /** What the due table says; null when nothing is due. For an attempt under way it is the moment from which it counts as lost. */
  due_at: string | null;
}

/** Whoever accepted a delivery has it in memory; from the table it is taken only when it has not been begun for so long. */
export const firstLeaseMs = 10_000;
/** A deadline is met by a clock that may differ a little from the one that set it. */
const lostGraceMs = 2_000;

const tables = [
  `create table delivery (
     id text collate "C" primary key, tenant text not null, notification_id text not null, type text not null,
     connector_id text not null, subscription_id text not null, connector_version int, status text not null, reason text,
     attempts int not null, next_attempt_at timestamptz, ticket text, url text, accepted_at timestamptz not null,
     updated_at timestamptz not null, delivered_at timestamptz, routed_at timestamptz not null)`,
  `create index on delivery (tenant, id)`,
  `create index on delivery (connector_id, id)`,
  `create index on delivery (notification_id)`,
  `create index on delivery (subscription_id, id)`,
  // Most deliveries are delivered; the others are what people look for.
  `create index on delivery (tenant, status, id) where status <> 'delivered'`,
  `create table delivery_due (
     id text collate "C" primary key, connector_id text not null, lost boolean not null, due_at timestamptz not null, owned_until timestamptz)`,
  `create index on delivery_due (connector_id, lost, due_at)`,
];

export const deliveries: ReadModel = { name: 'deliveries', version: 1, tables, apply };

/** What one batch of events changes: rows that are new, and members of rows that were there. */
export interface Changes {
  readonly inserted: Map<string, DeliveryRow>;
  readonly updated: Map<string, Partial<DeliveryRow> & { readonly id: string }>;
}

/** Folds a batch, so that a delivery that is accepted, sent and delivered within it is one row written once. */
export function foldBatch(events: readonly RecordedEvent[]): Changes {
  const changes: Changes = { inserted: new Map(), updated: new Map() };
  for (const recorded of events) {
    const event = recorded as unknown as DeliveryEvent;
    if (event.type === 'DeliveryAccepted') changes.inserted.set(event.data.deliveryId, acceptedRow(recorded, event.data));
    else if (recorded.stream.startsWith('delivery-')) changeRow(changes, recorded, event);
  }
  return changes;
}

function acceptedRow(recorded: RecordedEvent, data: Extract<DeliveryEvent, { type: 'DeliveryAccepted' }>['data']): DeliveryRow {
  return {
    id: data.deliveryId,
    tenant: recorded.tenant,
    notification_id: data.notificationId,
    type: data.notificationType,
    connector_id: data.connectorId,
    subscription_id: data.subscriptionId,
    connector_version: null,
    status: 'pending',
    reason: null,
    attempts: 0,
    next_attempt_at: recorded.at,
    ticket: null,
    url: null,
    accepted_at: recorded.at,
    updated_at: recorded.at,
    delivered_at: null,
    routed_at: data.routed.at,
    due_at: recorded.at,
  };
}

function changeRow(changes: Changes, recorded: RecordedEvent, event: DeliveryEvent): void {
  const id = recorded.stream.slice('delivery-'.length);
  const row: Partial<DeliveryRow> = changes.inserted.get(id) ?? changes.updated.get(id) ?? { id };
  Object.assign(row, changeOf(event), { updated_at: recorded.at });
  if (!changes.inserted.has(id)) changes.updated.set(id, row as Partial<DeliveryRow> & { id: string });
}

/** The members that an event sets; the others keep what they had. */
function changeOf(event: DeliveryEvent): Partial<DeliveryRow> {
  switch (event.type) {
    case 'DeliveryAccepted':
      return {};
    case 'AttemptStarted': {
      const { connectorVersion, number, deadline } = event.data;
      const due_at = new Date(Date.parse(deadline) + lostGraceMs).toISOString();
      return { status: 'attempting', reason: null, connector_version: connectorVersion, attempts: number, next_attempt_at: null, due_at };
    }
    case 'DeliveryDelivered':
      return { status: 'delivered', reason: null, next_attempt_at: null, due_at: null, delivered_at: event.data.finishedAt, ...receiptOf(event.data.receipt) };
    case 'AttemptFailed':
      return { status: 'retrying', reason: event.data.reason, ...receiptOf(event.data.receipt) };
    case 'RetryScheduled':
      return { status: 'retrying', next_attempt_at: event.data.dueAt, due_at: event.data.dueAt };
    case 'DeliveryDeadLettered':
      return { status: 'dead-lettered', reason: event.data.reason, next_attempt_at: null, due_at: null };
    case 'DeliveryCancelled':
      return { status: 'cancelled', reason: event.data.reason, next_attempt_at: null, due_at: null };
    case 'RedeliveryRequested':
      return { status: 'pending', reason: null, next_attempt_at: event.data.dueAt, due_at: event.data.dueAt };
  }
}

function receiptOf(receipt: Record<string, unknown> | null): Partial<DeliveryRow> {
  if (receipt === null) return {};
  const { ticket, url } = receipt as { ticket?: string; url?: string };
  return { ...(ticket === undefined ? {} : { ticket }), ...(url === undefined ? {} : { url }) };
}

/** Writes a batch in a handful of statements, whatever its size. */
async function apply(client: ReadModelClient, events: readonly RecordedEvent[]): Promise<void> {
  const { inserted, updated } = foldBatch(events);
  const rows = [...inserted.values()];
  const changed = [...updated.values()];
  if (rows.length > 0) await client.query(insertSql, insertColumns.map((column) => rows.map((row) => row[column])));
  // Rows that set the same members are written together.
  for (const [members, group] of groupByMembers(changed)) {
    await client.query(updateSql(members), [group.map((row) => row.id), ...members.map((member) => group.map((row) => row[member] ?? null))]);
  }
  await applyDue(client, [...rows, ...changed]);
}

async function applyDue(client: ReadModelClient, rows: readonly (Partial<DeliveryRow> & { id: string })[]): Promise<void> {
  const over = rows.filter((row) => row.due_at === null).map((row) => row.id);
  const due = rows.filter((row) => typeof row.due_at === 'string');
  if (over.length > 0) await client.query('delete from delivery_due where id = any($1)', [over]);
  if (due.length === 0) return;
  await client.query(dueSql, [
    due.map((row) => row.id),
    due.map((row) => row.due_at),
    due.map((row) => row.status === 'attempting'),
    due.map((row) => (row.status === 'pending' && row.accepted_at !== undefined ? leaseAfter(row.accepted_at) : null)),
  ]);
}

function leaseAfter(at: string): string {
  return new Date(Date.parse(at) + firstLeaseMs).toISOString();
}

function groupByMembers(rows: readonly (Partial<DeliveryRow> & { id: string })[]): [UpdateMember[], (Partial<DeliveryRow> & { id: string })[]][] {
  const groups = new Map<string, [UpdateMember[], (Partial<DeliveryRow> & { id: string })[]]>();
  for (const row of rows) {
    const members = updateMembers.filter((member) => row[member] !== undefined);
    const key = members.join();
    const group = groups.get(key) ?? [members, []];
    group[1].push(row);
    groups.set(key, group);
  }
  return [...groups.values()];
}

const columnTypes = {
  id: 'text', tenant: 'text', notification_id: 'text', type: 'text', connector_id: 'text', subscription_id: 'text',
  connector_version: 'int', status: 'text', reason: 'text', attempts: 'int', next_attempt_at: 'timestamptz', ticket: 'text', url: 'text',
  accepted_at: 'timestamptz', updated_at: 'timestamptz', delivered_at: 'timestamptz', routed_at: 'timestamptz',
} as const; // prettier-ignore
type Column = keyof typeof columnTypes;
const insertColumns = Object.keys(columnTypes) as Column[];
const updateMembers = ['connector_version', 'status', 'reason', 'attempts', 'next_attempt_at', 'ticket', 'url', 'updated_at', 'delivered_at'] as const;
type UpdateMember = (typeof updateMembers)[number];

const insertSql = `
  insert into delivery (${insertColumns.join(', ')})
  select * from unnest(${insertColumns.map((column, index) => `$${index + 1}::${columnTypes[column]}[]`).join(', ')})`;

const updateSql = (members: readonly UpdateMember[]): string => `
  update delivery d set ${members.map((member) => `${member} = n.${member}`).join(', ')}
  from unnest($1::text[]${members.map((member, index) => `, $${index + 2}::${columnTypes[member]}[]`).join('')}) n (id${members.map((member) => `, ${member}`).join('')})
  where d.id = n.id`;

const dueSql = `
  insert into delivery_due (id, connector_id, due_at, lost, owned_until)
  select n.id, d.connector_id, n.due_at, n.lost, n.owned_until
  from unnest($1::text[], $2::timestamptz[], $3::boolean[], $4::timestamptz[]) n (id, due_at, lost, owned_until)
  join delivery d on d.id = n.id
  on conflict (id) do update set due_at = excluded.due_at, lost = excluded.lost, owned_until = null`;
