import type { LogEvent } from '@waybill/contracts/log-event';
import { startPostgres, type TestDatabase } from '@waybill/testkit/start-postgres';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { openDatabase, runMigrations } from './database.js';
import { createMirrorTables, LogMirror, type Mirrored } from './log-mirror.js';

class Mirrors1764000000001 implements MigrationInterface {
  up(runner: QueryRunner): Promise<void> {
    return createMirrorTables(runner);
  }
  down(): Promise<void> {
    return Promise.reject(new Error('never'));
  }
}

type Fact = Readonly<Record<string, unknown>>;

let test: TestDatabase;
let database: DataSource;

beforeAll(async () => {
  test = await (await startPostgres()).createDatabase('mirror');
  await runMigrations({ ownerUrl: test.ownerUrl, appRole: test.appRole, migrations: [Mirrors1764000000001] });
  database = await openDatabase({ url: test.appUrl, applicationName: 'mirror' });
}, 60_000);
afterAll(async () => {
  await database.destroy();
  await test.drop();
});

const eventOf = (position: number, stream: string, data: Fact): LogEvent => {
  const event = { log: 'registry-0', epoch: 1, position, eventId: `e${position}`, stream, version: position };
  return {
    ...event,
    type: 'Told',
    schemaVersion: 1,
    tenant: 'default',
    at: '',
    actor: '',
    data,
  } as unknown as LogEvent;
};
const told: Mirrored<Fact>[] = [];
const open = (): Promise<LogMirror<Fact>> =>
  LogMirror.open<Fact>({
    database,
    log: 'registry-0',
    fold: (before, { data }) => ({ ...before, ...data }),
    changed: (row) => told.push(row),
  });

it('takes texts that no row can hold, and all that comes behind them, and says the same after a restart', async () => {
  const mirror = await open();
  await mirror.take([
    eventOf(1, 'connector-con_a', { disabledBecause: 'x\u0000', config: { fields: { 'k\ud800': '\udfff\u0000' } } }),
    eventOf(2, 'connector-con_b', { name: 'good' }),
  ]);
  const shown = { disabledBecause: 'x\ufffd', config: { fields: { 'k\ufffd': '\ufffd\ufffd' } } };
  expect(mirror.get('connector-con_a')?.value).toEqual(shown);
  expect(told.map(({ value }) => value)).toEqual([shown, { name: 'good' }]);
  await mirror.take([eventOf(3, 'connector-con_a', { name: 'again' })]);

  const after = await open();
  expect(await after.after()).toBe(3);
  expect(after.get('connector-con_a')?.value).toEqual({ ...shown, name: 'again' });
  expect(after.get('connector-con_b')?.value).toEqual({ name: 'good' });
});
