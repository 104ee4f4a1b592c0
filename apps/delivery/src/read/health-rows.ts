import type { HealthEvent } from '@waybill/delivery/connector-health';
import { int8Array, textArray, timestamptzArray } from '@waybill/event-log/pg-array';
import type { FoldedEvent, ReadModelClient } from '@waybill/event-log/read-model';
import type { DataSource } from 'typeorm';
import type { Connectors } from '../work/connectors.js';

/** A connector of which something is to be known: paused, failing, or given up and not yet disabled. */
export interface HealthRow {
  readonly connectorId: string;
  readonly tenant: string;
  /** Epoch ms; 0 when it is not paused. */
  readonly pausedUntilMs: number;
  /** When the target asked for that; 0 when it did not. */
  readonly pausedAtMs: number;
  readonly failingSinceMs: number | null;
  /** Why it was given up; null when it was not. */
  readonly givenUp: string | null;
  readonly because: string | null;
  /** Position of the event that gave it up: what is asked because of it is asked under this name. */
  readonly givenUpPosition: number;
}

export const healthTables = [
  `create table connector_health (
     connector_id text primary key, tenant text not null, paused_until timestamptz, paused_at timestamptz, failing_since timestamptz,
     given_up text, because text, given_up_position bigint)`,
];

/** What may change of a row, with its type. */
const members = {
  paused_until: 'timestamptz', paused_at: 'timestamptz', failing_since: 'timestamptz', given_up: 'text', because: 'text', given_up_position: 'bigint',
} as const; // prettier-ignore
type Member = keyof typeof members;
type Change = Partial<Record<Member, string | number | null>>;

interface Changed {
  readonly connectorId: string;
  readonly tenant: string;
  readonly set: Change;
}

/** One statement for all rows of which the same members change: a thousand connectors fail in the same moment. */
export async function applyHealth(client: ReadModelClient, events: readonly FoldedEvent[]): Promise<void> {
  for (const [key, rows] of Map.groupBy(changesOf(events), ({ set }) => memberNames(set).join())) {
    const names = key.split(',') as Member[];
    const columns = names.map((name) => columnOf(name, rows));
    await client.query(
      `insert into connector_health (connector_id, tenant, ${key})
       select * from unnest($1::text[], $2::text[], ${names.map((name, at) => `$${at + 3}::${members[name]}[]`).join(', ')})
       on conflict (connector_id) do update set ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`,
      [textArray(rows.map(({ connectorId }) => connectorId)), textArray(rows.map(({ tenant }) => tenant)), ...columns],
    );
  }
}

function changesOf(events: readonly FoldedEvent[]): Changed[] {
  const changes = new Map<string, Changed>();
  for (const recorded of events) {
    const { stream, tenant } = recorded;
    if (!stream.startsWith('connectorhealth-')) continue;
    const change = changes.get(stream) ?? { connectorId: stream.slice('connectorhealth-'.length), tenant, set: {} };
    Object.assign(change.set, changeOf(recorded as unknown as HealthEvent, recorded));
    changes.set(stream, change);
  }
  return [...changes.values()];
}

const memberNames = (set: Change): Member[] => (Object.keys(members) as Member[]).filter((name) => name in set);

function columnOf(name: Member, rows: readonly Changed[]): Buffer {
  const values = rows.map(({ set }) => set[name] ?? null);
  if (members[name] === 'bigint') return int8Array(values as (number | null)[]);
  return members[name] === 'text'
    ? textArray(values as (string | null)[])
    : timestamptzArray(values as (string | null)[]);
}

function changeOf(event: HealthEvent, { position, at }: FoldedEvent): Change {
  switch (event.type) {
    case 'ConnectorPaused':
      return { paused_until: event.data.until, paused_at: at };
    case 'ConnectorFailing':
      return { failing_since: event.data.since, because: event.data.because };
    case 'ConnectorRecovered':
      return { failing_since: null, because: null };
    case 'ConnectorGivenUp':
      return { given_up: event.data.reason, because: event.data.because, given_up_position: position };
    case 'ConnectorDisableAsked':
      // Whoever enables it again starts with a clean sheet.
      return { given_up: null, because: null, failing_since: null, paused_until: null };
  }
}

/** Asks for the connectors of which something is to be known now: a handful, of all tenants or of one. */
export class Healths {
  constructor(
    private readonly database: DataSource,
    private readonly connectors: Connectors,
    /** Resolves when the read model has what the log has, or cannot have it soon. */
    private readonly whenCurrent: () => Promise<unknown>,
  ) {}

  /** For people: as current as the log. */
  async current(tenant: string): Promise<HealthRow[]> {
    await this.whenCurrent();
    return this.of(tenant);
  }

  async of(tenant?: string): Promise<HealthRow[]> {
    const rows = await this.database.query<Row[]>(readSql, [tenant ?? null]);
    return rows.map((row) => this.sinceChanged(rowOf(row)));
  }

  /** Without what was known before somebody changed the connector: whoever mends it starts with a clean sheet. */
  private sinceChanged(row: HealthRow): HealthRow {
    const changedMs = Date.parse(this.connectors.get(row.connectorId)?.changedAt ?? '') || 0;
    const isFailing = row.failingSinceMs !== null && row.failingSinceMs >= changedMs;
    return {
      ...row,
      failingSinceMs: isFailing ? row.failingSinceMs : null,
      pausedUntilMs: row.pausedAtMs >= changedMs ? row.pausedUntilMs : 0,
    };
  }
}

/** As numbers: a thousand rows are read four times a second while so many fail, and to parse their times took longer than all else. */
const epochMs = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8 as ${column}`;

const readSql = `
  select connector_id, tenant, ${epochMs('paused_until')}, ${epochMs('paused_at')}, ${epochMs('failing_since')}, given_up, because, given_up_position
  from rm_deliveries.connector_health
  where (paused_until > now() or failing_since is not null or given_up is not null) and ($1::text is null or tenant = $1)`;

function rowOf(row: Row): HealthRow {
  return {
    connectorId: row.connector_id,
    tenant: row.tenant,
    pausedUntilMs: row.paused_until ?? 0,
    pausedAtMs: row.paused_at ?? 0,
    failingSinceMs: row.failing_since,
    givenUp: row.given_up,
    because: row.because,
    givenUpPosition: Number(row.given_up_position ?? 0),
  };
}

interface Row {
  readonly connector_id: string;
  readonly tenant: string;
  /** Epoch ms, also the next two. */
  readonly paused_until: number | null;
  readonly paused_at: number | null;
  readonly failing_since: number | null;
  readonly given_up: string | null;
  readonly because: string | null;
  readonly given_up_position: string | null;
}
