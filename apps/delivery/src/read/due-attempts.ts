import type { DataSource } from 'typeorm';

export interface DueAttempt {
  readonly deliveryId: string;
  /** The database's time, by which it is due. */
  readonly nowAt: string;
}

/** A claimed row belongs to the copy for so long; what it holds in memory it leases again in time (`keep`). */
const leaseMs = 15_000;
/** More connectors with something due than this are looked at in the next round. */
const connectorsMax = 2_000;

const schema = 'rm_deliveries';

/** What is due, shared between the copies by leases on the rows. */
export class DueAttempts {
  constructor(private readonly database: DataSource) {}

  /**
   * Leases rows that are due: per connector at most as many as `room` says, so that ten thousand retries of one connector do not stand
   * before another's first; lost attempts of any connector. Oldest first. At most about `max` rows.
   */
  async claim(max: number, room: (connectorId: string) => number): Promise<DueAttempt[]> {
    const connectors = await this.database.query<{ connector_id: string }[]>(dueConnectorsSql, [connectorsMax]);
    if (connectors.length === 0) return [];
    const ids = connectors.map((row) => row.connector_id);
    const share = Math.max(1, Math.floor(max / ids.length));
    const limits = ids.map((id) => Math.min(share, Math.max(0, room(id))));
    const rows = await this.database.query<{ id: string; now_at: Date }[]>(claimSql, [ids, limits, share, leaseMs]);
    return rows.map((row) => ({ deliveryId: row.id, nowAt: row.now_at.toISOString() }));
  }

  /** Leases again what waits in this copy's memory, and sweeps leases that ended long ago. */
  async keep(deliveryIds: readonly string[]): Promise<void> {
    await this.database.query(keepSql, [deliveryIds, leaseMs]);
  }
}

/** A loose index scan: one step a connector, however many rows it has. */
const dueConnectorsSql = `
  with recursive step as (
    (select connector_id from ${schema}.delivery_due order by connector_id limit 1)
    union all
    select (select connector_id from ${schema}.delivery_due d where d.connector_id > step.connector_id order by connector_id limit 1)
    from step where step.connector_id is not null)
  select connector_id from step
  where connector_id is not null and exists (
    select 1 from ${schema}.delivery_due d where d.connector_id = step.connector_id and d.due_at <= now())
  limit $1`;

/** The lease is the claim: of two copies that pick the same row one finds the other's lease in its way and gets nothing. */
const claimSql = `
  with picked as (
    select one.id
    from unnest($1::text[], $2::int[]) wanted (connector_id, room)
    cross join lateral (
      (select d.id from ${schema}.delivery_due d left join due_leases l on l.id = d.id and l.until > now()
       where d.connector_id = wanted.connector_id and not d.lost and d.due_at <= now() and (d.owned_until is null or d.owned_until < now()) and l.id is null
       order by d.due_at limit wanted.room)
      union all
      (select d.id from ${schema}.delivery_due d left join due_leases l on l.id = d.id and l.until > now()
       where d.connector_id = wanted.connector_id and d.lost and d.due_at <= now() and l.id is null
       order by d.due_at limit $3)) one)
  insert into due_leases as lease (id, until) select id, now() + $4 * interval '1 ms' from picked order by id
  on conflict (id) do update set until = excluded.until where lease.until <= now()
  returning id, now() as now_at`;

const keepSql = `
  with swept as (delete from due_leases where until < now() - interval '1 minute' and not id = any($1::text[]))
  insert into due_leases (id, until) select id, now() + $2 * interval '1 ms' from unnest($1::text[]) held (id) order by id
  on conflict (id) do update set until = excluded.until`;
