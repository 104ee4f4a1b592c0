import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { runSql, startPostgresServer } from '@waybill/dev-stack/postgres-server';
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
