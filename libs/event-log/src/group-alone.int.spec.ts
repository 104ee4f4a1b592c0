import { type SilentProxy, openSilentProxy } from '@waybill/testkit/silent-proxy';
import { queryRows, type TestDatabase } from '@waybill/testkit/start-postgres';
import { happened, numbersOf, rejectionOf } from './contract-events.js';
import { makeLogDatabase, openTestLog, testKek } from './log-database.spec.js';
import { groupEventsMax } from './limits.js';
import { type AppendRequest, type NewEvent, shredded, type StreamAppend } from './log.js';
import { Frontier, hashBytes } from './merkle.js';
import type { PostgresLog } from './postgres-log.js';
import { StoredEvents } from './stored-events.js';

/** What a process that is alone takes for granted is held against what is there: each of these is something that is not as it was known to be. */

let database: TestDatabase;
let log: PostgresLog;
const opened: PostgresLog[] = [];
const proxies: SilentProxy[] = [];

beforeEach(async () => {
  database = await makeLogDatabase('test-0');
  log = await open();
  await writesAlone();
});

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  for (const proxy of proxies.splice(0)) await proxy.close();
  await database.drop();
});

async function open(port?: number): Promise<PostgresLog> {
  const url = new URL(database.appUrl);
  if (port !== undefined) url.port = String(port);
  const one = await openTestLog({ ...database, appUrl: url.href }, 'test-0');
  opened.push(one);
  return one;
}

const superuser = (sql: string, values: unknown[] = []) =>
  queryRows<Record<string, unknown>>(database.superuserUrl, sql, values);

/** What the connections that append said last. */
async function lastSaid(): Promise<string[]> {
  const rows = await superuser(
    `SELECT query FROM pg_stat_activity WHERE application_name LIKE '% append' AND datname = current_database()`,
  );
  return rows.map(({ query }) => String(query));
}

let streams = 0;
/** Appends until it does so in one statement; it may have company for all it knows at first, and looks again in half a second. */
async function writesAlone(by = log): Promise<void> {
  const deadline = performance.now() + 10_000;
  do {
    await by.append({ streams: [created(`warm-${(streams += 1)}`)] });
    if (performance.now() > deadline) throw new Error(`never in one statement, but ${(await lastSaid()).join(' | ')}`);
  } while (!(await lastSaid()).some((said) => said.includes('nobody else')));
}

const created = (stream: string, ...events: NewEvent[]): StreamAppend => ({
  stream,
  tenant: 'default',
  expected: 'none',
  events: events.length > 0 ? events : [happened(1)],
});
const continued = (stream: string, expected: number, n = expected + 1): StreamAppend => ({
  ...created(stream, happened(n)),
  expected,
});
const sealedFor = (subject: string): NewEvent => happened(1, { sealed: { subject, text: '{"payload":1}' } });

/** Positions without a gap, and a tree over what is stored that has the root which is stored. */
async function assertWhole(): Promise<number> {
  const rows = await superuser('SELECT position, stream, version FROM log_events ORDER BY position');
  expect(rows.map(({ position }) => Number(position))).toEqual(rows.map((_, at) => at + 1));
  expect(new Set(rows.map(({ stream, version }) => `${String(stream)} ${String(version)}`)).size).toBe(rows.length);
  const stored = StoredEvents.open({ connectionString: database.appUrl, kek: testKek, log: 'test-0' });
  const frontier = Frontier.empty();
  for (let at = 0; at < rows.length; at += 1_000) {
    const leaves = await stored.recomputed(at, 1_000);
    for (let leaf = 0; leaf < leaves.length; leaf += hashBytes)
      frontier.append(leaves.subarray(leaf, leaf + hashBytes));
  }
  const { head, rootHash } = await stored.leaves(0, 1);
  await stored.close();
  expect([frontier.size, frontier.root().toString('hex')]).toEqual([head, rootHash]);
  return rows.length;
}

