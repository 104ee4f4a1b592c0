import type { LogEvent } from '@waybill/contracts/log-event';
import { storableJson } from '@waybill/contracts/text/storable';
import type { DataSource, QueryRunner } from 'typeorm';
import { grantToApp } from './database.js';

/** What this service keeps of one stream of another service's log. */
export interface Mirrored<Value> {
  readonly stream: string;
  readonly tenant: string;
  readonly value: Value;
  /** Position of the event it was folded from last. */
  readonly position: number;
}

export interface MirrorOptions<Value> {
  readonly database: DataSource;
  /** The log that is mirrored, such as `registry-0`. */
  readonly log: string;
  /** The value after an event; undefined for an event that is not kept. A value is JSON. */
  readonly fold: (before: Value | undefined, event: LogEvent) => Value | undefined;
  /** Hears every change after it is in memory. */
  readonly changed?: (mirrored: Mirrored<Value>) => void;
}

/**
 * A copy of what another service says, in memory and in this service's own database, so that it works with the other one down.
 * Every copy of the service reads the whole log for its own memory; their writes to the table only ever move forward, so they need no lease.
 */
export class LogMirror<Value> {
  private readonly rows = new Map<string, Mirrored<Value>>();
  private position = 0;
  private waiting: { position: number; resolve: () => void }[] = [];

  private constructor(private readonly options: MirrorOptions<Value>) {}

  /** Loads what the table holds. Follow the log from `after()` with `take`. */
  static async open<Value>(options: MirrorOptions<Value>): Promise<LogMirror<Value>> {
    const mirror = new LogMirror(options);
    // One statement, one snapshot: rows that are newer than the place would be folded twice.
    const [found] = await options.database.query<{ position: string; rows: MirrorRow<Value>[] }[]>(loadSql, [
      options.log,
    ]);
    mirror.position = Number(found?.position ?? 0);
    for (const row of found?.rows ?? []) mirror.remember({ ...row, position: Number(row.position) });
    return mirror;
  }

  /** The position that was taken last. */
  readonly after = (): Promise<number> => Promise.resolve(this.position);

  /** Takes events in order: first the table, then the memory, so that what is in memory survives a crash. */
  readonly take = async (events: readonly LogEvent[]): Promise<void> => {
    const changed = new Map<string, Mirrored<Value>>();
    for (const event of events) {
      const before = changed.get(event.stream) ?? this.rows.get(event.stream);
      const value = this.options.fold(before?.value, event);
      if (value !== undefined)
        changed.set(event.stream, { stream: event.stream, tenant: event.tenant, value, position: event.position });
    }
    const last = events.at(-1);
    if (last === undefined) return;
    const given = [...changed.values()];
    const givenText = JSON.stringify(given);
    // What a jsonb does not take would stand in the way of everything behind it; memory says what the table says after a restart.
    const text = storableJson(givenText);
    const rows = text === givenText ? given : (JSON.parse(text) as Mirrored<Value>[]);
    await this.options.database.query(takeSql, [this.options.log, last.epoch, last.position, text]);
    for (const row of rows) this.remember(row);
    this.position = last.position;
    this.wake();
  };

  get(stream: string): Mirrored<Value> | undefined {
    return this.rows.get(stream);
  }

  all(): Iterable<Mirrored<Value>> {
    return this.rows.values();
  }

  /** Resolves true when everything up to a position is in memory, false after `timeoutMs`. */
  reached(position: number, timeoutMs: number): Promise<boolean> {
    if (this.position >= position) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter = { position, resolve: () => done(true) };
      const timer = setTimeout(() => done(false), timeoutMs);
      const done = (reached: boolean): void => {
        clearTimeout(timer);
        this.waiting = this.waiting.filter((other) => other !== waiter);
        resolve(reached);
      };
      this.waiting.push(waiter);
    });
  }

  private remember(row: Mirrored<Value>): void {
    this.rows.set(row.stream, row);
    this.options.changed?.(row);
  }

  private wake(): void {
    for (const waiter of [...this.waiting]) if (waiter.position <= this.position) waiter.resolve();
  }
}

interface MirrorRow<Value> {
  readonly stream: string;
  readonly tenant: string;
  readonly value: Value;
  readonly position: string;
}

/** For a migration: the tables of all mirrors of a service. */
export async function createMirrorTables(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table mirrored_streams (
      log text not null, stream text not null, tenant text not null, value jsonb not null, position bigint not null,
      primary key (log, stream))`);
  await runner.query(`create table mirrored_logs (log text primary key, epoch int not null, position bigint not null)`);
  await grantToApp(runner, 'select, insert, update', 'mirrored_streams');
  await grantToApp(runner, 'select, insert, update', 'mirrored_logs');
}

const loadSql = `
  select coalesce((select position from mirrored_logs where log = $1), 0) as position,
         coalesce((select json_agg(json_build_object('stream', stream, 'tenant', tenant, 'value', value, 'position', position::text))
                   from mirrored_streams where log = $1), '[]') as rows`;

/** One statement, one transaction. Of two copies that take the same events the second changes nothing. */
const takeSql = `
  with taken as (
    insert into mirrored_streams as known (log, stream, tenant, value, position)
    select $1, row->>'stream', row->>'tenant', row->'value', (row->>'position')::bigint from jsonb_array_elements($4::jsonb) row
    order by row->>'stream'
    on conflict (log, stream) do update set value = excluded.value, position = excluded.position
      where known.position < excluded.position)
  insert into mirrored_logs as place (log, epoch, position) values ($1, $2, $3)
  on conflict (log) do update set epoch = excluded.epoch, position = excluded.position where place.position < excluded.position`;
