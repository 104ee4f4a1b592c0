import pg from 'pg';
import type { TestDatabase } from '@waybill/testkit/start-postgres';
import { eventBytesMax, streamNameBytesMax, tenantBytesMax, typeBytesMax } from './limits.js';
import type { AppendRequest } from './log.js';
import { makeLogDatabase, openTestLog, testKek } from './log-database.spec.js';
import { hashBytes, leafHash } from './merkle.js';
import type { PostgresLog } from './postgres-log.js';
import { entriesPageMax, type StoredEntry, StoredEvents } from './stored-events.js';
import { verifyEntry } from './verify-entry.js';

const name = 'stored-0';
/** A NATS message of 1 MiB, without the few bytes around the entries. */
const messageBytesMax = 1024 * 1024 - 200;
const request = (n: number, dataBytes = 10): AppendRequest => ({
  streams: [
    {
      stream: `thing-${n}`,
      tenant: 'default',
      expected: 'none',
      events: [
        {
          type: 'ThingHappened',
          schemaVersion: 1,
          data: { text: 'x'.repeat(dataBytes) },
          meta: { actor: 'spec' },
          ...(n % 2 === 0 ? { sealed: { subject: `secret-${n}`, text: `{"payload":${n}}` } } : {}),
        },
      ],
    },
  ],
});

