import pg from 'pg';
import type { NatsConnection } from '@nats-io/transport-node';
import type { TestDatabase } from '@waybill/testkit/start-postgres';
import { signCheckpoint } from './checkpoint.js';
import { keepGuard } from './keep-guard.js';
import { type AppendRequest, LogUnavailable } from './log.js';
import { makeLogDatabase, openTestLog, testKek } from './log-database.spec.js';
import { emptyRoot } from './merkle.js';
import { noteSigner } from './note.js';
import type { PostgresLog } from './postgres-log.js';
import type { ServiceHost } from './service-host.js';
import { StoredEvents } from './stored-events.js';

const signer = noteSigner('waybill.test', Buffer.alloc(32, 3));
const request = (stream: string): AppendRequest => ({
  streams: [
    {
      stream,
      tenant: 'default',
      expected: 'any',
      events: [{ type: 'ThingHappened', schemaVersion: 1, data: {}, meta: { actor: 'spec' } }],
    },
  ],
});

describe('the guard of a log', () => {
  let database: TestDatabase;
  let owner: pg.Client;
  let log: PostgresLog;
  let stored: StoredEvents;
  let checks: Map<string, () => string | null>;
  let drains: (() => Promise<void>)[];
  /** What the notary of the spec would answer; null for a broker on which nobody does. */
  let answer: object | null;

  const nats = {
    request: () =>
      answer === null ? Promise.reject(new Error('no responders')) : Promise.resolve({ json: () => ({ ok: answer }) }),
  } as unknown as NatsConnection;
  const signed = (size: number, rootHash: Buffer): object => ({
    note: signCheckpoint({ origin: 'waybill.test/guarded-0', size, rootHash }, signer),
    alarm: null,
  });
  const guarded = async (): Promise<string | null> => {
    const host: ServiceHost = {
      onDrain: (_name, drain) => void drains.push(drain),
      ops: { check: (name, check) => void checks.set(name, check) },
      log: { fatal: () => undefined, warn: () => undefined },
    };
    await keepGuard({ log, stored, nats, host });
    return checks.get('log guard')?.() ?? null;
  };

  beforeAll(async () => {
    database = await makeLogDatabase('guarded-0');
    owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    log = await openTestLog(database, 'guarded-0');
    stored = StoredEvents.open({ connectionString: database.appUrl, kek: testKek, log: 'guarded-0' });
    for (let n = 0; n < 5; n += 1) await log.append(request(`thing-${n}`));
  });
  beforeEach(() => {
    answer = null;
    checks = new Map();
    drains = [];
  });
  afterEach(async () => {
    for (const drain of drains) await drain();
    log.suspend(null);
  });
  afterAll(async () => {
    await log?.close();
    await stored?.close();
    await owner?.end();
  });

  it('lets a log be appended to that is as the schema makes it, with no notary there', async () => {
    expect(await guarded()).toBeNull();
    await expect(log.append(request('thing-a'))).resolves.toMatchObject({ headPosition: 6 });
  });

  it('lets a log be appended to that has grown from its newest checkpoint', async () => {
    const { position, rootHash } = await log.head();
    answer = signed(position, Buffer.from(rootHash, 'hex'));
    await log.append(request('thing-b'));
    expect(await guarded()).toBeNull();
    answer = signed(0, emptyRoot);
    expect(await guarded()).toBeNull();
  });

  it.each<[string, () => object, RegExp]>([
    [
      'is behind its newest checkpoint',
      () => signed(1_000, Buffer.alloc(32, 1)),
      /ends at \d+, its newest checkpoint is about 1000/,
    ],
    ['differs from its newest checkpoint', () => signed(3, Buffer.alloc(32, 1)), /first 3 events are not those/],
    [
      'has an alarm of the notary',
      () => ({ note: '', alarm: { position: 4, reason: 'the row is missing' } }),
      /the row is missing \(position 4\)/,
    ],
  ])('serves a log read-only that %s', async (_case, made, words) => {
    answer = made();
    expect(await guarded()).toMatch(words);
    await expect(log.append(request('thing-c'))).rejects.toThrow(LogUnavailable);
    expect(await log.readAll({ after: 0, limit: 3 })).toHaveLength(3);
  });

  it.each<[string, string, string, RegExp]>([
    [
      'whose service may change it',
      `GRANT UPDATE ON log_events TO APP`,
      `REVOKE UPDATE ON log_events FROM APP`,
      /may change log_events/,
    ],
    [
      'whose trigger only fires for some',
      `ALTER TABLE log_events_p0 ENABLE TRIGGER log_events_no_truncate`,
      `ALTER TABLE log_events_p0 ENABLE ALWAYS TRIGGER log_events_no_truncate`,
      /triggers of log_events_p0/,
    ],
    [
      'whose trigger is off',
      `ALTER TABLE log_events_p0 DISABLE TRIGGER log_events_no_change`,
      `ALTER TABLE log_events_p0 ENABLE ALWAYS TRIGGER log_events_no_change`,
      /triggers of log_events_p0/,
    ],
  ])('serves a log read-only %s', async (_case, act, undo, words) => {
    const run = (sql: string) => owner.query(sql.replace('APP', `"${database.appRole}"`));
    await run(act);
    try {
      expect(await guarded()).toMatch(words);
    } finally {
      await run(undo);
    }
    expect(await guarded()).toBeNull();
  });
});
