import type { Receipt } from '@waybill/targets/outcome';
import type { DataSource } from 'typeorm';
import { dueRanks } from './delivery-rows.js';

export interface DueAttempt {
  readonly deliveryId: string;
  readonly connectorId: string;
  /** The database's time, by which it is due. */
  readonly nowAt: string;
  /** What the deliveries of the same thing left behind last; null where there is nothing, or no correlation key. */
  readonly remembered: Receipt | null;
  /** Why it is to be ended instead of attempted; null for most. */
  readonly cancel: string | null;
  /** The last event of it that the claim is about: what came behind it may have changed what is due. */
  readonly position: number;
}

/** What a look leases. */
export interface Wanted {
  /** At most about so many rows. */
  readonly max: number;
  /** How many of a connector, so that ten thousand retries of one do not stand before another's first. */
  readonly room: (connectorId: string) => number;
  /** Of such a connector all rows are to end, due or not. */
  readonly isClosing: (connectorId: string) => boolean;
  /** Whether what is to end is leased, which needs no room. */
  readonly withEnds: boolean;
  /** While delivery is held nothing that would be sent is leased. */
  readonly isHeld: boolean;
}

/** A claimed row belongs to the copy for so long; what it holds in memory it leases again in time (`keep`). */
const leaseMs = 15_000;
/** More connectors with something waiting than this are looked at in the next round. */
const connectorsMax = 2_000;

const schema = 'rm_deliveries';

/** What is due, shared between the copies by leases on the rows. */
export class DueAttempts {
  /** Where the round over the connectors goes on; empty at its beginning. */
  private after = '';
  private keeping: Promise<unknown> = Promise.resolve();

  constructor(private readonly database: DataSource) {}

  /** Leases rows that are due, and lost attempts of any connector. First attempts come before late ones. Of the deliveries of one thing only the oldest that is not over is leased. */
  async claim({ max, room, isClosing, withEnds, isHeld }: Wanted): Promise<Claim> {
    const found = await this.database.query<WaitingConnector[]>(dueConnectorsSql, [this.after, connectorsMax]);
    this.after = found.length < connectorsMax ? '' : (found.at(-1)?.connector_id ?? '');
    const wanted = found.filter((row) => row.is_due || isClosing(row.connector_id));
    const ids = wanted.map((row) => row.connector_id);
    if (ids.length === 0) {
      const nextMs = found.map((row) => row.next_ms ?? Infinity);
      return { attempts: [], restMs: this.after === '' ? Math.max(0, Math.min(...nextMs)) : 0 };
    }
    const share = Math.max(1, Math.floor(max / ids.length));
    const closing = ids.map(isClosing);
    const endsMax = withEnds ? max : 0;
    const shares = sharesOf(max, [
      ...ids.map((id, index) => (closing[index] ? endsMax : Math.max(0, room(id)))),
      ...wanted.map((row) => (row.has_ends ? endsMax : 0)),
    ]);
    const [limits, ends] = [shares.slice(0, ids.length), shares.slice(ids.length)];
    const rows = await this.database.query<ClaimedRow[]>(claimSql, [
      ids,
      limits,
      closing,
      ends,
      share,
      leaseMs,
      isHeld,
    ]);
    const attempts = rows.map(({ id, connector_id, now_at, receipt, cancel, changed_position }) => ({
      deliveryId: id,
      connectorId: connector_id,
      nowAt: now_at.toISOString(),
      remembered: receipt,
      cancel,
      position: Number(changed_position),
    }));
    return { attempts, restMs: 0 };
  }

  /** Lets go what this copy was to do: leases, and the first right of whoever accepted a delivery. Another copy takes it at once. */
  async release(deliveryIds: readonly string[]): Promise<void> {
    if (deliveryIds.length === 0) return;
    // A lease that is being prolonged just now would come after its end, and hold for nobody what nobody else may take.
    await this.keeping.catch(() => undefined);
    await this.database.query(releaseSql, [deliveryIds]);
  }

  /** Leases again what waits in this copy's memory, and sweeps leases that ended long ago. Answers what is to be ended, with the reason. */
  async keep(deliveryIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    this.keeping = this.database.query(keepSql, [deliveryIds, leaseMs]);
    await this.keeping;
    return this.ended(deliveryIds);
  }

  /** Which of these a closing ends, with the reason. */
  async ended(deliveryIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (deliveryIds.length === 0) return new Map();
    const rows = await this.database.query<{ id: string; cancel: string }[]>(cancelledSql, [deliveryIds]);
    return new Map(rows.map(({ id, cancel }) => [id, cancel]));
  }
}

/**
 * Shares out `max` among those who have room: who has less than an equal share leaves the rest to the others, or what waits for one target
 * that is back would come one by one as long as a thousand others are not. Nobody with room goes without.
 */
export function sharesOf(max: number, rooms: readonly number[]): number[] {
  const shares = rooms.map(() => 0);
  let left = max;
  const smallestFirst = rooms.map((room, index) => ({ room, index })).toSorted((a, b) => a.room - b.room);
  let others = rooms.filter((room) => room > 0).length;
  for (const { room, index } of smallestFirst) {
    if (room <= 0) continue;
    const share = Math.min(room, Math.max(1, Math.floor(left / others)));
    shares[index] = share;
    left -= share;
    others -= 1;
  }
  return shares;
}

/** What was leased, and how long nothing will be due where nothing was: Infinity when nothing waits at all. */
export interface Claim {
  readonly attempts: DueAttempt[];
  readonly restMs: number;
}

interface WaitingConnector {
  readonly connector_id: string;
  readonly is_due: boolean;
  /** Some of what waits is to be ended. */
  readonly has_ends: boolean;
  readonly next_ms: number | null;
}