describe('stored events', () => {
  let database: TestDatabase;
  let superuser: pg.Client;
  let log: PostgresLog;
  let stored: StoredEvents;

  beforeEach(async () => {
    database = await makeLogDatabase(name);
    superuser = new pg.Client({ connectionString: database.ownerUrl });
    await superuser.connect();
    log = await openTestLog(database, name);
    stored = StoredEvents.open({ connectionString: database.appUrl, kek: testKek, log: name });
    for (let n = 1; n <= 8; n += 1) await log.append(request(n));
  });
  afterEach(async () => {
    await log.close();
    await stored.close();
    await superuser.end();
    await database.drop();
  });

  /** As the owner, with the triggers off: what no service can do. */
  const tamper = async (sql: string): Promise<void> => {
    await superuser.query('ALTER TABLE log_events_p0 DISABLE TRIGGER log_events_no_change');
    await superuser.query(sql);
    await superuser.query('ALTER TABLE log_events_p0 ENABLE ALWAYS TRIGGER log_events_no_change');
  };
  const leafAt = async (position: number): Promise<string> =>
    Buffer.from((await stored.leaves(position - 1, 1)).leaves, 'base64').toString('base64');
  const faultOf = async (entry: StoredEntry): Promise<string | null> => {
    const { position, entry: bytes, meta, data, sealed, key } = entry;
    const line = {
      position,
      leaf: await leafAt(position),
      entry: bytes,
      meta,
      data,
      ...(sealed && { sealed }),
      ...(key && { key }),
    };
    return verifyEntry(name, line).fault;
  };

  it('hash to the leaves that were stored when they were appended', async () => {
    const { head, leaves, rootHash } = await stored.leaves(0, 100);
    expect([head, rootHash]).toEqual([8, (await log.head()).rootHash]);
    expect((await stored.recomputed(0, 100)).toString('base64')).toBe(leaves);
    const entries = await stored.entries(0, 100, 100, true);
    expect(Buffer.concat(entries.map(({ entry }) => leafHash(Buffer.from(entry, 'base64')))).toString('base64')).toBe(
      leaves,
    );
    for (const entry of entries) expect(await faultOf(entry)).toBeNull();
  });

  it('bring the key that opens a sealed part, or say that it was shredded, or bring none when none is wanted', async () => {
    await log.shredSubject('secret-4');
    const keys = (await stored.entries(0, 100, 100, true)).map(({ key }) => key?.length ?? null);
    // 32 bytes are 44 characters; `shredded` has 8.
    expect(keys).toEqual([null, 44, null, 8, null, 44, null, 44]);
    expect((await stored.entries(0, 100, 100, false)).every(({ key }) => key === null)).toBe(true);
  });

  it('come without a key that does not open any more, so that the rest can be audited', async () => {
    await superuser.query(
      `UPDATE log_keys SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) WHERE subject = 'secret-2'`,
    );
    expect((await stored.entries(1, 2, 1, true)).map(({ key }) => key)).toEqual([null]);
  });

  it('end a page of leaves before a missing row, and a page of entries leaves it out', async () => {
    await tamper('DELETE FROM log_events WHERE position = 5');
    expect(Buffer.from((await stored.leaves(0, 100)).leaves, 'base64').length / hashBytes).toBe(4);
    expect((await stored.recomputed(0, 100)).length / hashBytes).toBe(4);
    expect(await stored.leaves(4, 100)).toMatchObject({ head: 8, leaves: '' });
    expect((await stored.entries(0, 100, 100, false)).map(({ position }) => position)).toEqual([1, 2, 3, 4, 6, 7, 8]);
    expect((await stored.entriesAt([2, 5, 7], false)).map(({ position }) => position)).toEqual([2, 7]);
  });

  it('are the same when they are asked for one by one', async () => {
    const all = await stored.entries(0, 100, 100, true);
    expect(await stored.entriesAt([2, 4, 7], true)).toEqual([all[1], all[3], all[6]]);
    const most = Array.from({ length: entriesPageMax }, (_, n) => n + 1);
    expect(await stored.entriesAt(most, true)).toEqual(all);
    await expect(stored.entriesAt([...most, entriesPageMax + 1], true)).rejects.toThrow(RangeError);
  });

  it('show a changed row when they are hashed again, though its leaf was left as it was', async () => {
    const before = await stored.recomputed(0, 100);
    await tamper(`UPDATE log_events SET tenant = 'other' WHERE position = 6`);
    const after = await stored.recomputed(0, 100);
    const differing = [...Array(8).keys()].filter(
      (at) =>
        !before
          .subarray(at * hashBytes, (at + 1) * hashBytes)
          .equals(after.subarray(at * hashBytes, (at + 1) * hashBytes)),
    );
    expect(differing).toEqual([5]);
    const [entry] = await stored.entries(5, 6, 1, false);
    expect(await faultOf(entry as StoredEntry)).toMatch(/not the one that was signed/);
  });

  it('stop a page before it is too large for a message, and hash again over its end', async () => {
    for (const [at, bytes] of [100_000, 100_000, 100_000, eventBytesMax - 2_000].entries())
      await log.append(request(9 + at, bytes));
    const page = await stored.entries(8, 12, 100, false);
    expect(page.map(({ position }) => position)).toEqual([9, 10, 11]);
    const last = await stored.entries(11, 12, 100, false);
    expect(last.map(({ position }) => position)).toEqual([12]);
    expect(JSON.stringify(last).length).toBeLessThan(messageBytesMax);
    expect((await stored.entriesAt([1, 9, 10, 11, 12], false)).map(({ position }) => position)).toEqual([1, 9, 10, 11]);
    expect((await stored.recomputed(0, 100)).length / hashBytes).toBe(12);
  });

  it('stop a page of many small events with the longest names before it is too large', async () => {
    const tenant = 't'.repeat(tenantBytesMax);
    const type = 'T'.repeat(typeBytesMax);
    const event = { type, schemaVersion: 1, data: {}, meta: { actor: 'spec' } };
    const streams = Array.from({ length: entriesPageMax }, (_, n) => {
      const stream = `thing-${n}`.padEnd(streamNameBytesMax, 'x');
      return {
        stream,
        tenant,
        expected: 'none' as const,
        events: [{ ...event, sealed: { subject: `s${n}`, text: '{"a":1}' } }],
      };
    });
    await log.append({ streams });
    const page = await stored.entries(8, 8 + entriesPageMax, entriesPageMax, true);
    expect(page.length).toBeGreaterThan(400);
    expect(JSON.stringify(page).length).toBeLessThan(messageBytesMax);
  });

  it('are found by what they are sealed for, from a position on', async () => {
    await log.shredSubject('secret-4');
    expect(await stored.positionsSealedFor(['secret-8', 'secret-4', 'secret-none'], 1)).toEqual([4, 8]);
    expect(await stored.positionsSealedFor(['secret-8', 'secret-4'], 5)).toEqual([8]);
  });

  it('are found by stream and by time', async () => {
    expect(await stored.positionsOf(['thing-7', 'thing-3', 'thing-none'])).toEqual([3, 7]);
    const [third] = await log.readAll({ after: 2, limit: 1 });
    expect(await stored.positionAt(Date.parse(third?.at ?? '') * 1000 + 999)).toBeGreaterThanOrEqual(3);
    expect(await stored.positionAt(0)).toBe(0);
  });
});
