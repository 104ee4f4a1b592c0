import pg from 'pg';
import type { TestDatabase } from '@waybill/testkit/start-postgres';
import { happened, to } from './contract-events.js';
import { FoldPages } from './fold-pages.js';
import { makeLogDatabase, openTestLog } from './log-database.spec.js';
import type { PostgresLog } from './postgres-log.js';
import { Projection } from './projection.js';
import type { ReadModel } from './read-model.js';
import { Rebuild } from './rebuild.js';

let database: TestDatabase;
let log: PostgresLog;
let admin: pg.Client;

beforeEach(async () => {
  database = await makeLogDatabase('test-0');
  log = await openTestLog(database, 'test-0');
  admin = new pg.Client({ connectionString: database.superuserUrl });
  await admin.connect();
});

afterEach(async () => {
  await admin.end();
  await log.close();
  await database.drop();
});

const session = () => ({ connectionString: database.appUrl, applicationName: 'spec' });
const last = (version: number): ReadModel => ({
  name: 'last',
  version,
  tables: ['CREATE TABLE last (stream text PRIMARY KEY, n integer NOT NULL)'],
  indexes: ['CREATE INDEX ON last (n)'],
  categories: ['thing'],
  apply: async (client, events) => {
    for (const { stream, data } of events)
      await client.query('INSERT INTO last VALUES ($1, $2) ON CONFLICT (stream) DO UPDATE SET n = excluded.n', [
        stream,
        data['n'],
      ]);
  },
});
const rebuild = (model: ReadModel, pageMax = 3) =>
  new Rebuild({ log, model, session: session(), pageMax }).run({ compare: true });

/** As a service does that runs and is then stopped. */
async function follow(model: ReadModel): Promise<void> {
  const stop = new AbortController();
  const projection = new Projection({ log, connectionString: database.appUrl, model });
  const running = projection.run(stop.signal);
  await projection.whenCaughtUp((await log.head()).position, 20_000);
  stop.abort();
  await running;
}

describe('a rebuild', () => {
  it('compares with the tables of a service that has been stopped, and finds what was changed in them', async () => {
    await log.append({ streams: [to('thing-a', 1, 2), to('thing-b', 1)] });
    await follow(last(1));
    await log.append({ streams: [to('thing-c', 1, 2, 3, 4)] });
    const reader = new pg.Client({ connectionString: database.appUrl });
    await reader.connect();
    await reader.query(`UPDATE rm_last.last SET n = 9 WHERE stream = 'thing-a'`);
    await reader.end();
    expect(await rebuild(last(1))).toEqual({
      position: 7,
      compared: true,
      differences: [{ table: 'last', onlyLive: 1, onlyNext: 1 }],
    });
    expect(await rebuild(last(1))).toEqual({ position: 7, compared: true, differences: [] });
  });

  it('does not say that it compared with tables of another version', async () => {
    await log.append({ streams: [to('thing-a', 1)] });
    await follow(last(1));
    expect(await rebuild(last(2))).toEqual({ position: 1, compared: false, differences: [] });
  });

  it('makes every index once, and counts the rows before anybody asks for them', async () => {
    await log.append({ streams: [to('thing-a', 1), to('thing-b', 1)] });
    await rebuild(last(1));
    await rebuild(last(1));
    const { rows } = await admin.query<{ indexes: number; counted: number }>(
      `SELECT (SELECT count(*)::int FROM pg_indexes WHERE schemaname = 'rm_last') AS indexes,
              (SELECT reltuples::int FROM pg_class WHERE oid = 'rm_last.last'::regclass) AS counted`,
    );
    expect(rows).toEqual([{ indexes: 2, counted: 2 }]);
  });

  it('goes on after PostgreSQL has cut its connections', async () => {
    for (let n = 0; n < 30; n += 1) await log.append({ streams: [to('thing-a', n)] });
    let applied = 0;
    const cut: ReadModel = {
      ...last(1),
      apply: async (client, events, schema) => {
        await last(1).apply(client, events, schema);
        applied += 1;
        if (applied === 4)
          await admin.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'spec rebuild%'`,
          );
      },
    };
    expect(await rebuild(cut)).toMatchObject({ position: 30 });
    const { rows } = await admin.query('SELECT n FROM rm_last.last');
    expect(rows).toEqual([{ n: 29 }]);
  });
});

describe('a page of a fold', () => {
  const read = async (after: number, more: { pageMax?: number; bytesMax?: number; upto?: number } = {}) => {
    const pages = new FoldPages(log.identity, session(), more.pageMax, more.bytesMax);
    const { events, position } = await pages.read(after, ['thing', 'lone'], more.upto);
    await pages.end();
    return { found: events.map((event) => event.position), position };
  };

  beforeEach(async () => {
    const sealed = { sealed: { subject: 'ntf_a', text: '{"payload":1}' } };
    await log.append({
      streams: [
        to('thing-a', 1, 2),
        to('other-b', 1),
        { ...to('thing-c'), events: [happened(3, sealed)] },
        to('lone', 4),
        to('thingamajig-d', 5),
      ],
    });
  });

  it.each<[string, number, object, number[], number]>([
    ['holds its categories and nothing else', 0, {}, [1, 2, 4, 5], 6],
    ['goes on where the one before it ended', 2, {}, [4, 5], 6],
    ['ends after so many positions', 0, { pageMax: 3 }, [1, 2], 3],
    ['ends where it was told to', 0, { upto: 4 }, [1, 2, 4], 4],
    ['is empty at the end of the log', 6, {}, [], 6],
    ['is empty behind where it was told to end', 5, { upto: 4 }, [], 5],
    // {"n":1} has seven bytes.
    ['ends with the event that fills its bytes', 0, { bytesMax: 14 }, [1, 2], 2],
    ['takes one more event for one more byte', 0, { bytesMax: 15 }, [1, 2, 4], 4],
    ['holds one event at least', 0, { bytesMax: 1 }, [1], 1],
    ['is whole when its bytes are not filled', 0, { bytesMax: 29 }, [1, 2, 4, 5], 6],
  ])('%s', async (_case, after, more, found, position) => {
    expect(await read(after, more)).toEqual({ found, position });
  });

  it('has no sealed part', async () => {
    const pages = new FoldPages(log.identity, session());
    const { events } = await pages.read(3, ['thing']);
    await pages.end();
    expect(events.map((event) => 'sealed' in event)).toEqual([false]);
    expect(events[0]?.data).toEqual({ n: 3 });
  });
});
