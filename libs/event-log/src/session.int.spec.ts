import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { TestDatabase } from '@waybill/testkit/start-postgres';
import { makeLogDatabase } from './log-database.spec.js';
import { ConnectionLost, isAnswered, Session } from './session.js';
import type { Statement } from './statement.js';

const silenceMs = 400;
const numbers: Statement = {
  name: 'numbers',
  text: `SELECT n, 9007199254740991::bigint, '\\x00ff'::bytea, NULL, n > 1 FROM generate_series(1, $1::int) n`,
};
const nothing: Statement = { name: 'nothing', text: 'SELECT 1 WHERE $1' };
const quotient: Statement = { name: 'quotient', text: 'SELECT 6 / $1::int' };
const sleep: Statement = { name: 'sleep', text: 'SELECT pg_sleep($1)' };

const one = [1, Number.MAX_SAFE_INTEGER, Buffer.from([0, 255]), null, false];
const two = [2, Number.MAX_SAFE_INTEGER, Buffer.from([0, 255]), null, true];

describe.each([true, false])('a session (pipeline: %s)', (pipeline) => {
  let database: TestDatabase;
  let session: Session;

  beforeAll(async () => {
    database = await makeLogDatabase('session-0');
  });
  beforeEach(() => {
    session = new Session({
      connectionString: database.appUrl,
      applicationName: 'session spec',
      pipeline,
      answerTimeoutMs: silenceMs,
    });
  });
  afterEach(() => session.end());
  afterAll(() => database.drop());

  it('answers rows as arrays, the first time and when the columns are known', async () => {
    const connection = await session.pin();
    for (const last of [1, 2, 0, 2]) {
      const { command, rows } = await connection.query(numbers, [last]);
      expect({ command, rows }).toEqual({ command: 'SELECT', rows: [one, two].slice(0, last) });
    }
    expect((await connection.query(nothing, [false])).rows).toEqual([]);
    expect((await connection.query(nothing, [true])).rows).toEqual([[1]]);
  });

  it('answers each of many that are asked for at once its own', async () => {
    const connection = await session.pin();
    const asked = Array.from({ length: 50 }, (_, at) => (at % 3 === 0 ? numbers : quotient));
    const answers = await Promise.all(asked.map((statement, at) => connection.query(statement, [(at % 2) + 1])));
    expect(answers.map(({ rows }) => rows)).toEqual(
      asked.map((statement, at) =>
        statement === numbers ? [one, two].slice(0, (at % 2) + 1) : [[6 / ((at % 2) + 1)]],
      ),
    );
  });

  it('says what PostgreSQL did, and goes on after an error of one statement', async () => {
    const connection = await session.pin();
    const settled = await Promise.allSettled([
      connection.run('BEGIN'),
      connection.query(quotient, [0]),
      connection.query(quotient, [2]),
      connection.run('COMMIT'),
    ]);
    expect(settled.map((one) => (one.status === 'fulfilled' ? one.value.command : (one.reason as pg.DatabaseError).code))).toEqual(['BEGIN', '22012', '25P02', 'ROLLBACK']); // prettier-ignore
    expect(settled.every((one) => one.status === 'fulfilled' || isAnswered(one.reason))).toBe(true);
    expect((await connection.query(quotient, [2])).rows).toEqual([[3]]);
  });

  it('gives up a connection that says nothing, with all that was asked of it, and makes a new one', async () => {
    const connection = await session.pin();
    await connection.query(quotient, [1]);
    const begun = performance.now();
    const settled = await Promise.allSettled([connection.query(sleep, [30]), connection.query(quotient, [1])]);
    expect(performance.now() - begun).toBeGreaterThan(silenceMs);
    expect(performance.now() - begun).toBeLessThan(5_000);
    for (const one of settled) expect(one).toMatchObject({ status: 'rejected', reason: expect.any(ConnectionLost) });
    expect((await session.query(quotient, [3])).rows).toEqual([[2]]);
  });

  it('leaves a connection that takes no writes', async () => {
    const lock: Statement = { name: 'lock', text: 'SELECT 1 FROM log_head FOR UPDATE' };
    await session.run('SET default_transaction_read_only = on');
    await expect(session.query(lock)).rejects.toMatchObject({ code: '25006' });
    expect((await session.query(lock)).rows).toEqual([[1]]);
  });

  it('keeps what was made after one that was dropped while it was being made', async () => {
    const dropped = session.connected();
    session.drop();
    await expect(dropped).rejects.toThrow(ConnectionLost);
    const [first] = (await session.run('SELECT pg_backend_pid()')).rows;
    await delay(100);
    expect((await session.run('SELECT pg_backend_pid()')).rows).toEqual([first]);
    expect(session.holds(await session.pin())).toBe(true);
  });

  it('keeps one that has nothing to say because it was asked nothing', async () => {
    const { rows: before } = await session.query({ name: 'pid', text: 'SELECT pg_backend_pid()' });
    await new Promise((resolve) => setTimeout(resolve, silenceMs * 3));
    expect((await session.query({ name: 'pid', text: 'SELECT pg_backend_pid()' })).rows).toEqual(before);
  });
});
