import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { LogStanding } from '@waybill/contracts/http/log-proofs';
import type { NatsConnection } from '@nats-io/transport-node';
import type { TestDatabase } from '@waybill/testkit/start-postgres';
import { signCheckpoint } from './checkpoint.js';
import { keepGuard } from './keep-guard.js';
import { type AppendRequest, LogUnavailable } from './log.js';
import { makeLogDatabase, openTestLog, testKek } from './log-database.spec.js';
import { emptyRoot } from './merkle.js';
import { type NoteSigner, noteSigner, parseVkey, vkeyOf } from './note.js';
import type { PostgresLog } from './postgres-log.js';
import type { ServiceHost } from './service-host.js';
import { StoredEvents } from './stored-events.js';

const signer = noteSigner('waybill.test', Buffer.alloc(32, 3));
const stranger = noteSigner('waybill.test', Buffer.alloc(32, 4));
const key = parseVkey(vkeyOf(signer));
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
  /** What the others of the spec answer, by subject; who is not in it is away. */
  let answers: Map<string, object>;
  let gauges: Map<string, () => number>;
  let standing: () => LogStanding;

  const nats = {
    request: (subject: string) => {
      const ok = answers.get(subject);
      return ok === undefined ? Promise.reject(new Error('no responders')) : Promise.resolve({ json: () => ({ ok }) });
    },
  } as unknown as NatsConnection;
  const notarySays = (answer: object): void => void answers.set('waybill.v1.rpc.notary._.checkpoint', answer);
  const peerHolds = (service: string, checkpoint: string): void =>
    void answers.set(`waybill.v1.rpc.${service}._.log.newest-witness`, { checkpoint });
  const noteOf = (size: number, rootHash: Buffer, by: NoteSigner = signer, origin = 'waybill.test/guarded-0'): string =>
    signCheckpoint({ origin, size, rootHash }, by);
  const signed = (size: number, rootHash: Buffer): object => ({ note: noteOf(size, rootHash), alarm: null });
  const remembered = async (note: string | null): Promise<void> => {
    await owner.query('DELETE FROM log_newest_checkpoint');
    if (note !== null) await owner.query('INSERT INTO log_newest_checkpoint (size, note) VALUES (1, $1)', [note]);
  };
  const guarded = async (): Promise<string | null> => {
    const host: ServiceHost = {
      onDrain: (_name, drain) => void drains.push(drain),
      ops: {
        check: (name, check) => void checks.set(name, check),
        gauge: (name, _help, read) => void gauges.set(name, read),
      },
      log: { fatal: () => undefined, warn: () => undefined },
    };
    standing = await keepGuard({ log, stored, nats, host, keys: [key] });
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
  beforeEach(async () => {
    await remembered(null);
    answers = new Map();
    gauges = new Map();
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
    notarySays(signed(position, Buffer.from(rootHash, 'hex')));
    await log.append(request('thing-b'));
    expect(await guarded()).toBeNull();
    expect(standing()).toMatchObject({ readOnly: null, checkpoint: { size: position, from: 'notary' }, keyed: true });
    notarySays(signed(0, emptyRoot));
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
    notarySays(made());
    expect(await guarded()).toMatch(words);
    expect(gauges.get('waybill_log_read_only')?.()).toBe(1);
    await expect(log.append(request('thing-c'))).rejects.toThrow(LogUnavailable);
    expect(await log.readAll({ after: 0, limit: 3 })).toHaveLength(3);
  });

  it.each<[string, (note: string) => unknown]>([
    ['its own memory', remembered],
    ['the log of the first peer', (note) => peerHolds('registry', note)],
    ['the log of the second peer', (note) => peerHolds('delivery', note)],
  ])('serves a log read-only that is behind a checkpoint which only %s holds, and recovers', async (_who, hold) => {
    await hold(noteOf(1_000, Buffer.alloc(32, 1)));
    expect(await guarded()).toMatch(/ends at \d+, its newest checkpoint is about 1000/);
    await expect(log.append(request('thing-d'))).rejects.toThrow(LogUnavailable);
    const { position, rootHash } = await log.head();
    await hold(noteOf(position, Buffer.from(rootHash, 'hex')));
    expect(await guarded()).toBeNull();
    await log.append(request('thing-d'));
  });

  it('takes the newest of all that are offered, and remembers it for when nobody answers', async () => {
    const { position, rootHash } = await log.head();
    notarySays(signed(0, emptyRoot));
    peerHolds('registry', noteOf(position, Buffer.from(rootHash, 'hex')));
    expect(await guarded()).toBeNull();
    expect(standing().checkpoint).toEqual({ size: position, from: 'registry-0' });
    answers = new Map();
    expect(await guarded()).toBeNull();
    expect(standing().checkpoint).toEqual({ size: position, from: 'memory' });
    expect(gauges.get('waybill_log_checkpoint_positions')?.()).toBe(position);
  });

  it('finds an older checkpoint that differs beside a newer one that agrees: a history with two versions', async () => {
    const { position, rootHash } = await log.head();
    notarySays(signed(position, Buffer.from(rootHash, 'hex')));
    peerHolds('delivery', noteOf(2, Buffer.alloc(32, 9)));
    expect(await guarded()).toMatch(/first 2 events are not those/);
  });

  it.each<[string, () => string]>([
    ['another key has signed', () => noteOf(1_000, Buffer.alloc(32, 1), stranger)],
    ['is about another log', () => noteOf(1_000, Buffer.alloc(32, 1), signer, 'waybill.test/other-0')],
    [
      'is about the log of another deployment',
      () => noteOf(1_000, Buffer.alloc(32, 1), signer, 'waybill.prod/guarded-0'),
    ],
    ['nobody has signed', () => 'waybill.test/guarded-0\n1000\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n'],
    ['is none', () => 'x'],
  ])('lets nobody stop the log with a checkpoint that %s', async (_case, made) => {
    notarySays({ note: made(), alarm: null });
    peerHolds('registry', made());
    expect(await guarded()).toBeNull();
    expect(standing().checkpoint).toBeNull();
    await log.append(request('thing-e'));
  });

  it('finds a row that is no longer the one of the checkpoint, and that it was put right', async () => {
    const { position, rootHash } = await log.head();
    notarySays(signed(position, Buffer.from(rootHash, 'hex')));
    expect(await guarded()).toBeNull();
    await owner.query('CREATE TABLE kept AS SELECT * FROM log_events WHERE position = $1', [position]);
    await owner.query('ALTER TABLE log_events_p0 DISABLE TRIGGER log_events_no_change');
    await owner.query('UPDATE log_events SET leaf = sha256(leaf) WHERE position = $1', [position]);
    await owner.query('ALTER TABLE log_events_p0 ENABLE ALWAYS TRIGGER log_events_no_change');
    try {
      expect(await guarded()).toMatch(new RegExp(`first ${position} events are not those`));
    } finally {
      await owner.query('ALTER TABLE log_events_p0 DISABLE TRIGGER log_events_no_change');
      await owner.query('UPDATE log_events e SET leaf = kept.leaf FROM kept WHERE kept.position = e.position');
      await owner.query('ALTER TABLE log_events_p0 ENABLE ALWAYS TRIGGER log_events_no_change');
    }
    expect(await guarded()).toBeNull();
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
    [
      'of which the service may change one column',
      'GRANT UPDATE (type) ON log_events_p0 TO APP',
      'REVOKE UPDATE (type) ON log_events_p0 FROM APP',
      /may change log_events_p0/,
    ],
    [
      'whose trigger calls something that refuses nothing',
      `CREATE OR REPLACE FUNCTION log_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
      readFileSync(new URL('./schema/log-refuse-change.sql', import.meta.url), 'utf8').replace(
        'CREATE',
        'CREATE OR REPLACE',
      ),
      /triggers of log_events do not/,
    ],
    [
      'whose trigger looks away when it is told to',
      `CREATE OR REPLACE TRIGGER log_events_no_truncate BEFORE TRUNCATE ON log_events_p0 FOR EACH STATEMENT WHEN (current_user <> 'x') EXECUTE FUNCTION log_refuse_change()`,
      `CREATE OR REPLACE TRIGGER log_events_no_truncate BEFORE TRUNCATE ON log_events_p0 FOR EACH STATEMENT EXECUTE FUNCTION log_refuse_change(); ALTER TABLE log_events_p0 ENABLE ALWAYS TRIGGER log_events_no_truncate`,
      /triggers of log_events_p0/,
    ],
    [
      'of which a partition was taken off',
      'ALTER TABLE log_events DETACH PARTITION log_events_p0',
      'ALTER TABLE log_events ATTACH PARTITION log_events_p0 FOR VALUES FROM (0) TO (10000000); ALTER TABLE log_events_p0 ENABLE ALWAYS TRIGGER log_events_no_change',
      /log_events_p0 is no part of the log/,
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
