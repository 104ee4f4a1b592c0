import pg from 'pg';
import type { TestDatabase } from '@waybill/testkit/start-postgres';
import { to } from './contract-events.js';
import { besideChannel, HeadWatch } from './head-watch.js';
import { makeLogDatabase, openTestLog } from './log-database.spec.js';

describe('what the watch of the head is told by NOTIFY', () => {
  let database: TestDatabase;
  let own: pg.Client & { processID?: number };
  let other: pg.Client;
  let watch: HeadWatch;
  let toldBeside: number;

  beforeEach(async () => {
    database = await makeLogDatabase('test-0');
    own = new pg.Client({ connectionString: database.appUrl });
    other = new pg.Client({ connectionString: database.appUrl });
    await Promise.all([own.connect(), other.connect()]);
    const session = { connectionString: database.appUrl, applicationName: 'test watch' };
    toldBeside = 0;
    watch = new HeadWatch(
      session,
      () => undefined,
      () => own.processID ?? null,
      { heard: () => undefined },
      () => (toldBeside += 1),
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

  it('is told of what changed beside the log, and of a new connection, before which nothing was heard', async () => {
    const told = async (times: number): Promise<void> => {
      for (const until = Date.now() + 20_000; toldBeside < times; await new Promise((go) => setTimeout(go, 20)))
        if (Date.now() > until) throw new Error(`told ${toldBeside} times of ${times}`);
    };
    expect(toldBeside).toBe(1);
    await other.query(`SELECT pg_notify('${besideChannel}', '')`);
    await told(2);
    await other.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'test watch'`);
    await told(3);
    expect(watch.position).toBe(3);
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

it('other processes are told what is appended for as long as there are any', async () => {
  const database = await makeLogDatabase('test-0');
  const log = await openTestLog(database, 'test-0');
  const ear = new pg.Client({ connectionString: database.appUrl });
  await ear.connect();
  let heard = 0;
  ear.on('notification', () => (heard += 1));
  await ear.query('LISTEN waybill_log');
  const tells = async (): Promise<boolean> => {
    heard = 0;
    await log.append({ streams: [to('thing-a', 1)] });
    // What was notified before comes before the answer to this.
    await ear.query('SELECT 1');
    return heard > 0;
  };
  const eventually = async (wanted: boolean): Promise<void> => {
    for (const until = Date.now() + 20_000; (await tells()) !== wanted; await new Promise((go) => setTimeout(go, 20)))
      if (Date.now() > until) throw new Error(`it did not ${wanted ? 'begin' : 'cease'} to tell`);
  };
  await eventually(false);
  const other = await openTestLog(database, 'test-0');
  await eventually(true);
  const third = await openTestLog(database, 'test-0');
  await third.close();
  // Through several looks at who is there.
  for (const until = Date.now() + 1_500; Date.now() < until;) expect(await tells()).toBe(true);
  await other.close();
  await eventually(false);
  await ear.end();
  await log.close();
  await database.drop();
}, 60_000);
