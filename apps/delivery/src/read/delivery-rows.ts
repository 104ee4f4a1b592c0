import { ticketLengthMax } from '@waybill/contracts/http/fields';
import type { Accepted, DeliveryEvent, SuppressedBy } from '@waybill/delivery/delivery';
import { boolArray, int4Array, int8Array, textArray, timestamptzArray } from '@waybill/event-log/pg-array';
import type { FoldedEvent, ReadModelClient } from '@waybill/event-log/read-model';

/** One delivery as the explorer shows it; asked by `delivery-list.ts`, `stats.ts` and the jobs. */
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
  /** When the target accepted it first. */
  delivered_at: string | null;
  /** When the routing event was recorded: the start of the latency. */
  routed_at: string;
  /** Names the thing it is about at this connector; null where there is no correlation key. */
  correlation_mac: string | null;
  /** Where it was accepted: the order of the deliveries of one thing. */
  accepted_position: number;
  /** An attempt of it has an unknown outcome: it may have arrived more often than the record can tell. */
  uncertain: boolean;
  /** What the due table says; null when nothing is due. For an attempt under way it is the moment from which it counts as lost. */
  due_at: string | null;
  due_rank: DueRank;
  /** Somebody sends it again: it has not ended after all. */
  reopened?: true;
  /** Where it was changed last: who leased the row before that has no claim to what it says now. */
  changed_position: number;
}

/** First attempts go before retries and redeliveries; an attempt under way is due only when it was lost. */
export const dueRanks = { first: 0, late: 1, lost: 2 } as const;
export type DueRank = (typeof dueRanks)[keyof typeof dueRanks];

/** The front of an id is its time: so much of it is the same for 2^25 ms, nine hours and a third. */
export const spanLength = 9;

/** A deadline is met by a clock that may differ a little from the one that set it. */
const lostGraceMs = 2_000;

export const deliveryTables = [
  // A batch that finds a page full of rows that it all changes needs room for as many again, or each of them writes to six indexes:
  // at 70 the updates cost 17 us of PostgreSQL a delivery under load, at 45 they cost 5, and the inserts 1-3 more.
  `create table delivery (
     id text collate "C" primary key, tenant text not null, notification_id text not null, type text not null,
     connector_id text not null, subscription_id text not null, connector_version int, status text not null, reason text,
     attempts int not null, next_attempt_at timestamptz, ticket text, url text, accepted_at timestamptz not null,
     updated_at timestamptz not null, delivered_at timestamptz, routed_at timestamptz not null,
     correlation_mac text, accepted_position bigint not null, uncertain boolean not null) with (fillfactor = 45)`,
  // What people look for. A table of its own, because an index of the status would make every change of a delivery write to every
  // index of the row: that cost more than all else this read model does.
  `create table delivery_ended (
     id text collate "C" primary key, tenant text not null, connector_id text not null, subscription_id text not null, type text not null,
     status text not null, reason text)`,
  // Apart from those that ended badly: a storm that was held back must not stand in the way of whoever looks for these.
  `create table delivery_suppressed (
     id text collate "C" primary key, tenant text not null, connector_id text not null, subscription_id text not null, type text not null,
     status text not null, reason text)`,
  // How many of which connector, subscription and type were accepted in which span of time: two that never met are answered without
  // reading the rows of either, and a million is counted without reading it. Only ever added to, so one small row a batch and kind;
  // what is still suppressed of them is counted beside, and taken away again where somebody has it sent.
  `create table delivery_kind (
     tenant text not null, connector_id text not null, subscription_id text not null, type text not null, span text collate "C" not null,
     count int not null, suppressed int not null, primary key (tenant, connector_id, subscription_id, type, span)) with (fillfactor = 50)`,
  `create table delivery_ticket (tenant text not null, ticket text not null, id text collate "C", primary key (tenant, ticket, id))`,
];

export const deliveryIndexes = [
  `create index on delivery (tenant, id)`,
  `create index on delivery (tenant, type, id)`,
  `create index on delivery (tenant, connector_id, id)`,
  `create index on delivery (notification_id)`,
  `create index on delivery (tenant, subscription_id, id)`,
  `create index on delivery_ended (tenant, status, id)`,
  `create index on delivery_ended (tenant, reason, id)`,
  `create index on delivery_ended (connector_id, status, id)`,
  `create index on delivery_suppressed (tenant, id)`,
  ...['connector_id', 'subscription_id', 'type'].map(
    (kind) => `create index on delivery_suppressed (tenant, ${kind}, id)`,
  ),
];

/** Ends that are kept in `delivery_ended`; most deliveries are delivered, and those are nobody's worry. */
const keptEnds: ReadonlySet<string | undefined> = new Set(['dead-lettered', 'cancelled']);

/** What one batch of events changes: rows that are new, and members of rows that were there. */
export interface Changes {
  readonly inserted: Map<string, DeliveryRow>;
  readonly updated: Map<string, Partial<DeliveryRow> & { readonly id: string }>;
}

