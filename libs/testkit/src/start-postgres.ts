import { randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { chownSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type PostgresServer, runSql, startPostgresServer } from '@waybill/dev-stack/postgres-server';
import { answers } from '@waybill/dev-stack/free-port';
import { memoryFile, recallForProcess, rememberForProcess, testFolder, testKeeper } from './test-keeper.js';

export interface TestPostgres {
  readonly port: number;
  /** The superuser's URL of the database `postgres`. */
  readonly adminUrl: string;
  createDatabase(name?: string): Promise<TestDatabase>;
}

export interface TestDatabase {
  readonly name: string;
  /** Of the role that owns the database: for migrations. */
  readonly ownerUrl: string;
  readonly ownerRole: string;
  /** Of the role a service works as: may connect, and use what a migration grants it; nothing else. */
  readonly appUrl: string;
  readonly appRole: string;
  /** The superuser's URL of this database: to do to it what nobody should. */
  readonly superuserUrl: string;
  /** Ends every connection and removes the database and its roles. */
  drop(): Promise<void>;
}

const memory = 'postgres';

/**
 * A real PostgreSQL 18, shared by all spec files of this process and ended with it. Without fsync (a power cut is no test of ours),
 * with `synchronous_commit` on. Databases are never shared: make one for each spec, drop it in `afterAll`.
 */
export async function startPostgres(): Promise<TestPostgres> {
  const running = recallForProcess<{ port: number }>(memory);
  if (running !== null && (await answers(running.port))) return postgresAt(running.port);
  const folder = testFolder('postgres');
  const server = await startPostgresServer({
    keeper: testKeeper(),
    dataDir: join(folder, 'data'),
    durable: false,
    logFile: join(folder, 'postgres.log'),
    removeAfter: [folder, memoryFile(memory)],
    settings: { shared_buffers: '64MB', io_method: 'sync', autovacuum_naptime: '20s' },
  });
  rememberForProcess(memory, { port: server.port });
  return postgresAt(server.port);
}

export interface TestPair {
  readonly primary: TestPostgres;
  readonly primaryServer: PostgresServer;
  readonly standby: PostgresServer;
  /** The same database, asked of the standby: a URL of the primary in, one of the standby out. */
  onStandby(url: string): string;
}

/** A PostgreSQL 18 of its own and a hot standby that streams from it, made by a base backup while the primary runs. Stop both when done. */
export async function startPostgresPair(): Promise<TestPair> {
  const folder = testFolder('postgres-pair');
  const [of, to] = [join(folder, 'primary'), join(folder, 'standby')];
  const options = { keeper: testKeeper(), durable: false, settings: { shared_buffers: '32MB', io_method: 'sync' } };
  const primaryServer = await startPostgresServer({ ...options, dataDir: of, removeAfter: [folder] });
  const admin = new pg.Client({ connectionString: primaryServer.url() });
  await admin.connect();
  await admin.query("SELECT pg_backup_start('standby', true)");
  const { status, stderr } = spawnSync('cp', ['-a', of, to], { encoding: 'utf8' });
  const { rows } = await admin.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
  await admin.end();
  if (status !== 0) throw new Error(`the base backup failed: ${stderr}`);
  rmSync(join(to, 'postmaster.pid'));
  const { uid, gid } = statSync(to);
  for (const [name, text] of [
    ['backup_label', rows[0]?.labelfile ?? ''],
    ['standby.signal', ''],
  ] as const) {
    writeFileSync(join(to, name), text, { mode: 0o600 });
    // As root, PostgreSQL runs as another user.
    chownSync(join(to, name), uid, gid);
  }
  const primary_conninfo = `host=127.0.0.1 port=${primaryServer.port} user=postgres`;
  const settings = { ...options.settings, primary_conninfo };
  const logFile = join(folder, 'standby.log');
  const standby = await startPostgresServer({ ...options, settings, dataDir: to, logFile });
  const onStandby = (url: string): string => Object.assign(new URL(url), { port: String(standby.port) }).href;
  return { primary: postgresAt(primaryServer.port), primaryServer, standby, onStandby };
}

function postgresAt(port: number): TestPostgres {
  const url = (database: string, role: string): string => `postgres://${role}@127.0.0.1:${port}/${database}`;
  const adminUrl = url('postgres', 'postgres');
  return {
    port,
    adminUrl,
    createDatabase: async (prefix = 'test') => {
      const name = `${prefix.replace(/[^a-z0-9_]/g, '_')}_${randomBytes(5).toString('hex')}`;
      const ownerRole = `${name}_owner`;
      const appRole = `${name}_app`;
      await runSql(adminUrl, [
        `CREATE ROLE ${ownerRole} LOGIN`,
        `CREATE ROLE ${appRole} LOGIN`,
        `CREATE DATABASE ${name} OWNER ${ownerRole} STRATEGY file_copy`,
        `REVOKE ALL ON DATABASE ${name} FROM PUBLIC`,
        `GRANT CONNECT ON DATABASE ${name} TO ${appRole}`,
      ]);
      return {
        name,
        ownerUrl: url(name, ownerRole),
        ownerRole,
        appUrl: url(name, appRole),
        appRole,
        superuserUrl: url(name, 'postgres'),
        drop: () =>
          runSql(adminUrl, [
            `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`,
            `DROP ROLE IF EXISTS ${ownerRole}`,
            `DROP ROLE IF EXISTS ${appRole}`,
          ]),
      };
    },
  };
}

/** The rows of one statement, on a connection of its own. */
export async function queryRows<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
