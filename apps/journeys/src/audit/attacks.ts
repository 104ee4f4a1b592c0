import type { Principal, StoredLog } from './stored-log.js';

/** A change of the log by somebody who can do everything but sign. */
export interface Attack {
  readonly says: string;
  /** Changes the log; answers the first position that is no longer what was signed. */
  change(log: StoredLog, middle: number, head: number): Promise<number>;
  /** True where the notary sees it without being asked, within seconds. */
  readonly alarms: boolean;
  /** By whom it is told in the short form too; the long one tells it by both. */
  readonly short?: Principal;
}

/** The attacks of an owner or superuser of the database, each with the best hashes that can be made without the key. */
export const attacks: readonly Attack[] = [
  {
    says: 'one byte of an event is changed',
    change: (log, at) => edit(log, 'data', at),
    alarms: false,
    short: 'superuser',
  },
  { says: 'one byte of who did it is changed', change: (log, at) => edit(log, 'meta', at), alarms: false },
  {
    says: 'the type of an event is changed',
    change: (log, at) => update(log, at, "type = type || 'X'"),
    alarms: false,
  },
  {
    says: 'the time of an event is set back by an hour',
    change: (log, at) => update(log, at, 'at_us = at_us - 3600000000'),
    alarms: false,
  },
  {
    says: 'the version of an event is changed',
    change: (log, at) => update(log, at, 'version = version + 1000'),
    alarms: false,
  },
  {
    says: 'an event is handed to another tenant',
    change: (log, at) => update(log, at, "tenant = 'other'"),
    alarms: false,
  },
  {
    says: 'an event in the middle is deleted',
    change: async (log, at) => {
      await log.query('DELETE FROM log_events WHERE position = $1', [at]);
      return at;
    },
    alarms: false,
    short: 'owner',
  },
  {
    says: 'two events change places',
    change: async (log, at) => {
      await log.query(
        `WITH pair AS (DELETE FROM log_events WHERE position IN ($1, $2) RETURNING *)
         INSERT INTO log_events SELECT $1::bigint + $2::bigint - position, stream_key, stream, version, event_id, type, schema_version, tenant, at_us, meta, data, sealed, key_subject, leaf FROM pair ORDER BY position`,
        [at, at + 2],
      );
      return at;
    },
    alarms: false,
  },
  {
    says: 'the end is cut off, with a head that fits',
    change: async (log, at) => {
      await log.query('DELETE FROM log_events WHERE position >= $1', [at]);
      await log.hashHead();
      return at;
    },
    alarms: true,
    short: 'superuser',
  },
  {
    says: 'an event is put in and everything after it is renumbered, all hashed anew',
    change: async (log, at, head) => {
      await log.query(
        `WITH later AS (DELETE FROM log_events WHERE position >= $1 RETURNING *)
         INSERT INTO log_events SELECT position + 1, stream_key, stream, version, event_id, type, schema_version, tenant, at_us, meta, data, sealed, key_subject, leaf FROM later
         UNION ALL SELECT position, sha256('x'), 'delivery-x', 1, gen_random_uuid(), type, schema_version, tenant, at_us, meta, data, NULL, NULL, leaf FROM later WHERE position = $1 ORDER BY 1`,
        [at],
      );
      await log.hashRows(at, head + 1);
      await log.hashHead();
      return at;
    },
    alarms: true,
  },
  {
    says: 'an event is changed and every hash is made anew, without the key',
    change: async (log, at) => {
      await edit(log, 'data', at);
      await log.hashRows(at, at);
      await log.hashHead();
      return at;
    },
    alarms: true,
    short: 'owner',
  },
];

async function edit(log: StoredLog, column: 'data' | 'meta', at: number): Promise<number> {
  const bytes = Buffer.from((await log.row(at))[column]);
  // Inside a text of the JSON, so that it stays JSON.
  const place = bytes.findIndex((byte, n) => n > 2 && byte >= 0x61 && byte <= 0x79);
  bytes[place] = (bytes[place] as number) + 1;
  await log.query(`UPDATE log_events SET ${column} = $2 WHERE position = $1`, [at, bytes]);
  return at;
}

async function update(log: StoredLog, at: number, assignment: string): Promise<number> {
  await log.query(`UPDATE log_events SET ${assignment} WHERE position = $1`, [at]);
  return at;
}
