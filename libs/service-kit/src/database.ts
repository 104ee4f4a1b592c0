import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';

export type Migrations = readonly (new () => MigrationInterface)[];

/** Enough for rpc reads beside the log's own connections, few enough for ten copies on one default PostgreSQL (100 connections). */
export const defaultPoolSize = 8;

/** A query of a read model answers in milliseconds; one that takes this long is stuck or a mistake. */
export const statementTimeoutMs = 15_000;

/** PostgreSQL ends a statement by itself before: without a word for so long it is frozen, or the network takes everything and gives nothing. */
const queryTimeoutMs = statementTimeoutMs + 2_000;

/** For a connection of the pool to be made or to come back. */
const connectTimeoutMs = 10_000;

/**
 * A page of a list is fifty rows by an index. With the defaults, which are those of a turning disk, PostgreSQL reads a million rows in order
 * instead and drops all but a few; and compiling such a query takes longer than answering it.
 */
const plannerOptions = '-c random_page_cost=1.1 -c jit=off';

/** Waited between two tries while PostgreSQL is away. */
const reconnectDelayMs = 1_000;

export interface DatabaseOptions {
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly poolSize?: number;
  /**
   * A query without an answer for so long is given up with its connection, and one that finds no connection too (after ten seconds at most); a
   * little more than `statementTimeoutMs` when absent.
   */
  readonly queryTimeoutMs?: number;
  /** Called with what is wrong before each further try. */
  readonly onRetry?: (error: Error) => void;
}

/**
 * Opens the app's data source and waits while PostgreSQL is away, because a service must come up with everything else down.
 * Rejects at once when PostgreSQL answers and says no (password, database, role). Schema changes are for `runMigrations`, never for this role.
 */
export async function openDatabase(options: DatabaseOptions): Promise<DataSource> {
  for (;;) {
    const dataSource = dataSourceOf(options.url, options.applicationName, {
      poolSize: options.poolSize ?? defaultPoolSize,
      queryTimeoutMs: options.queryTimeoutMs,
    });
    try {
      return await dataSource.initialize();
    } catch (error) {
      if (!(error instanceof Error) || saysNo(error)) throw error;
      options.onRetry?.(error);
      await new Promise((resolve) => setTimeout(resolve, reconnectDelayMs));
    }
  }
}

function saysNo(error: Error & { code?: string }): boolean {
  // 28: credentials, 3D: no such database, 42: no such role or grant. Codes without a SQLSTATE come from the network.
  return /^(28|3D|42)[0-9A-Z]{3}$/.test(error.code ?? '');
}

interface SourceOptions {
  readonly poolSize: number;
  readonly queryTimeoutMs?: number | undefined;
  readonly migrations?: Migrations;
  /** Sent at connect, such as `-c waybill.app_role=…`. */
  readonly startup?: string;
}

function dataSourceOf(
  url: string,
  applicationName: string,
  { poolSize, queryTimeoutMs: queryMs = queryTimeoutMs, migrations, startup }: SourceOptions,
): DataSource {
  // The driver ends the connection of a query that it has given up only with `pipeline`. Otherwise it goes back into the pool and holds up the
  // next query as long, for the quarter of an hour after which the system finds that nobody is there.
  const bounds = { statement_timeout: statementTimeoutMs, query_timeout: queryMs, pipeline: true };
  // A migration may take as long as it takes.
  const timeouts = startup === undefined ? { ...bounds, options: plannerOptions } : { options: startup };
  return new DataSource({
    type: 'postgres',
    url,
    applicationName,
    poolSize,
    entities: [],
    migrations: [...(migrations ?? [])],
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    extra: { keepAlive: true, connectionTimeoutMillis: Math.min(connectTimeoutMs, queryMs), ...timeouts },
    // A pool without a listener would end the process when PostgreSQL restarts; the next query reconnects.
    poolErrorHandler: () => undefined,
  });
}

export interface MigrationOptions {
  /** The owner of the schema; never used by a running service. */
  readonly ownerUrl: string;
  /** Who gets what `grantToApp` gives: the user in the service's DATABASE_URL. */
  readonly appRole: string;
  readonly migrations: Migrations;
}

/** Any number that no other program takes on this database. */
const migrationLock = 7_233_101;

/**
 * Brings the schema up to date, one migration a transaction, and answers the names of those that ran.
 * Two runs at once wait for each other (advisory lock). Refuses role names that are no plain identifiers.
 */
export async function runMigrations(options: MigrationOptions): Promise<string[]> {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(options.appRole)) throw new Error(`not a plain role name: ${options.appRole}`);
  const startup = `-c waybill.app_role=${options.appRole}`;
  const lockSource = await dataSourceOf(options.ownerUrl, 'waybill-migrate', { poolSize: 1, startup }).initialize();
  const dataSource = dataSourceOf(options.ownerUrl, 'waybill-migrate', {
    poolSize: 1,
    startup,
    migrations: options.migrations,
  });
  try {
    await lockSource.query('select pg_advisory_lock($1)', [migrationLock]);
    await dataSource.initialize();
    await dataSource.query(`grant usage on schema public to "${options.appRole}"`);
    const done = await dataSource.runMigrations({ transaction: 'each' });
    // So that a running service can say whether its schema is that of its code.
    await dataSource.query(`grant select on schema_migrations to "${options.appRole}"`);
    return done.map(({ name }) => name);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
    await lockSource.destroy();
  }
}

/** For a migration: the role of the running service, which it may be given rights for. */
export async function appRoleOf(runner: QueryRunner): Promise<string> {
  const rows = (await runner.query(`select current_setting('waybill.app_role') as role`)) as { role: string }[];
  return rows[0]?.role ?? '';
}

/** For a migration: gives the running service rights on one table, such as `grantToApp(runner, 'select, insert', 'sealed_secrets')`. */
export async function grantToApp(runner: QueryRunner, privileges: string, table: string): Promise<void> {
  await runner.query(`grant ${privileges} on ${table} to "${await appRoleOf(runner)}"`);
}

/** The user in a connection URL: the app role that migrations grant to. */
export function userOf(databaseUrl: string): string {
  return decodeURIComponent(new URL(databaseUrl).username);
}
