import type { NotificationRouted } from '@waybill/contracts/log/subscriptions';
import { categoryOf } from '@waybill/event-log/log';
import type { FoldedEvent, ReadModel, ReadModelClient } from '@waybill/event-log/read-model';
import {
  evolve,
  initialSubscription,
  type SubscriptionEvent,
  type SubscriptionState,
} from '@waybill/subscription/subscription';
import type { DataSource } from 'typeorm';
import type { LoadedSubscription } from '../routing/route-table.js';
import type { RecordedWindow } from '../routing/suppression-windows.js';

/**
 * Windows are kept for so long after their end: whoever takes over an intake needs those that were open when what waits for it was received.
 * What waited longer than this is decided as if the windows before it had not been.
 */
const keptForMs = 24 * 3_600_000;

/** What a router begins from: every subscription with its state, and the suppression windows that are open or have just ended. Lists ask it too. */
export const routingState: ReadModel = {
  name: 'routing_state',
  version: 2,
  tables: [
    `create table subscription (
       id text collate "C" primary key, tenant text not null, version int not null, position bigint not null, status text not null,
       name text not null, connector_ids text[] not null, types text[] not null, state jsonb not null)`,
    `create table suppression_window (
       tenant text not null, subscription_id text not null, key_mac text not null, until timestamptz not null,
       primary key (subscription_id, key_mac))`,
    // The fold itself takes out what has ended.
    'create index on suppression_window (tenant, until)',
  ],
  indexes: ['create index on subscription (tenant, id)'],
  categories: ['subscription', 'notification'],
  apply,
};

async function apply(client: ReadModelClient, events: readonly FoldedEvent[]): Promise<void> {
  await applySubscriptions(
    client,
    events.filter((event) => categoryOf(event.stream) === 'subscription'),
  );
  await applyWindows(
    client,
    events.filter((event) => event.type === 'NotificationRouted'),
  );
}

async function applySubscriptions(client: ReadModelClient, events: readonly FoldedEvent[]): Promise<void> {
  if (events.length === 0) return;
  const ids = [...new Set(events.map(idOf))];
  const known = await client.query<{ id: string; state: SubscriptionState }>(
    'select id, state from subscription where id = any($1)',
    [ids],
  );
  const states = new Map(known.rows.map((row) => [row.id, row.state]));
  const newest = new Map<string, FoldedEvent>();
  for (const event of events) {
    states.set(
      idOf(event),
      evolve(states.get(idOf(event)) ?? initialSubscription, event as unknown as SubscriptionEvent),
    );
    newest.set(idOf(event), event);
  }
  for (const [id, event] of newest) await keep(client, id, event, states.get(id) as SubscriptionState);
}

const idOf = (event: FoldedEvent): string => event.stream.slice('subscription-'.length);

async function keep(client: ReadModelClient, id: string, event: FoldedEvent, state: SubscriptionState): Promise<void> {
  if (state.status === 'none') return;
  const { name, connectorIds, types } = state.subscription;
  await client.query(
    `insert into subscription (id, tenant, version, position, status, name, connector_ids, types, state)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (id) do update set version = excluded.version, position = excluded.position, status = excluded.status, name = excluded.name,
       connector_ids = excluded.connector_ids, types = excluded.types, state = excluded.state`,
    [id, event.tenant, event.version, event.position, state.status, name, connectorIds, types, JSON.stringify(state)],
  );
}

async function applyWindows(client: ReadModelClient, events: readonly FoldedEvent[]): Promise<void> {
  const windows = new Map<string, { tenant: string; window: RecordedWindow }>();
  const openedAt = new Map<string, string>();
  for (const event of events) {
    for (const window of (event.data as unknown as NotificationRouted).opened) {
      windows.set(`${window.subscriptionId} ${window.keyMac}`, { tenant: event.tenant, window });
      openedAt.set(event.tenant, event.at);
    }
  }
  if (windows.size === 0) return;
  const rows = [...windows.values()];
  await client.query(
    `insert into suppression_window (tenant, subscription_id, key_mac, until)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
     on conflict (subscription_id, key_mac) do update set until = excluded.until`,
    [
      rows.map((row) => row.tenant),
      rows.map((row) => row.window.subscriptionId),
      rows.map((row) => row.window.keyMac),
      rows.map((row) => row.window.until),
    ],
  );
  await forgetEnded(client, openedAt);
}

/** By the time of the tenant's last event that opened one, whatever batch it came in: so a rebuild has the same rows. */
async function forgetEnded(client: ReadModelClient, openedAt: ReadonlyMap<string, string>): Promise<void> {
  const before = [...openedAt.values()].map((at) => new Date(Date.parse(at) - keptForMs));
  await client.query(
    `delete from suppression_window as window_ using unnest($1::text[], $2::timestamptz[]) as ended (tenant, before)
     where window_.tenant = ended.tenant and window_.until < ended.before`,
    [[...openedAt.keys()], before],
  );
}

/** Answers from the live tables. */
export class RoutingState {
  constructor(private readonly database: DataSource) {}

  /** Every subscription, and the position that the rows stand for: one snapshot. */
  async loadAll(): Promise<{ rows: LoadedSubscription[]; position: number }> {
    const [found] = await this.database.query<{ position: string | null; rows: LoadedRow[] }[]>(loadSql);
    const rows = (found?.rows ?? []).map((row): LoadedSubscription => ({
      ...row,
      stream: `subscription-${row.id}`,
      lastPosition: Number(row.position),
    }));
    return { rows, position: Number(found?.position ?? 0) };
  }

  /** As `SubscriptionIds` says; whoever calls waits for the rows to be current first. */
  async idsOf(tenant: string, after: string, limit: number): Promise<string[]> {
    const rows = await this.database.query<{ id: string }[]>(
      'select id from rm_routing_state.subscription where tenant = $1 and id > $2 order by id limit $3',
      [tenant, after, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** The windows of a tenant that were open at that time or later; null: all that are kept. */
  async windows(tenant: string, sinceMs: number | null): Promise<RecordedWindow[]> {
    const rows = await this.database.query<{ subscription_id: string; key_mac: string; until: Date }[]>(
      `select subscription_id, key_mac, until from rm_routing_state.suppression_window
       where tenant = $1 and until > coalesce($2::timestamptz, '-infinity')`,
      [tenant, sinceMs === null ? null : new Date(sinceMs)],
    );
    return rows.map((row) => ({
      subscriptionId: row.subscription_id,
      keyMac: row.key_mac,
      until: row.until.toISOString(),
    }));
  }
}

interface LoadedRow {
  readonly id: string;
  readonly tenant: string;
  readonly version: number;
  readonly position: string;
  readonly state: LoadedSubscription['state'];
}

const loadSql = `
  select (select position from log_projections where name = 'routing_state' and slot = 'live') as position,
         coalesce((select json_agg(json_build_object('id', id, 'tenant', tenant, 'version', version, 'position', position::text, 'state', state))
                   from rm_routing_state.subscription), '[]') as rows`;
