import pg from 'pg';
import type { TestDatabase } from '@waybill/testkit/start-postgres';
import { to } from './contract-events.js';
import { makeLogDatabase, openTestLog } from './log-database.spec.js';
import type { PostgresLog } from './postgres-log.js';

/** Appends are held open after their rows are written, as often as this, while others queue and a reader tails. */
const holds = 5;
const heldMs = 300;

describe('an append that is held open', () => {
  let database: TestDatabase;
  let logs: PostgresLog[];

  beforeEach(async () => {
    database = await makeLogDatabase('test-0');
    logs = await Promise.all([1, 2, 3].map(() => openTestLog(database, 'test-0')));
  });
  afterEach(async () => {
    for (const log of logs) await log.close();
    await database.drop();
  });

  it('never shows a later position before an earlier one, to a reader on another copy', async () => {
    const [one, two, reader] = logs as [PostgresLog, PostgresLog, PostgresLog];
    const stop = new AbortController();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const batch of reader.tail({ after: 0, batchMax: 100, signal: stop.signal }))
        seen.push(...batch.map(({ position }) => position));
    })();
    const slow = new pg.Client({ connectionString: database.superuserUrl });
    await slow.connect();
    const appended: Promise<unknown>[] = [];
    for (let hold = 0; hold < holds; hold += 1) {
      // Somebody who writes by hand, with the head lock as everybody must, and takes his time before the COMMIT.
      await slow.query('BEGIN');
      await slow.query('SELECT 1 FROM log_head FOR UPDATE');
      for (const [n, log] of [one, two].entries())
        for (let at = 0; at < 20; at += 1) appended.push(log.append({ streams: [to(`thing-${hold}.${n}.${at}`, at)] }));
      const before = seen.length;
      await new Promise((resolve) => setTimeout(resolve, heldMs));
      // Nobody has got past the one who holds the lock, so nothing can have been skipped either.
      expect(seen.length).toBe(before);
      await slow.query('COMMIT');
      await Promise.all(appended);
      const { position } = await one.head();
      for (const until = Date.now() + 20_000; seen.length < position && Date.now() < until;)
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(seen).toEqual(Array.from({ length: holds * 40 }, (_, at) => at + 1));
    stop.abort();
    await slow.end();
    await reading;
  });
});
