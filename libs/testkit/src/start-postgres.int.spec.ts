import pg from 'pg';
import { queryRows, startPostgres, type TestDatabase, type TestPostgres } from './start-postgres.js';

describe('the PostgreSQL of the tests', () => {
  let postgres: TestPostgres;
  let database: TestDatabase;
  beforeAll(async () => {
    postgres = await startPostgres();
    database = await postgres.createDatabase('kit');
  }, 60_000);
  afterAll(() => database.drop());

  it('is version 18 and commits synchronously', async () => {
    const [row] = await queryRows<{ version: string; commit: string }>(
      database.ownerUrl,
      `SELECT current_setting('server_version_num') AS version, current_setting('synchronous_commit') AS commit`,
    );
    expect(Number(row?.version)).toBeGreaterThanOrEqual(180_000);
    expect(row?.commit).toBe('on');
  });

  it('is the same server for the next who asks', async () => {
    expect((await startPostgres()).port).toBe(postgres.port);
  });

  it('lets the owner make tables and the app only use what it is granted', async () => {
    await queryRows(database.ownerUrl, 'CREATE TABLE given (n int)');
    await queryRows(database.ownerUrl, `GRANT INSERT ON given TO ${database.appRole}`);
    await queryRows(database.appUrl, 'INSERT INTO given VALUES (1)');
    await expect(queryRows(database.appUrl, 'DELETE FROM given')).rejects.toThrow('permission denied');
    await expect(queryRows(database.appUrl, 'CREATE TABLE mine (n int)')).rejects.toThrow('permission denied');
  });

  it('drops a database that is still in use', async () => {
    const short = await postgres.createDatabase('short');
    const client = new pg.Client({ connectionString: short.ownerUrl });
    client.on('error', () => undefined);
    await client.connect();
    await short.drop();
    const left = await queryRows(postgres.adminUrl, 'SELECT 1 FROM pg_database WHERE datname = $1', [short.name]);
    expect(left).toEqual([]);
    await client.end().catch(() => undefined);
  });
});
