import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { openKeeper } from '@waybill/dev-stack/keeper';
import { runSql, startPostgresServer } from '@waybill/dev-stack/postgres-server';
import { type AppendBenchResult, benchAppends } from '@waybill/event-log/append-bench';
import { PostgresLog } from '@waybill/event-log/postgres-log';
import { logSchemaStatements } from '@waybill/event-log/schema';
import { treeMicroseconds } from './tree-cost.js';

const eventBytes = 400;
/** What the tree may cost of the speed of appending (issue 5): the appending process has one core. */
const treeShareMax = 0.15;

/**
 * The append suite in its long form: 8 writers over 2 log instances against a PostgreSQL of its own with fsync on, while a reader
 * tails. Throws when positions are not contiguous or the reader saw one twice, late or not at all, or when the tree costs too much.
 */
export async function runAppendBench(options: { readonly seconds: number }): Promise<AppendBenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-append-'));
  const keeper = openKeeper();
  // Nothing else holds the process while PostgreSQL starts.
  const alive = setInterval(() => undefined, 1_000);
  try {
    const server = await startPostgresServer({
      keeper,
      dataDir: join(folder, 'data'),
      logFile: join(folder, 'postgres.log'),
    });
    const url = (role: string, database: string): string => `postgres://${role}@127.0.0.1:${server.port}/${database}`;
    await runSql(url('postgres', 'postgres'), ['CREATE ROLE bench_app LOGIN', 'CREATE DATABASE bench']);
    await runSql(url('postgres', 'bench'), [
      ...logSchemaStatements({ appRole: 'bench_app', log: 'bench-0' }),
      'GRANT USAGE ON SCHEMA public TO bench_app',
    ]);
    const kek = `v1:${randomBytes(32).toString('base64')}`;
    const open = () => PostgresLog.open({ connectionString: url('bench_app', 'bench'), kek, log: 'bench-0' });
    const result = await benchAppends({
      open,
      instances: 2,
      writers: 8,
      inFlight: 64,
      eventBytes,
      seconds: options.seconds,
    });
    const microseconds = treeMicroseconds(eventBytes);
    const tree = { microseconds, ofOneCore: Math.round((microseconds * result.eventsPerSecond) / 1e4) / 100 };
    console.log(JSON.stringify({ append: result, tree }));
    if (tree.ofOneCore > treeShareMax)
      throw new Error(`the tree takes ${tree.ofOneCore} of a core, more than ${treeShareMax}`);
    return result;
  } finally {
    clearInterval(alive);
    await keeper.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
