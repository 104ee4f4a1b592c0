import pg from 'pg';
import { queryRows, startPostgresPair, type TestDatabase, type TestPair } from '@waybill/testkit/start-postgres';
import { to } from './contract-events.js';
import { makeLogDatabase, openTestLog } from './log-database.spec.js';
import { Frontier } from './merkle.js';

/** Appends by two copies in parallel, while somebody looks at the standby as fast as he can. */
const appends = 400;
const replayedWithinMs = 20_000;

interface Seen {
  readonly count: number;
  readonly last: number;
  readonly head: number;
  readonly root: string;
}

describe('a hot standby', () => {
  let pair: TestPair;
  let database: TestDatabase;

  beforeAll(async () => {
    pair = await startPostgresPair();
    database = await makeLogDatabase('test-0', pair.primary);
  });
  afterAll(async () => {
    await pair.standby.stop();
    await pair.primaryServer.stop();
  });

  /** One look: head and rows in one statement, so in one snapshot. */
  async function look(client: pg.Client): Promise<Seen> {
    const { rows } = await client.query<{ count: string; last: string; head: string; root: string }>(
      `SELECT (SELECT count(*) FROM log_events) AS count, (SELECT coalesce(max(position), 0) FROM log_events) AS last,
         position AS head, encode(root, 'hex') AS root FROM log_head`,
    );
    const row = rows[0];
    return { count: Number(row?.count), last: Number(row?.last), head: Number(row?.head), root: row?.root ?? '' };
  }

  async function standbyReaches(position: number): Promise<pg.Client> {
    const url = pair.onStandby(database.superuserUrl);
    for (const until = Date.now() + replayedWithinMs; ;) {
      const client = new pg.Client({ connectionString: url });
      try {
        await client.connect();
        if ((await look(client)).head >= position) return client;
      } catch {
        // The database is not there yet.
      }
      await client.end().catch(() => undefined);
      if (Date.now() > until) throw new Error(`the standby has not reached ${position}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it('never shows a later position before an earlier one, and goes on where it stands once it is promoted', async () => {
    const logs = await Promise.all([1, 2].map(() => openTestLog(database, 'test-0')));
    await logs[0]?.append({ streams: [to('thing-first', 0)] });
    const client = await standbyReaches(1);
    let done = false;
    const seen: Seen[] = [];
    const looking = (async () => {
      while (!done || (seen.at(-1)?.head ?? 0) < appends + 1) seen.push(await look(client));
    })();
    const streams = (n: number) => [to(`thing-${n}`, n)];
    await Promise.all(
      Array.from({ length: appends }, async (_, n) => {
        // A few at a time, so that there are many groups and many heads to be seen.
        await new Promise((resolve) => setTimeout(resolve, (n % 50) * 20));
        await logs[n % 2]?.append({ streams: streams(n) });
      }),
    );
    done = true;
    await looking;
    expect(seen.filter(({ count, last, head }) => count !== last || last !== head)).toEqual([]);
    // Otherwise nobody looked while it happened.
    expect(new Set(seen.map(({ head }) => head)).size).toBeGreaterThan(10);
    await Promise.all(logs.map((log) => log.close()));
    await client.end();

    await pair.primaryServer.stop();
    const promoted = { ...database, appUrl: pair.onStandby(database.appUrl) };
    const superuserUrl = pair.onStandby(database.superuserUrl);
    await queryRows(superuserUrl, 'SELECT pg_promote()');
    const log = await openTestLog(promoted, 'test-0');
    const { events } = await log.append({ streams: streams(appends) });
    expect(events.map(({ position }) => position)).toEqual([appends + 2]);
    const { rootHash } = await log.head();
    await log.close();
    const rows = await queryRows<{ leaf: Buffer }>(superuserUrl, 'SELECT leaf FROM log_events ORDER BY position');
    const frontier = Frontier.empty();
    for (const { leaf } of rows) frontier.append(leaf);
    expect([frontier.size, frontier.root().toString('hex')]).toEqual([appends + 2, rootHash]);
  });
});