interface ClaimedRow {
  readonly id: string;
  readonly connector_id: string;
  readonly now_at: Date;
  readonly receipt: Receipt | null;
  readonly cancel: string | null;
  readonly changed_position: string;
}

const ranks = [dueRanks.first, dueRanks.late, dueRanks.lost];
const earliestOf = (rank: number): string =>
  `(select min(due_at) from ${schema}.delivery_due d where d.connector_id = step.connector_id and d.rank = ${rank})`;

/** A loose index scan: one step a connector, however many rows it has. */
const dueConnectorsSql = `
  with recursive step as (
    (select connector_id from ${schema}.delivery_due where connector_id > $1 order by connector_id limit 1)
    union all
    select (select connector_id from ${schema}.delivery_due d where d.connector_id > step.connector_id order by connector_id limit 1)
    from step where step.connector_id is not null),
  waiting as (
    select connector_id, least(${ranks.map(earliestOf).join(', ')}) as next_at from step where connector_id is not null limit $2)
  select connector_id, next_at <= now() as is_due, next_at = '-infinity' as has_ends,
    case when isfinite(next_at) then extract(epoch from next_at - now())::float8 * 1000 end as next_ms
  from waiting`;

/** A late one that has waited for so long goes with the first attempts, or a connector with much to do would never come to it. */
const lateGoesFirst = `interval '10 minutes'`;

/** A lease is for the row as it was: when an attempt has ended since, the next one is anybody's. */
const leaseOf = (row: string, lease: string): string =>
  `${lease}.id = ${row}.id and ${lease}.position = ${row}.changed_position and ${lease}.until > now()`;

/** By when what may be sent is due; nothing is while delivery is held. */
const dueBy = `(case when wanted.closing then 'infinity' when $7 then '-infinity' else now() end)`;

/**
 * Rows of one rank that may be taken: due, leased by nobody, and the turn of their thing. A lease that is over says that whoever accepted
 * the delivery has let it go. What is to be ended is taken apart from these: it needs no room with its target.
 */
const takeable = (rank: number): string => `
  select d.id, d.due_at, d.rank, d.changed_position from ${schema}.delivery_due d left join due_leases l on ${leaseOf('d', 'l')}
  where d.connector_id = wanted.connector_id and d.rank = ${rank} and d.due_at > '-infinity' and d.due_at <= ${dueBy} and l.id is null
    and (wanted.closing or ((d.owned_until is null or d.owned_until < now() or exists (select 1 from due_leases once where once.id = d.id)) and (d.mac is null or not exists (
        select 1 from ${schema}.delivery_due other
        where other.connector_id = d.connector_id and other.mac = d.mac and other.id <> d.id
          and (other.accepted_position < d.accepted_position or other.rank = ${dueRanks.lost}
            or exists (select 1 from due_leases held where ${leaseOf('other', 'held')}))))))
  order by d.due_at`;

const toBeEnded = (rank: number): string => `
  select d.id, d.changed_position from ${schema}.delivery_due d left join due_leases l on ${leaseOf('d', 'l')}
  where d.connector_id = wanted.connector_id and d.rank = ${rank} and d.due_at = '-infinity' and l.id is null`;

/** The lease is the claim: of two copies that pick the same row one finds the other's lease in its way and gets nothing. */
const claimSql = `
  with picked as (
    select one.id, one.changed_position
    from unnest($1::text[], $2::int[], $3::boolean[], $4::int[]) wanted (connector_id, room, closing, ends)
    cross join lateral (
      (select waiting.id, waiting.changed_position from ((${takeable(dueRanks.first)} limit wanted.room) union all (${takeable(dueRanks.late)} limit wanted.room)) waiting
       order by waiting.rank = ${dueRanks.late} and waiting.due_at > now() - ${lateGoesFirst}, waiting.due_at limit wanted.room)
      union all
      (select ending.id, ending.changed_position from ((${toBeEnded(dueRanks.first)} limit wanted.ends) union all (${toBeEnded(dueRanks.late)} limit wanted.ends)) ending
       limit wanted.ends)
      union all
      (select d.id, d.changed_position from ${schema}.delivery_due d left join due_leases l on ${leaseOf('d', 'l')}
       where d.connector_id = wanted.connector_id and d.rank = ${dueRanks.lost} and d.due_at <= now() and l.id is null
       order by d.due_at limit $5)) one),
  leased as (
    insert into due_leases as lease (id, until, position) select id, now() + $6 * interval '1 ms', changed_position from picked order by id
    on conflict (id) do update set until = excluded.until, position = excluded.position
      where lease.until <= now() or lease.position < excluded.position
    returning id)
  select leased.id, d.connector_id, now() as now_at, d.cancel, d.changed_position, c.receipt
  from leased join ${schema}.delivery_due d on d.id = leased.id
  left join ${schema}.correlation c on c.connector_id = d.connector_id and c.mac = d.mac`;

const keepSql = `
  with swept as (delete from due_leases where until < now() - interval '1 minute' and not id = any($1::text[]))
  insert into due_leases (id, until, position)
  select d.id, now() + $2 * interval '1 ms', d.changed_position from ${schema}.delivery_due d where d.id = any($1::text[]) order by d.id
  on conflict (id) do update set until = excluded.until, position = excluded.position`;

const releaseSql = `
  insert into due_leases (id, until, position) select id, now(), 0 from unnest($1::text[]) id order by id
  on conflict (id) do update set until = now()`;

const cancelledSql = `select id, cancel from ${schema}.delivery_due where id = any($1::text[]) and cancel is not null`;