/** Folds a batch, so that a delivery that is accepted, sent and delivered within it is one row written once. */
export function foldBatch(events: readonly FoldedEvent[]): Changes {
  const changes: Changes = { inserted: new Map(), updated: new Map() };
  for (const recorded of events) {
    const event = recorded as unknown as DeliveryEvent;
    if (event.type === 'DeliveryAccepted')
      changes.inserted.set(event.data.deliveryId, acceptedRow(recorded, event.data));
    else if (event.type === 'DeliverySuppressed')
      changes.inserted.set(event.data.deliveryId, suppressedRow(recorded, event.data));
    else if (recorded.stream.startsWith('delivery-')) changeRow(changes, recorded, event);
  }
  return changes;
}

function acceptedRow(recorded: FoldedEvent, data: Accepted): DeliveryRow {
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
    correlation_mac: data.correlationMac ?? null,
    accepted_position: recorded.position,
    uncertain: false,
    due_at: recorded.at,
    due_rank: dueRanks.first,
    changed_position: recorded.position,
  };
}

function suppressedRow(recorded: FoldedEvent, data: Accepted & SuppressedBy): DeliveryRow {
  const { reason } = data;
  return { ...acceptedRow(recorded, data), status: 'suppressed', reason, next_attempt_at: null, due_at: null };
}

function changeRow(changes: Changes, recorded: FoldedEvent, event: DeliveryEvent): void {
  const id = recorded.stream.slice('delivery-'.length);
  const row: Partial<DeliveryRow> = changes.inserted.get(id) ?? changes.updated.get(id) ?? { id };
  Object.assign(row, changeOf(event), { updated_at: recorded.at, changed_position: recorded.position });
  if (!changes.inserted.has(id)) changes.updated.set(id, row as Partial<DeliveryRow> & { id: string });
}

/** The members that an event sets; the others keep what they had. */
function changeOf(event: DeliveryEvent): Partial<DeliveryRow> {
  switch (event.type) {
    case 'DeliveryAccepted':
    case 'DeliverySuppressed':
      return {};
    case 'AttemptStarted': {
      const { connectorVersion, number, deadline } = event.data;
      const due_at = new Date(Date.parse(deadline) + lostGraceMs).toISOString();
      return {
        status: 'attempting',
        reason: null,
        connector_version: connectorVersion,
        attempts: number,
        next_attempt_at: null,
        due_at,
        due_rank: dueRanks.lost,
      };
    }
    case 'DeliveryDelivered':
      return {
        status: 'delivered',
        reason: null,
        next_attempt_at: null,
        due_at: null,
        delivered_at: event.data.finishedAt,
        ...receiptOf(event.data.receipt),
      };
    case 'AttemptFailed':
      return {
        status: 'retrying',
        reason: event.data.reason,
        ...(event.data.outcome === 'unknown' ? { uncertain: true } : {}),
        ...receiptOf(event.data.receipt),
      };
    case 'RetryScheduled':
      return {
        status: 'retrying',
        next_attempt_at: event.data.dueAt,
        due_at: event.data.dueAt,
        due_rank: dueRanks.late,
      };
    case 'DeliveryDeadLettered':
      return { status: 'dead-lettered', reason: event.data.reason, next_attempt_at: null, due_at: null };
    case 'DeliveryCancelled':
      return { status: 'cancelled', reason: event.data.reason, next_attempt_at: null, due_at: null };
    case 'RedeliveryRequested':
      return {
        status: 'pending',
        reason: null,
        next_attempt_at: event.data.dueAt,
        due_at: event.data.dueAt,
        due_rank: dueRanks.late,
        reopened: true,
      };
  }
}

function receiptOf(receipt: Record<string, unknown> | null): Partial<DeliveryRow> {
  if (receipt === null) return {};
  const { ticket, url } = receipt as { ticket?: string; url?: string };
  return { ...(ticket === undefined ? {} : { ticket }), ...(url === undefined ? {} : { url }) };
}

/** Writes a batch in a handful of statements, whatever its size. */
export async function applyDeliveries(client: ReadModelClient, { inserted, updated }: Changes): Promise<void> {
  const rows = [...inserted.values()];
  if (rows.length > 0)
    await client.query(
      insertSql,
      insertColumns.map((column) => columnArray(column, rows)),
    );
  // Rows that set the same members are written together.
  for (const [members, group] of groupByMembers([...updated.values()])) {
    await client.query(updateSql(members), [
      columnArray('id', group),
      ...members.map((member) => columnArray(member, group)),
    ]);
  }
}

/** Notes the deliveries that ended otherwise than delivered, each in its table, after `applyDeliveries`, and strikes out those that somebody sends again. */
export async function applyEnds(client: ReadModelClient, { inserted, updated }: Changes): Promise<void> {
  const rows: (Partial<DeliveryRow> & { readonly id: string })[] = [...inserted.values(), ...updated.values()];
  const ended = rows.filter((row) => keptEnds.has(row.status));
  const suppressed = rows.filter((row) => row.status === 'suppressed');
  const again = rows.filter((row) => row.reopened).map((row) => row.id);
  if (again.length > 0) {
    await client.query('delete from delivery_ended where id = any($1)', [again]);
    await client.query(noLongerSuppressedSql, [again]);
  }
  if (ended.length > 0) await client.query(noteSql('delivery_ended'), [ended.map((row) => row.id)]);
  if (suppressed.length > 0) await client.query(noteSql('delivery_suppressed'), [suppressed.map((row) => row.id)]);
}

