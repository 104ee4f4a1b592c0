import { type FaultProxy, openFaultProxy } from '@waybill/testkit/fault-proxy';
import { openSilentProxy, type SilentProxy } from '@waybill/testkit/silent-proxy';
import { queryRows, type TestDatabase } from '@waybill/testkit/start-postgres';
import { happened, rejectionOf, to } from './contract-events.js';
import type { CommitFaults } from './group-commit.js';
import { makeLogDatabase, openTestLog } from './log-database.spec.js';
import type { PostgresLog } from './postgres-log.js';

let database: TestDatabase;
const opened: PostgresLog[] = [];
const proxies: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  database = await makeLogDatabase('test-0');
});

afterEach(async () => {
  for (const log of opened.splice(0)) await log.close();
  for (const proxy of proxies.splice(0)) await proxy.close();
  await database.drop();
});

async function open(
  options: { faults?: CommitFaults; through?: { readonly port: number } } = {},
): Promise<PostgresLog> {
  const url = new URL(database.appUrl);
  if (options.through) url.port = String(options.through.port);
  const log = await openTestLog({ ...database, appUrl: url.href }, 'test-0', { faults: options.faults });
  opened.push(log);
  return log;
}

async function proxied(): Promise<FaultProxy> {
  const proxy = await openFaultProxy({ port: Number(new URL(database.appUrl).port) });
  proxies.push(proxy);
  return proxy;
}

async function silentProxy(): Promise<SilentProxy> {
  const proxy = await openSilentProxy(Number(new URL(database.appUrl).port));
  proxies.push(proxy);
  return proxy;
}

async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const superuser = (sql: string, values: unknown[] = []) =>
  queryRows<Record<string, unknown>>(database.superuserUrl, sql, values);
const headPosition = async (): Promise<number> =>
  Number((await superuser('SELECT position FROM log_head'))[0]?.['position']);
