import type { HoldReason } from '@waybill/contracts/codes/hold-reasons';
import type { DeliveryHold, GivenHoldReason } from '@waybill/contracts/http/delivery-hold';
import type { DatabasePlace } from '@waybill/contracts/log/delivery';
import { besideChannel } from '@waybill/event-log/head-watch';
import type { DataSource } from 'typeorm';

/** A hold that is not over. */
export interface OpenHold {
  readonly id: string;
  /** Times are RFC 3339 UTC. */
  readonly at: string;
  readonly reason: HoldReason;
  readonly heldBy: string;
  readonly before: DatabasePlace | null;
  readonly after: DatabasePlace | null;
  /** Whether `DeliveryHeld` is on the record. */
  readonly told: boolean;
  /** Null until somebody has released it; it is over when that is on the record. */
  readonly releaseAskedAt: string | null;
  readonly releaseAskedBy: string | null;
}

export interface Standing {
  /** Where delivery worked last; null before its first start. */
  readonly before: DatabasePlace | null;
  readonly now: DatabasePlace;
  /** Oldest first. */
  readonly holds: readonly OpenHold[];
  /** Holds that are over, counted: another number means that the log has more to read. */
  readonly over: number;
}

/** Where delivery works, and what holds it: a few rows beside the log, the same for all copies. */
export class Holds {
  constructor(private readonly database: Pick<DataSource, 'query'>) {}

  /** Where the database is and what is open, at one moment. Rejects on a standby: nobody works there. */
  async look(): Promise<Standing> {
    const [row] = await this.database.query<Standing[]>(lookSql);
    return row as Standing;
  }

  /** Of the first start: this is the place. Another copy may have been faster, and has written the same. */
  async settle({ system, database, timeline }: DatabasePlace): Promise<void> {
    await this.database.query(
      'insert into delivery_place (system, database, timeline) values ($1, $2, $3) on conflict do nothing',
      [system, database, timeline],
    );
  }

  /** Moves the place, with a hold where there is a reason; both or neither. Of several copies that notice, one does. */
  async move(before: DatabasePlace, now: DatabasePlace, reason: HoldReason | null, by: string): Promise<void> {
    await this.database.query(moveSql, [
      before.system, before.database, before.timeline, now.system, now.database, now.timeline,
      reason, by, JSON.stringify(before), JSON.stringify(now),
    ]); // prettier-ignore
  }

  async hold(reason: GivenHoldReason, by: string): Promise<void> {
    await this.database.query(
      `with held as (insert into delivery_holds (reason, held_by) values ($1, $2) returning id) select ${tell} from held`,
      [reason, by],
    );
  }

  /** Everything that is held now; answers how many holds that are. Whoever asked first stands on the record. */
  async askRelease(by: string): Promise<number> {
    const rows = await this.database.query<unknown[]>(
      `with asked as (update delivery_holds set release_asked_at = clock_timestamp(), release_asked_by = $1
         where not released and release_asked_at is null returning id)
       select ${tell} from asked`,
      [by],
    );
    return rows.length;
  }

  async told(id: string): Promise<void> {
    await this.database.query('update delivery_holds set told = true where id = $1', [id]);
  }

  async over(id: string): Promise<void> {
    await this.database.query(
      `with over as (update delivery_holds set released = true where id = $1 returning id) select ${tell} from over`,
      [id],
    );
  }
}

/** What people are told of it. */
export function holdView(holds: readonly OpenHold[]): DeliveryHold {
  return {
    held: holds.length > 0,
    since: holds[0]?.at ?? null,
    holds: holds.map(({ id, reason, at, heldBy, releaseAskedAt }) => ({
      id, reason, since: at, by: heldBy, releaseAskedAt,
    })), // prettier-ignore
  };
}

/** All copies look as soon as it is committed. */
const tell = `pg_notify('${besideChannel}', '')`;

const utc = (time: string): string => `to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** The timeline out of the name of the file that is written now: `pg_control_checkpoint` would lag behind a promotion until the next checkpoint. */
const lookSql = `
  select
    (select json_build_object('system', system, 'database', database, 'timeline', timeline) from delivery_place) as before,
    json_build_object(
      'system', (select system_identifier::text from pg_control_system()),
      'database', (select oid::text from pg_database where datname = current_database()),
      'timeline', ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int) as now,
    coalesce((
      select json_agg(json_build_object('id', id, 'at', ${utc('at')}, 'reason', reason, 'heldBy', held_by, 'before', before, 'after', after,
        'told', told, 'releaseAskedAt', ${utc('release_asked_at')}, 'releaseAskedBy', release_asked_by) order by at, id)
      from delivery_holds where not released), '[]') as holds,
    (select count(*)::int from delivery_holds where released) as over`;

const moveSql = `
  with moved as (
    update delivery_place set system = $4, database = $5, timeline = $6, since = now()
    where system = $1 and database = $2 and timeline = $3 returning one),
  held as (
    insert into delivery_holds (reason, held_by, before, after)
    select $7::text, $8, $9::jsonb, $10::jsonb from moved where $7::text is not null returning id)
  select ${tell} from held`;
