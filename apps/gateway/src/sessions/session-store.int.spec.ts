import { openDatabase, runMigrations } from '@waybill/service-kit/database';
import { startPostgres, type TestDatabase } from '@waybill/testkit/start-postgres';
import type { DataSource } from 'typeorm';
import { sessionIdleSeconds, sessionLifeSeconds } from '../config.js';
import { gatewayMigrations } from '../migrations.js';
import { PostgresSessionStore } from './session-store.js';

/** Far more than a query takes, far less than the limits. */
const marginSeconds = 30;

describe('the end of a session', () => {
  let database: TestDatabase;
  let source: DataSource;
  let store: PostgresSessionStore;
  let made = 0;

  beforeAll(async () => {
    database = await (await startPostgres()).createDatabase('sessions');
    await runMigrations({ ownerUrl: database.ownerUrl, appRole: database.appRole, migrations: gatewayMigrations });
    source = await openDatabase({ url: database.appUrl, applicationName: 'test' });
    store = new PostgresSessionStore(source);
  }, 60_000);
  afterAll(async () => {
    await source?.destroy();
    await database?.drop();
  });

  /** A session that was begun, and used last, so many seconds ago. */
  async function session(begunAgo: number, usedAgo: number): Promise<Buffer> {
    made += 1;
    const hash = Buffer.alloc(32, made);
    await store.begin(hash, `key_${made}`, 'f'.repeat(64));
    await source.query(
      `update sessions set used_at = now() - make_interval(secs => $2), ends_at = now() + make_interval(secs => $3)
       where token_hash = $1`,
      [hash, usedAgo, sessionLifeSeconds - begunAgo],
    );
    return hash;
  }

  it.each([
    [
      'a session that was used a moment before the idle limit goes on',
      sessionIdleSeconds,
      sessionIdleSeconds - marginSeconds,
      true,
    ],
    ['a session that was not used for the idle limit is over', sessionIdleSeconds, sessionIdleSeconds + 1, false],
    ['a session a moment before its absolute end goes on', sessionLifeSeconds - marginSeconds, 0, true],
    ['a session past its absolute end is over, however busy it was', sessionLifeSeconds + 1, 0, false],
  ])('%s', async (_, begunAgo, usedAgo, goesOn) => {
    const hash = await session(begunAgo, usedAgo);
    expect((await store.find(hash, false)) !== null).toBe(goesOn);
  });

  it('is put off by use, and never past the absolute end', async () => {
    const hash = await session(sessionLifeSeconds - marginSeconds, sessionIdleSeconds - marginSeconds);
    const before = await store.find(hash, false);
    const after = await store.find(hash, true);
    expect(after?.idleEndsAt.getTime()).toBeGreaterThan(before?.idleEndsAt.getTime() ?? 0);
    expect(after?.endsAt).toEqual(before?.endsAt);
  });

  it('sweeps what is over and nothing else', async () => {
    await source.query('delete from sessions');
    await session(0, sessionIdleSeconds + 1);
    const alive = await session(0, 0);
    expect(await store.sweep()).toBe(1);
    expect(await store.find(alive, false)).not.toBeNull();
  });
});
