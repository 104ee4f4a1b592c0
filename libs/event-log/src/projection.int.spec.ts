import pg from 'pg';
import type { TestDatabase } from '@waybill/testkit/start-postgres';
import { to } from './contract-events.js';
import { makeLogDatabase, openTestLog } from './log-database.spec.js';
import type { PostgresLog } from './postgres-log.js';
import { Projection } from './projection.js';
import type { ReadModel } from './read-model.js';
import { ReadModelStopped } from './read-model-store.js';

let database: TestDatabase;
let log: PostgresLog;
let reader: pg.Client;
let stop: AbortController;
let running: Promise<void>[];

beforeEach(async () => {
  database = await makeLogDatabase('test-0');
  log = await openTestLog(database, 'test-0');
  reader = new pg.Client({ connectionString: database.appUrl });
  await reader.connect();
  stop = new AbortController();
  running = [];
});

afterEach(async () => {
  stop.abort();
  await Promise.allSettled(running);
  await reader.end();
  await log.close();
  await database.drop();
});

/** Counts the events of each stream: an event applied twice or never shows. */
const counting = (version: number, step = 1): ReadModel => ({
  name: 'counts',
  version,
  tables: ['CREATE TABLE counts (stream text PRIMARY KEY, n integer NOT NULL)'],
  indexes: ['CREATE INDEX ON counts (n)'],
  categories: ['thing'],
  apply: async (client, events) => {
    await Promise.all(
      events.map((event) =>
        client.query({
          name: 'count',
          text: `INSERT INTO counts VALUES ($1, $2) ON CONFLICT (stream) DO UPDATE SET n = counts.n + excluded.n`,
          values: [event.stream, step],
        }),
      ),
    );
  },
});

function projectionOf(
  model: ReadModel,
  more: { log?: PostgresLog; batchMax?: number; paceMs?: number } = {},
): Projection {
  return new Projection({ log, connectionString: database.appUrl, model, ...more });
}

function start(projection: Projection): Projection {
  running.push(projection.run(stop.signal));
  return projection;
}

async function counts(): Promise<Record<string, number>> {
  const { rows } = await reader.query<{ stream: string; n: number }>({
    name: 'read-counts',
    text: 'SELECT stream, n FROM rm_counts.counts ORDER BY stream',
  });
  return Object.fromEntries(rows.map((row) => [row.stream, row.n]));
}

const append = async (stream: string, count: number): Promise<number> =>
  (await log.append({ streams: [to(stream, ...Array.from({ length: count }, (_, n) => n))] })).headPosition;

it('writes what the log says and tells when it has caught up', async () => {
  await append('thing-a', 3);
  const projection = start(projectionOf(counting(1)));
  expect(await projection.whenCaughtUp(3, 10_000)).toBe(true);
  expect(await counts()).toEqual({ 'thing-a': 3 });
  expect(await projection.whenCaughtUp(await append('thing-b', 2), 10_000)).toBe(true);
  expect(await counts()).toEqual({ 'thing-a': 3, 'thing-b': 2 });
  expect(await projection.whenCaughtUp(99, 10)).toBe(false);
});

it('keeps its pace while nobody waits, and is current at once for whoever asks', async () => {
  const projection = start(projectionOf(counting(1), { paceMs: 60_000 }));
  await append('thing-a', 1);
  expect(await projection.whenCaughtUp(1, 10_000)).toBe(true);
  const position = await append('thing-a', 1);
  // The first batch began a pause of a minute, which is what is tried here: the event is on the record and not in the rows.
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(projection.position).toBe(1);
  await projection.whenCurrent();
  expect(projection.position).toBe(position);
  expect(await counts()).toEqual({ 'thing-a': 2 });
});

it('goes on where it stopped', async () => {
  const first = start(projectionOf(counting(1)));
  await first.whenCaughtUp(await append('thing-a', 3), 10_000);
  stop.abort();
  await Promise.all(running.splice(0));
  stop = new AbortController();
  const head = await append('thing-a', 4);
  expect(await start(projectionOf(counting(1))).whenCaughtUp(head, 10_000)).toBe(true);
  expect(await counts()).toEqual({ 'thing-a': 7 });
});

it('counts every event once, however many copies follow', async () => {
  const others = await Promise.all([openTestLog(database, 'test-0'), openTestLog(database, 'test-0')]);
  const copies = [log, ...others].map((copy) => start(projectionOf(counting(1), { log: copy, batchMax: 7 })));
  let head = 0;
  for (let n = 0; n < 40; n += 1) head = await append(`thing-${n % 5}`, 10);
  expect(await Promise.all(copies.map((copy) => copy.whenCaughtUp(head, 30_000)))).toEqual([true, true, true]);
  expect(Object.values(await counts())).toEqual([80, 80, 80, 80, 80]);
  stop.abort();
  await Promise.all(running.splice(0));
  await Promise.all(others.map((other) => other.close()));
});