describe('a group that is written in one statement', () => {
  it('goes on with a stream at the version that the caller names', async () => {
    await log.append({ streams: [created('thing-a'), created('thing-b', happened(1), happened(2))] });
    const { streams: results } = await log.append({ streams: [continued('thing-a', 1), continued('thing-b', 2)] });
    expect(results.map(({ version }) => version)).toEqual([2, 3]);
    expect(await lastSaid()).toEqual([expect.stringContaining('nobody else')]);
    expect(numbersOf(await log.readStream('thing-b'))).toEqual([1, 2, 3]);
    await assertWhole();
  });

  it('moves a cursor under a lease, and keeps a condition on a category', async () => {
    const lease = await log.leases.acquire('reader', 'me', 60_000);
    const request = (from: number, stream: string): AppendRequest => ({
      streams: [created(stream)],
      cursor: { source: 'source-0', sourceEpoch: 1, from, to: from + 1 },
      fence: { lease: 'reader', epoch: lease?.epoch ?? 0 },
      conditions: [{ category: 'rule', tenant: 'default', after: 1_000 }],
    });
    // What nobody has asked for before has to be read.
    await log.append(request(0, 'thing-a'));
    await log.append(request(1, 'thing-b'));
    expect(await lastSaid()).toEqual([expect.stringContaining('nobody else')]);
    expect(await log.cursor('source-0')).toEqual({ sourceEpoch: 1, position: 2 });
    await log.append({ streams: [created('rule-a')] });
    const { position } = await log.head();
    const late = {
      ...request(2, 'thing-c'),
      conditions: [{ category: 'rule', tenant: 'default', after: position - 1 }],
    };
    expect(await rejectionOf(log.append(late))).toMatchObject({ kind: 'condition', lastPosition: position });
  });

  it('is not begun for a request that only looks', async () => {
    await log.append({ streams: [created('thing-a')] });
    expect(await rejectionOf(log.append({ streams: [{ ...continued('thing-a', 2), events: [] }] }))).toMatchObject({
      kind: 'conflict',
      version: 1,
    });
  });

  it('has the time of the database, and none before the last', async () => {
    await log.append({ streams: [created('thing-a')] });
    const [row] = await superuser(
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 - at_us / 1000.0 AS behind FROM log_head',
    );
    expect(Number(row?.['behind'])).toBeGreaterThanOrEqual(0);
    expect(Number(row?.['behind'])).toBeLessThan(2_000);
    const times = await superuser('SELECT at_us FROM log_events ORDER BY position');
    expect(times).toEqual(times.toSorted((one, other) => Number(one['at_us']) - Number(other['at_us'])));
  });

  it('is sent behind another one, whose events it goes on with', async () => {
    const names = Array.from({ length: groupEventsMax * 3 }, (_, n) => `thing-${n}`);
    const results = await Promise.all(
      names.map(async (name) => {
        await log.append({ streams: [created(name)] });
        return log.append({ streams: [continued(name, 1)] });
      }),
    );
    expect(new Set(results.flatMap(({ events }) => events.map(({ position }) => position))).size).toBe(names.length);
    expect(await assertWhole()).toBeGreaterThan(names.length * 2);
  });
});

