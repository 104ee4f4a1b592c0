import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ensureDatabase } from './databases.js';
import { openKeeper } from './keeper.js';
import { type PostgresServer, startPostgresServer } from './postgres-server.js';

describe('the database of a service', () => {
  const keeper = openKeeper();
  let server: PostgresServer;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'waybill-dev-stack-'));
    // With a password, as the stack does it.
    server = await startPostgresServer({
      keeper,
      dataDir: join(folder, 'data'),
      password: 'p',
      durable: false,
      removeAfter: [folder],
    });
  }, 60_000);
  afterAll(() => keeper.close());

  it('is made once, and gets new passwords every time', async () => {
    const first = await ensureDatabase(server.url(), 'example', { owner: 'o', app: "it's" });
    await rowsOf(first.ownerUrl, 'CREATE TABLE kept (n int)');
    const again = await ensureDatabase(server.url(), 'example', { owner: 'o', app: 'new' });
    expect(await rowsOf(again.ownerUrl, 'SELECT * FROM kept')).toEqual([]);
    expect(new URL(again.appUrl).password).toBe('new');
  });

  it('lets the app role connect and nothing else', async () => {
    const { appUrl } = await ensureDatabase(server.url(), 'example', { owner: 'o', app: 'a' });
    expect(await rowsOf(appUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await expect(rowsOf(appUrl, 'CREATE TABLE mine (n int)')).rejects.toThrow('permission denied');
    await expect(rowsOf(appUrl, 'CREATE TEMP TABLE mine (n int)')).rejects.toThrow('permission denied');
  });
});

async function rowsOf(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
