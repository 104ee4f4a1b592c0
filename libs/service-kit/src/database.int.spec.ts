import { setTimeout as wait } from 'node:timers/promises';
import { openSilentProxy } from '@waybill/testkit/silent-proxy';
import { queryRows, startPostgres, type TestDatabase } from '@waybill/testkit/start-postgres';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { databaseExaminations, examine } from './examine.js';
import { grantToApp, openDatabase, runMigrations, userOf } from './database.js';
import { isDatabaseAway } from './database-away.js';

class MakesRows1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table rows (n int)');
    await grantToApp(runner, 'select, insert', 'rows');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table rows');
  }
}

describe('the database of a service', () => {
  let database: TestDatabase;
  let source: DataSource | undefined;

  beforeEach(async () => {
    database = await (await startPostgres()).createDatabase('kit');
  }, 60_000);

  afterEach(async () => {
    if (source?.isInitialized) await source.destroy();
    await database.drop();
  });

  const migrate = () =>
    runMigrations({ ownerUrl: database.ownerUrl, appRole: database.appRole, migrations: [MakesRows1700000000001] });

  it('is migrated once, also when two try at the same time', async () => {
    const ran = await Promise.all([migrate(), migrate()]);
    expect(ran.map((names) => names.length).sort()).toEqual([0, 1]);
    expect(await migrate()).toEqual([]);
  });

  it('gives the service what the migration grants, and nothing else', async () => {
    await migrate();
    source = await openDatabase({ url: database.appUrl, applicationName: 'test' });
    await source.query('insert into rows values (1)');
    await expect(source.query('delete from rows')).rejects.toThrow('permission denied');
  });

  it('lets the service see whether its schema is that of its code', async () => {
    await migrate();
    source = await openDatabase({ url: database.appUrl, applicationName: 'test' });
    const checks = databaseExaminations('test', source, [MakesRows1700000000001]);
    expect((await examine(checks, 'default')).map(({ state }) => state)).toEqual(['holds', 'holds']);
    class NotYetRun1800000000001 extends MakesRows1700000000001 {}
    const later = databaseExaminations('test', source, [MakesRows1700000000001, NotYetRun1800000000001]);
    expect((await examine(later, 'default'))[1]).toMatchObject({
      state: 'wrong',
      says: 'Not applied: NotYetRun1800000000001.',
      fix: expect.stringContaining('migrate.js') as string,
    });
  });

  it('refuses at once what waiting does not heal', async () => {
    const wrong = new URL(database.appUrl);
    wrong.pathname = '/no_such_database';
    await expect(openDatabase({ url: wrong.href, applicationName: 'test' })).rejects.toThrow('does not exist');
  });

  it('gives up a query that is never answered, and its connection, which would hold up the next one', async () => {
    const proxy = await openSilentProxy(Number(new URL(database.appUrl).port));
    const url = new URL(database.appUrl);
    url.port = String(proxy.port);
    source = await openDatabase({ url: url.href, applicationName: 'frozen', queryTimeoutMs: 300 });
    const connections = () =>
      queryRows(database.superuserUrl, `select 1 from pg_stat_activity where application_name = 'frozen'`);
    expect(await connections()).toHaveLength(1);
    proxy.silence('answers');
    expect(isDatabaseAway(await source.query('select 1').catch((error: unknown) => error))).toBe(true);
    // The pool itself lets a connection go that nobody has used for ten seconds.
    for (const until = performance.now() + 5_000; (await connections()).length > 0 && performance.now() < until;)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await connections()).toEqual([]);
    // The next one has to connect anew, which nobody answers. Half of the ten seconds that it has by default is the bound here.
    const next = source.query('select 1').catch((error: unknown) => error);
    expect(isDatabaseAway(await Promise.race([next, wait(5_000)]))).toBe(true);
    await proxy.close();
  });

  it('names the app role by its URL', () => {
    expect(userOf(database.appUrl)).toBe(database.appRole);
  });
});