describe('what is not as it was known to be', () => {
  it('is a stream that is there already', async () => {
    await log.append({ streams: [created('thing-a')] });
    await writesAlone();
    const again = created('thing-a', happened(9));
    expect(await rejectionOf(log.append({ streams: [again] }))).toMatchObject({ kind: 'conflict', version: 1 });
    const { streams: results } = await log.append({ streams: [{ ...again, onConflict: 'skip' }, created('thing-b')] });
    expect(results.map(({ written }) => written)).toEqual([false, true]);
    expect(numbersOf(await log.readStream('thing-a'))).toEqual([1]);
    await assertWhole();
  });

  it('is a stream at another version', async () => {
    await log.append({ streams: [created('thing-a')] });
    await writesAlone();
    const [late, good] = await Promise.allSettled([
      log.append({ streams: [continued('thing-a', 2)] }),
      log.append({ streams: [created('thing-b')] }),
    ]);
    expect(late).toMatchObject({ reason: { rejection: { kind: 'conflict', version: 1 } } });
    expect(good.status).toBe('fulfilled');
    await assertWhole();
  });

  it('is a cursor that another one has moved', async () => {
    const move = (from: number, to: number): AppendRequest => ({
      streams: [created(`thing-${to}`)],
      cursor: { source: 'source-0', sourceEpoch: 1, from, to },
    });
    await log.append(move(0, 1));
    await writesAlone();
    await superuser('UPDATE log_cursors SET position = 7');
    expect(await rejectionOf(log.append(move(1, 2)))).toMatchObject({ kind: 'cursor', position: 7 });
    await log.append(move(7, 8));
    expect(await log.cursor('source-0')).toEqual({ sourceEpoch: 1, position: 8 });
  });

  it.each([
    ['is over', `UPDATE log_leases SET until = now() - interval '1 second'`],
    ['has another holder', 'UPDATE log_leases SET epoch = epoch + 1'],
  ])('is a lease that %s', async (_what, change) => {
    const lease = await log.leases.acquire('reader', 'me', 60_000);
    const fenced: AppendRequest = {
      streams: [created('thing-a')],
      fence: { lease: 'reader', epoch: lease?.epoch ?? 0 },
    };
    await superuser(change);
    expect(await rejectionOf(log.append(fenced))).toEqual({ kind: 'fence', lease: 'reader' });
    expect(await log.readStream('thing-a')).toEqual([]);
  });

  it('is a subject that was shredded by somebody who did not say so', async () => {
    await log.append({ streams: [created('thing-a', sealedFor('ntf_1'))] });
    await writesAlone();
    await superuser(`UPDATE log_keys SET wrapped = NULL, shredded_at = now() WHERE subject = 'ntf_1'`);
    const { events } = await log.append({ streams: [created('thing-b', sealedFor('ntf_1'))] });
    expect(events.map(({ sealed }) => sealed)).toEqual([shredded]);
    const { events: next } = await log.append({ streams: [created('thing-c', sealedFor('ntf_2'))] });
    expect(next.map(({ sealed }) => sealed)).toEqual(['{"payload":1}']);
  });

  it('is the head, because another one came, wrote and went while this one wrote nothing', async () => {
    await log.append({ streams: [created('thing-a')] });
    const other = await open();
    await other.append({ streams: [continued('thing-a', 1)] });
    await other.close();
    await writesAlone();
    expect(await rejectionOf(log.append({ streams: [continued('thing-a', 1)] }))).toMatchObject({ version: 2 });
    await log.append({ streams: [continued('thing-a', 2)] });
    await assertWhole();
  });

  it('is the head, although it is as long as it was known to be', async () => {
    const { position } = await log.head();
    await superuser(`UPDATE log_head SET root = sha256('another history')`);
    await log.append({ streams: [created('thing-a')] });
    expect((await lastSaid())[0]).not.toContain('nobody else');
    expect((await log.readStream('thing-a')).map((event) => event.position)).toEqual([position + 1]);
    await assertWhole();
  });

  it('is the company that this one has: from then on it asks first', async () => {
    const other = await open();
    await writesInTwo();
    await Promise.all(
      [log, other].flatMap((one, at) =>
        Array.from({ length: 200 }, (_, n) => one.append({ streams: [created(`both-${at}.${n}`)] })),
      ),
    );
    await assertWhole();
    await other.close();
    await writesAlone();
  });

  async function writesInTwo(): Promise<void> {
    const deadline = performance.now() + 10_000;
    do {
      await log.append({ streams: [created(`warm-${(streams += 1)}`)] });
      if (performance.now() > deadline) throw new Error('it never noticed its company');
    } while ((await lastSaid()).some((said) => said.includes('nobody else')));
  }
});

describe('a connection that is lost', () => {
  const endAppending = () =>
    superuser(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '% append' AND datname = current_database()`,
    );

  it('again and again, while groups are on their way behind each other, leaves each event once', async () => {
    const recorded = async () => Number((await superuser('SELECT position FROM log_head'))[0]?.['position']);
    let done = false;
    const breaking = (async () => {
      while (!done) {
        // Two at a pace that knows nothing of the work. Then something has to be recorded, or a machine on which a new connection and a group
        // take longer than the pace would never come to it.
        const before = await recorded();
        for (let times = 0; times < 2; times += 1) {
          await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 60));
          await endAppending();
        }
        while (!done && (await recorded()) === before) await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    const count = 4_000;
    try {
      const results = await Promise.all(
        Array.from({ length: count }, async (_, n) => {
          const first = await log.append({ streams: [created(`thing-${n}`)] });
          const second = await log.append({ streams: [continued(`thing-${n}`, 1)] });
          return [first, second].flatMap(({ events }) => events.map(({ position }) => position));
        }),
      );
      expect(new Set(results.flat()).size).toBe(count * 2);
    } finally {
      done = true;
      await breaking;
    }
    await assertWhole();
  }, 60_000);

  it('after the database has committed is answered as recorded', async () => {
    const proxy = await openSilentProxy(Number(new URL(database.appUrl).port));
    proxies.push(proxy);
    await log.close();
    const through = await open(proxy.port);
    await writesAlone(through);
    const { position } = await through.head();
    proxy.silence('answers');
    const appended = through.append({ streams: [created('thing-a')] });
    const deadline = performance.now() + 10_000;
    while (Number((await superuser('SELECT position FROM log_head'))[0]?.['position']) === position)
      if (performance.now() > deadline) throw new Error('it was never committed');
    proxy.cut();
    expect((await appended).headPosition).toBe(position + 1);
    await through.append({ streams: [continued('thing-a', 1)] });
    await assertWhole();
  }, 60_000);
});
