import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { queryRows, type TestDatabase } from '@waybill/testkit/start-postgres';
import { to } from './contract-events.js';
import { makeLogDatabase, openTestLog, testKek } from './log-database.spec.js';
import type { PostgresLog } from './postgres-log.js';

/** Deaths in the middle of a batch, and naps that last longer than whoever takes over needs. */
const rounds = 6;
const napMs = 1_500;
const waitMs = 30_000;
const name = 'killed-0';

let database: TestDatabase;
let log: PostgresLog;
const children = new Set<ChildProcess>();

beforeEach(async () => {
  database = await makeLogDatabase(name);
  log = await openTestLog(database, name);
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await log.close();
  await database.drop();
});

interface Projector {
  readonly child: ChildProcess;
  /** Resolves once it stands in the middle of its first batch. */
  inBatch(): Promise<void>;
}

function projector(): Projector {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./killed-projector.mjs', import.meta.url))], {
    env: { PATH: process.env['PATH'], DATABASE_URL: database.appUrl, KEK: testKek, LOG: name },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { child, inBatch: () => eventually('the projector is in a batch', () => said.includes('in a batch')) };
}

async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${waitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function killed(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  children.delete(child);
}

it('a read model whose writers are killed in a batch, and stopped and woken, counts every event once', async () => {
  let appended = 0;
  const append = async (events: number): Promise<void> => {
    const numbers = Array.from({ length: events }, (_, at) => at);
    await log.append({ streams: [to(`thing-${appended % 3}`, ...numbers), to('thing-all', 1)] });
    appended += events + 1;
  };
  for (let round = 0; round < rounds; round += 1) {
    await append(40);
    const sleeper = projector();
    await sleeper.inBatch();
    // Stopped with its transaction open: whoever comes now waits for it; once woken, neither may count again what the other has.
    sleeper.child.kill('SIGSTOP');
    const other = projector();
    await new Promise((resolve) => setTimeout(resolve, napMs));
    await append(40);
    sleeper.child.kill('SIGCONT');
    await append(40);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await killed(sleeper.child);
    await append(40);
    await other.inBatch();
    await killed(other.child);
  }
  for (const child of [...children]) await killed(child);
  await append(1);
  projector();
  await eventually('the read model has everything', async () => {
    const [row] = await queryRows<{ position: string }>(
      database.superuserUrl,
      `SELECT position FROM log_projections WHERE name = 'counted' AND slot = 'live'`,
    );
    return Number(row?.position) === appended;
  });
  const counted = await queryRows(database.superuserUrl, 'SELECT stream, events FROM rm_counted.rows ORDER BY stream');
  const recorded = await queryRows(
    database.superuserUrl,
    'SELECT stream, count(*)::int AS events FROM log_events GROUP BY stream ORDER BY stream',
  );
  expect(counted).toEqual(recorded);
}, 600_000);
