import { queryRows, startPostgres, type TestPostgres } from '@waybill/testkit/start-postgres';
import { ensureDatabase } from './databases.js';

describe('the database of a service', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);

  it('is made once, and gets new passwords every time', async () => {
    const first = await ensureDatabase(postgres.adminUrl, 'example', { owner: 'o', app: "it's" });
    await queryRows(first.ownerUrl, 'CREATE TABLE kept (n int)');
    const again = await ensureDatabase(postgres.adminUrl, 'example', { owner: 'o', app: 'new' });
    expect(await queryRows(again.ownerUrl, 'SELECT * FROM kept')).toEqual([]);
    expect(new URL(again.appUrl).password).toBe('new');
  });

  it('lets the app role connect and nothing else', async () => {
    const { appUrl } = await ensureDatabase(postgres.adminUrl, 'example', { owner: 'o', app: 'a' });
    expect(await queryRows(appUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await expect(queryRows(appUrl, 'CREATE TABLE mine (n int)')).rejects.toThrow('permission denied');
    await expect(queryRows(appUrl, 'CREATE TEMP TABLE mine (n int)')).rejects.toThrow('permission denied');
  });
});
