import type { TestDatabase } from '@waybill/testkit/start-postgres';
import { queryRows } from '@waybill/testkit/start-postgres';
import { to } from './contract-events.js';
import { LogComparison } from './log-comparison.js';
import { makeLogDatabase, openTestLog, testKek } from './log-database.spec.js';
import type { PostgresLog } from './postgres-log.js';
import { StoredEvents } from './stored-events.js';

describe('a log compared with checkpoints', () => {
  let database: TestDatabase;
  let log: PostgresLog;
  let stored: StoredEvents;

  beforeEach(async () => {
    database = await makeLogDatabase('test-0');
    log = await openTestLog(database, 'test-0');
    stored = StoredEvents.open({ connectionString: database.appUrl, kek: testKek, log: 'test-0' });
    await log.append({ streams: [to('thing-a', 1, 2, 3, 4)] });
  });
  afterEach(async () => {
    await log.close();
    await stored.close();
    await database.drop();
  });

  const superuser = (sql: string) => queryRows(database.superuserUrl, sql);
  const checkpoint = async () => {
    const { position, rootHash } = await log.head();
    return { origin: 'waybill.test/test-0', size: position, rootHash: Buffer.from(rootHash, 'hex') };
  };
  /** A backup of the log as it is now, and what puts it back. */
  const backup = async (): Promise<() => Promise<void>> => {
    const tables = ['log_events', 'log_head', 'log_streams', 'log_categories'];
    await superuser(tables.map((table) => `CREATE TABLE kept_${table} AS SELECT * FROM ${table}`).join(';'));
    return async () => {
      await superuser(
        [
          'ALTER TABLE log_events_p0 DISABLE TRIGGER ALL',
          ...tables.flatMap((table) => [`DELETE FROM ${table}`, `INSERT INTO ${table} SELECT * FROM kept_${table}`]),
          'ALTER TABLE log_events_p0 ENABLE ALWAYS TRIGGER log_events_no_change',
          'ALTER TABLE log_events_p0 ENABLE ALWAYS TRIGGER log_events_no_truncate',
        ].join(';'),
      );
    };
  };

  it('agrees with every checkpoint that it has grown from, in any order', async () => {
    const comparison = new LogComparison(stored);
    const early = await checkpoint();
    await log.append({ streams: [to('thing-b', 5, 6)] });
    const late = await checkpoint();
    expect(await comparison.fault([late])).toBeNull();
    expect(await comparison.fault([early, late])).toBeNull();
    await log.append({ streams: [to('thing-c', 7)] });
    expect(await comparison.fault([early, late])).toBeNull();
  });

  it('is found to have been put back and to have grown again, though it is as long as before', async () => {
    const comparison = new LogComparison(stored);
    const early = await checkpoint();
    const restore = await backup();
    await log.append({ streams: [to('thing-b', 5, 6)] });
    expect(await comparison.fault([early, await checkpoint()])).toBeNull();
    await restore();
    await log.append({ streams: [to('thing-c', 7, 8, 9)] });
    expect(await comparison.fault([early])).toBe('the head of the log does not go on from its newest checkpoint');
    // The fault is no state of the comparison: asked anew about what still holds, it agrees.
    expect(await comparison.fault([early])).toBeNull();
  });

  it('is found to be shorter than a checkpoint that agreed a moment ago', async () => {
    const comparison = new LogComparison(stored);
    const restore = await backup();
    await log.append({ streams: [to('thing-b', 5)] });
    const late = await checkpoint();
    expect(await comparison.fault([late])).toBeNull();
    await restore();
    expect(await comparison.fault([late])).toBe('the log ends at 4, its newest checkpoint is about 5 events');
  });

  it('is found to lack a row', async () => {
    const late = await checkpoint();
    await superuser('ALTER TABLE log_events_p0 DISABLE TRIGGER ALL; DELETE FROM log_events WHERE position = 3');
    expect(await new LogComparison(stored).fault([late])).toBe('the row 3 is missing');
  });
});
