import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { startPostgres, type TestDatabase, type TestPostgres } from '@waybill/testkit/start-postgres';
import { PostgresLog, type PostgresLogOptions } from './postgres-log.js';
import { checkpointSchemaStatements, logSchemaStatements } from './schema.js';

export const testKek = `v1:${randomBytes(32).toString('base64')}`;

/** A database of its own with an empty log in it; for specs. */
export async function makeLogDatabase(log: string, postgres?: TestPostgres): Promise<TestDatabase> {
  const database = await (postgres ?? (await startPostgres())).createDatabase('log');
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  const { appRole } = database;
  for (const sql of [...logSchemaStatements({ appRole, log }), ...checkpointSchemaStatements({ appRole })])
    await owner.query(sql);
  await owner.end();
  return database;
}

export function openTestLog(
  database: TestDatabase,
  log: string,
  more: Partial<PostgresLogOptions> = {},
): Promise<PostgresLog> {
  return PostgresLog.open({ connectionString: database.appUrl, kek: testKek, log, ...more });
}