it('is rebuilt beside the live tables while events come, and nobody sees it empty or older', async () => {
  const projection = start(projectionOf(counting(1), { batchMax: 50 }));
  await projection.whenCaughtUp(await append('thing-a', 500), 20_000);
  let least = 500;
  let seen = 0;
  let done = false;
  const reading = (async () => {
    while (!done) {
      const now = (await counts())['thing-a'] ?? 0;
      expect(now).toBeGreaterThanOrEqual(least);
      least = now;
      seen += 1;
    }
  })();
  const writing = (async () => {
    for (let n = 0; n < 60 && !done; n += 1) await append('thing-a', 5);
  })();
  const result = await projectionOf(counting(1), { batchMax: 50 }).rebuild({ compare: true });
  await writing;
  const { position: head } = await log.head();
  await projection.whenCaughtUp(head, 20_000);
  done = true;
  await reading;
  expect(result?.differences).toEqual([]);
  expect(result?.position).toBeGreaterThanOrEqual(500);
  expect(seen).toBeGreaterThan(3);
  expect(await counts()).toEqual({ 'thing-a': head });
});

it('finds the rows in which live tables differ from the log, and puts them right', async () => {
  const projection = start(projectionOf(counting(1)));
  await projection.whenCaughtUp(await append('thing-a', 3), 10_000);
  await reader.query(`UPDATE rm_counts.counts SET n = 99; INSERT INTO rm_counts.counts VALUES ('thing-made-up', 1)`);
  const result = await projectionOf(counting(1)).rebuild({ compare: true });
  expect(result).toEqual({ position: 3, compared: true, differences: [{ table: 'counts', onlyLive: 2, onlyNext: 1 }] });
  expect(await counts()).toEqual({ 'thing-a': 3 });
});

it('is rebuilt by the first start of a newer version, and an older copy only watches from then on', async () => {
  const older = start(projectionOf(counting(1)));
  await older.whenCaughtUp(await append('thing-a', 3), 10_000);
  const newer = start(projectionOf(counting(2, 10)));
  expect(await newer.whenCaughtUp(3, 20_000)).toBe(true);
  expect(await counts()).toEqual({ 'thing-a': 30 });
  const head = await append('thing-a', 2);
  expect(await Promise.all([newer, older].map((copy) => copy.whenCaughtUp(head, 20_000)))).toEqual([true, true]);
  expect(await counts()).toEqual({ 'thing-a': 50 });
});

it('goes on with a rebuild that was interrupted', async () => {
  const projection = start(projectionOf(counting(1)));
  await projection.whenCaughtUp(await append('thing-a', 100), 10_000);
  const interrupted = new AbortController();
  let batches = 0;
  const slow: ReadModel = {
    ...counting(1),
    apply: async (client, events, schema) => {
      await counting(1).apply(client, events, schema);
      if (schema === 'rm_counts_next' && (batches += 1) === 3) interrupted.abort();
    },
  };
  expect(await projectionOf(slow, { batchMax: 10 }).rebuild({ signal: interrupted.signal })).toBeNull();
  const result = await projectionOf(slow, { batchMax: 10 }).rebuild({ compare: true });
  expect(result).toEqual({ position: 100, compared: true, differences: [] });
  expect(batches).toBe(10);
});

it('stops where the fold throws and keeps what it had', async () => {
  const failing: ReadModel = {
    ...counting(1),
    apply: async (client, events, schema) => {
      await counting(1).apply(client, events, schema);
      if (events.some((event) => event.data['n'] === 2)) throw new Error('an event of an unknown type');
    },
  };
  const projection = projectionOf(failing, { batchMax: 2 });
  await append('thing-a', 4);
  await expect(projection.run(stop.signal)).rejects.toThrow(ReadModelStopped);
  expect(await counts()).toEqual({ 'thing-a': 2 });
});

it('stops where a statement of the fold is refused', async () => {
  const failing: ReadModel = { ...counting(1), apply: async (client) => void (await client.query('SELECT 1 / 0')) };
  await append('thing-a', 1);
  await expect(projectionOf(failing).run(stop.signal)).rejects.toThrow('division by zero');
});

it('outlives the loss of its connection', async () => {
  const projection = start(projectionOf(counting(1)));
  await projection.whenCaughtUp(await append('thing-a', 3), 10_000);
  const admin = new pg.Client({ connectionString: database.superuserUrl });
  await admin.connect();
  await admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'waybill read model%' AND datname = current_database()`,
  );
  await admin.end();
  expect(await projection.whenCaughtUp(await append('thing-a', 2), 20_000)).toBe(true);
  expect(await counts()).toEqual({ 'thing-a': 5 });
});