/** Ends the connections that append, the way a crash of their server process would. */
const endAppending = () =>
  superuser(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '% append' AND datname = current_database()`,
  );

/** Breaks only the first group that comes to the place. */
function once(act: () => Promise<void>): () => Promise<void> {
  let done = false;
  return async () => {
    if (done) return;
    done = true;
    await act();
  };
}

/** Lets the server commit, then cuts: the answer is held back on the way, so that the caller never hears of the COMMIT. */
async function cutAfterCommit(proxy: SilentProxy, isThere: () => Promise<boolean>): Promise<void> {
  proxy.silence('answers');
  await eventually(isThere);
  proxy.cut();
}

describe('an append whose connection is lost', () => {
  it('is recorded once when the connection went before the COMMIT', async () => {
    const log = await open({ faults: { beforeCommit: once(async () => void (await endAppending())) } });
    const answer = await log.append({ streams: [{ ...to('thing-a', 1, 2), expected: 'none' }] });
    expect(answer.headPosition).toBe(2);
    expect(await log.readStream('thing-a')).toHaveLength(2);
    expect(await headPosition()).toBe(2);
  });

  it('is recorded once when the connection went while it held the head lock', async () => {
    const log = await open({ faults: { afterLock: once(async () => void (await endAppending())) } });
    const answers = await Promise.all([1, 2, 3].map((n) => log.append({ streams: [to(`thing-${n}`, n)] })));
    expect(answers.flatMap((answer) => answer.events.map((event) => event.position)).sort()).toEqual([1, 2, 3]);
    expect(await headPosition()).toBe(3);
  });

  it('is answered as recorded, and not written again, when only the answer to the COMMIT was lost', async () => {
    const proxy = await silentProxy();
    let lost: Promise<void> = Promise.resolve();
    const beforeCommit = once(() => {
      lost = cutAfterCommit(proxy, async () => (await headPosition()) === 2);
      return Promise.resolve();
    });
    const log = await open({ through: proxy, faults: { beforeCommit } });
    const answer = await log.append({ streams: [{ ...to('thing-a', 1, 2), expected: 'none' }] });
    await lost;
    expect(answer.streams).toEqual([{ stream: 'thing-a', written: true, version: 2, positions: [1, 2] }]);
    expect(await log.readStream('thing-a')).toEqual(answer.events);
    expect(await headPosition()).toBe(2);
  });

  it('is answered as recorded also when another copy has written since', async () => {
    const proxy = await silentProxy();
    const other = await open();
    let lost: Promise<void> = Promise.resolve();
    const beforeCommit = once(() => {
      lost = cutAfterCommit(proxy, async () => {
        if ((await headPosition()) !== 1) return false;
        await other.append({ streams: [to('thing-b', 7)] });
        return true;
      });
      return Promise.resolve();
    });
    const log = await open({ through: proxy, faults: { beforeCommit } });
    const answer = await log.append({ streams: [{ ...to('thing-a', 1), expected: 'none' }] });
    await lost;
    expect(answer.events.map((event) => event.position)).toEqual([1]);
    expect(await headPosition()).toBe(2);
  });

  it('is decided anew when another copy took its place, and then hears of the conflict', async () => {
    const other = await open();
    const beforeCommit = once(async () => {
      await endAppending();
      await other.append({ streams: [{ ...to('thing-a', 7), expected: 'none' }] });
    });
    const log = await open({ faults: { beforeCommit } });
    const late = log.append({ streams: [{ ...to('thing-a', 1), expected: 'none' }] });
    expect(await rejectionOf(late)).toEqual({ kind: 'conflict', stream: 'thing-a', expected: 'none', version: 1 });
  });

  it('moves a cursor once when only the answer was lost', async () => {
    const proxy = await silentProxy();
    let lost: Promise<void> = Promise.resolve();
    const isThere = async () => (await superuser('SELECT 1 FROM log_cursors WHERE position = 5')).length === 1;
    const beforeCommit = once(() => {
      lost = cutAfterCommit(proxy, isThere);
      return Promise.resolve();
    });
    const log = await open({ through: proxy, faults: { beforeCommit } });
    await log.append({ streams: [], cursor: { source: 'source-0', sourceEpoch: 1, from: 0, to: 5 } });
    await lost;
    expect(await log.cursor('source-0')).toEqual({ sourceEpoch: 1, position: 5 });
  });

  it('waits while PostgreSQL is away and is written when it comes back', async () => {
    const proxy = await proxied();
    const log = await open({ through: proxy });
    await log.append({ streams: [to('thing-a', 1)] });
    proxy.refuse();
    proxy.cutAll();
    const waiting = [2, 3, 4].map((n) => log.append({ streams: [to('thing-a', n)] }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await headPosition()).toBe(1);
    proxy.heal();
    await Promise.all(waiting);
    expect((await log.readStream('thing-a')).map((event) => event.data['n'])).toEqual([1, 2, 3, 4]);
  });
});

describe('an append to a database that takes no writes', () => {
  const connections = (text: string) => superuser(`ALTER ROLE ${database.appRole} ${text}`);

  it('waits, as for one that is away, and is written by a new connection once it takes them', async () => {
    const log = await open();
    await log.append({ streams: [to('thing-a', 1)] });
    // What a connection is told at its start holds for its life, as it does for one to a primary that was demoted.
    await connections('SET default_transaction_read_only = on');
    await endAppending();
    const waiting = log.append({ streams: [to('thing-a', 2)] });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await headPosition()).toBe(1);
    await connections('RESET default_transaction_read_only');
    expect((await waiting).headPosition).toBe(2);
  });
});

describe('a group', () => {
  it('lets only the request fail that PostgreSQL refuses', async () => {
    await superuser(`ALTER TABLE log_events ADD CONSTRAINT no_poison CHECK (type <> 'Poison')`);
    const log = await open();
    const poison = { ...to('thing-p'), events: [happened(0, { type: 'Poison' })] };
    const outcomes = await Promise.allSettled([
      log.append({ streams: [to('thing-a', 1)] }),
      log.append({ streams: [poison] }),
      log.append({ streams: [to('thing-b', 2)] }),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await headPosition()).toBe(2);
  });

  it('lets only the request fail whose key cannot be opened', async () => {
    const log = await open();
    const sealed = (subject: string) => ({
      ...to('thing-a'),
      events: [happened(1, { sealed: { subject, text: '{"payload":1}' } })],
    });
    await log.append({ streams: [sealed('ntf_1')] });
    await superuser(`UPDATE log_keys SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1)`);
    const outcomes = await Promise.allSettled([
      log.append({ streams: [to('thing-b', 2)] }),
      log.append({ streams: [sealed('ntf_1')] }),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected']);
    expect(outcomes[1]).toMatchObject({ reason: { name: 'SealFault' } });
  });

  it('drains when the log is closed under load', async () => {
    const log = await open();
    const appends = Array.from({ length: 300 }, (_, n) => log.append({ streams: [to(`thing-${n}`, n)] }));
    await log.close();
    const outcomes = await Promise.allSettled(appends);
    expect(outcomes.every((outcome) => outcome.status === 'fulfilled')).toBe(true);
    expect(await headPosition()).toBe(300);
  });

  it('crosses into the next partition', async () => {
    const size = 10_000_000;
    const bits = (size - 3).toString(2).replaceAll('0', '').length;
    await superuser('UPDATE log_head SET position = $1, frontier = $2', [size - 3, Buffer.alloc(32 * bits)]);
    const log = await open();
    await log.append({ streams: [to('thing-a', 1, 2, 3, 4, 5)] });
    expect((await log.readStream('thing-a')).map((event) => event.position)).toEqual(
      [1, 2, 3, 4, 5].map((n) => size - 3 + n),
    );
    const parts = await superuser(
      `SELECT tableoid::regclass::text AS part, count(*)::int AS n FROM log_events GROUP BY 1 ORDER BY 1`,
    );
    expect(parts).toEqual([
      { part: 'log_events_p0', n: 2 },
      { part: 'log_events_p1', n: 3 },
    ]);
  });

  it('makes the partition that will be needed before it is', async () => {
    const size = 10_000_000;
    const bits = (2 * size - 10).toString(2).replaceAll('0', '').length;
    await superuser('UPDATE log_head SET position = $1, frontier = $2', [2 * size - 10, Buffer.alloc(32 * bits)]);
    const log = await open();
    await log.append({ streams: [to('thing-a', ...Array.from({ length: 20 }, (_, n) => n))] });
    expect(await superuser(`SELECT 1 FROM pg_class WHERE relname = 'log_events_p2'`)).toHaveLength(1);
  });
});