/** Notes by which tickets a delivery is found, after `applyDeliveries`; most targets have none. */
export async function applyTickets(client: ReadModelClient, events: readonly FoldedEvent[]): Promise<void> {
  const noted = events.flatMap((recorded) => {
    const event = recorded as unknown as DeliveryEvent;
    if (event.type !== 'DeliveryDelivered' && event.type !== 'AttemptFailed') return [];
    const { ticket } = receiptOf(event.data.receipt);
    return typeof ticket === 'string' ? [{ id: recorded.stream.slice('delivery-'.length), ticket }] : [];
  });
  if (noted.length > 0) await client.query(ticketSql, [noted.map(({ id }) => id), noted.map(({ ticket }) => ticket)]);
}

function groupByMembers(
  rows: readonly (Partial<DeliveryRow> & { id: string })[],
): [UpdateMember[], (Partial<DeliveryRow> & { id: string })[]][] {
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
  correlation_mac: 'text', accepted_position: 'bigint', uncertain: 'boolean',
} as const; // prettier-ignore
type Column = keyof typeof columnTypes;
const arrayOf = {
  text: textArray, int: int4Array, bigint: int8Array, boolean: boolArray, timestamptz: timestamptzArray,
} as const; // prettier-ignore

/** One column of the rows as a parameter for `unnest`, in PostgreSQL's binary form: as texts the two sides would spell and parse each value. */
function columnArray(column: Column, rows: readonly Partial<DeliveryRow>[]): Buffer {
  const array = arrayOf[columnTypes[column]] as (values: readonly unknown[]) => Buffer;
  return array(rows.map((row) => row[column] ?? null));
}

const insertColumns = Object.keys(columnTypes) as Column[];
const updateMembers = [
  'connector_version',
  'status',
  'reason',
  'attempts',
  'next_attempt_at',
  'ticket',
  'url',
  'updated_at',
  'delivered_at',
  'uncertain',
] as const;
type UpdateMember = (typeof updateMembers)[number];

const insertSql = `
  with fresh (${insertColumns.join(', ')}) as (
    select * from unnest(${insertColumns.map((column, index) => `$${index + 1}::${columnTypes[column]}[]`).join(', ')})),
  kinds as (
    insert into delivery_kind as k (tenant, connector_id, subscription_id, type, span, count, suppressed)
    select tenant, connector_id, subscription_id, type, left(id, ${spanLength}), count(*), count(*) filter (where status = 'suppressed')
    from fresh group by 1, 2, 3, 4, 5
    on conflict (tenant, connector_id, subscription_id, type, span) do update set
      count = k.count + excluded.count, suppressed = k.suppressed + excluded.suppressed)
  insert into delivery (${insertColumns.join(', ')}) select * from fresh`;

/** The latency is that of the first acceptance: a redelivery of next week does not make it a week. */
const valueOf = (member: UpdateMember): string =>
  member === 'delivered_at' ? 'coalesce(d.delivered_at, n.delivered_at)' : `n.${member}`;

const updateSql = (members: readonly UpdateMember[]): string => `
  update delivery d set ${members.map((member) => `${member} = ${valueOf(member)}`).join(', ')}
  from unnest($1::text[]${members.map((member, index) => `, $${index + 2}::${columnTypes[member]}[]`).join('')}) n (id${members.map((member) => `, ${member}`).join('')})
  where d.id = n.id`;

const noteSql = (table: 'delivery_ended' | 'delivery_suppressed'): string => `
  insert into ${table} (id, tenant, connector_id, subscription_id, type, status, reason)
  select id, tenant, connector_id, subscription_id, type, status, reason from delivery where id = any($1)
  on conflict (id) do update set status = excluded.status, reason = excluded.reason`;

const noLongerSuppressedSql = `
  with gone as (
    delete from delivery_suppressed where id = any($1) returning tenant, connector_id, subscription_id, type, left(id, ${spanLength}) as span),
  counted as (select tenant, connector_id, subscription_id, type, span, count(*) as n from gone group by 1, 2, 3, 4, 5)
  update delivery_kind k set suppressed = k.suppressed - n from counted c
  where (k.tenant, k.connector_id, k.subscription_id, k.type, k.span) = (c.tenant, c.connector_id, c.subscription_id, c.type, c.span)`;

/**
 * By so much of a ticket it is found: of a longer one, which only a target that is none would name, PostgreSQL makes no key (a row of an
 * index has at most 2,704 bytes), and one of them would stop the rows of everybody.
 */
export const findableTicket = (ticket: string): string => `left(${ticket}, ${ticketLengthMax})`;

const ticketSql = `
  insert into delivery_ticket (tenant, ticket, id)
  select d.tenant, ${findableTicket('n.ticket')}, n.id from unnest($1::text[], $2::text[]) n (id, ticket) join delivery d on d.id = n.id
  on conflict do nothing`;
