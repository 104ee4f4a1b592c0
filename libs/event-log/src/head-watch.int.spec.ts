import pg from 'pg';
import type { TestDatabase } from '@waybill/testkit/start-postgres';
import { HeadWatch } from './head-watch.js';
import { makeLogDatabase } from './log-database.spec.js';

describe('what the watch of the head is told by NOTIFY', () => {
  let database: TestDatabase;
  let own: pg.Client & { processID?: number };
  let other: pg.Client;
  let watch: HeadWatch;

  beforeEach(async () => {
    database = await makeLogDatabase('test-0');
    own = new pg.Client({ connectionString: database.appUrl });
    other = new pg.Client({ connectionString: database.appUrl });
    await Promise.all([own.connect(), other.connect()]);
    const session = { connectionString: database.appUrl, applicationName: 'test watch' };
    watch = new HeadWatch(
      session,
      () => undefined,
      () => own.processID ?? null,
    );
    // It listens once it has been heard listening: a hint of another copy arrives.
    const hint = setInterval(() => void other.query(`SELECT pg_notify('waybill_log', '3')`), 20);
    await watch.past(2, AbortSignal.timeout(20_000));
    clearInterval(hint);
  });
  afterEach(async () => {
    await watch.end();
    await Promise.all([own.end(), other.end()]);
    await database.drop();
  });

  it('is news from another copy, and none about an append of this process, whose answer comes by itself', async () => {
    await own.query(`SELECT pg_notify('waybill_log', '9')`);
    await other.query(`SELECT pg_notify('waybill_log', '5')`);
    await watch.past(4, AbortSignal.timeout(20_000));
    expect(watch.position).toBe(5);
    watch.moved(9);
    expect(watch.position).toBe(9);
  });

  it('is asked of the head itself where no notice comes', async () => {
    await own.query(`SELECT pg_notify('waybill_log', '9')`);
    const owner = new pg.Client({ connectionString: database.superuserUrl });
    await owner.connect();
    await owner.query('UPDATE log_head SET position = 12');
    await owner.end();
    await watch.past(11, AbortSignal.timeout(20_000));
    expect(watch.position).toBe(12);
  });

  it('is waited for no longer than it is told to, or than the signal lets it', async () => {
    const stop = new AbortController();
    const begun = performance.now();
    await watch.past(1_000, stop.signal, 50);
    const still = watch.past(1_000, stop.signal, 60_000);
    stop.abort();
    await still;
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(watch.position).toBeLessThan(1_000);
  });
});
