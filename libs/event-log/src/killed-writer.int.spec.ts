import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import { leafHeader } from '@waybill/contracts/log-event';
import pg from 'pg';
import { startNats, type TestNats } from '@waybill/testkit/start-nats';
import { queryRows, type TestDatabase } from '@waybill/testkit/start-postgres';
import { makeLogDatabase, openTestLog, testKek } from './log-database.spec.js';
import { Frontier, hashBytes } from './merkle.js';
import { Relay } from './relay.js';
import { openSilentProxy, type SilentProxy } from './silent-proxy.spec.js';
import { StoredEvents } from './stored-events.js';

/**
 * SIGKILL of a real process at every named point of an append and of the relay. The 200 rounds of event-log.md 7.3 take minutes:
 * WAYBILL_LONG=1 runs them all, a usual run a tenth.
 */
const rounds = process.env['WAYBILL_LONG'] === '1' ? 50 : 5;
const name = 'killed-0';
const waitMs = 30_000;

let database: TestDatabase;
let nats: TestNats;
let proxies: SilentProxy[];

beforeEach(async () => {
  [database, nats] = await Promise.all([makeLogDatabase(name), startNats()]);
  proxies = [];
});
afterEach(async () => {
  for (const proxy of proxies) await proxy.close();
  await nats.stop();
  await database.drop();
});

const superuser = <Row extends pg.QueryResultRow>(sql: string) => queryRows<Row>(database.superuserUrl, sql);

/** What one process said before it was killed. */
class Writer {
  readonly tried = new Set<string>();
  readonly acked = new Map<string, number>();
  private at: string | null = null;
  private said = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;

  constructor(environment: Record<string, string>) {
    const program = fileURLToPath(new URL('./killed-writer.mjs', import.meta.url));
    this.child = spawn(process.execPath, [program], {
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: database.appUrl,
        KEK: testKek,
        LOG: name,
        GROUPS: '5',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => this.hear(chunk.toString()));
    this.ended = new Promise((resolve) => this.child.once('exit', resolve));
  }

  standsAt(point: string): Promise<void> {
    return eventually(`the writer stands at ${point}`, () => this.at === point);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  private hear(text: string): void {
    const lines = (this.said + text).split('\n');
    this.said = lines.pop() ?? '';
    for (const line of lines) {
      const [word, what = '', position] = line.split(' ');
      if (word === 'tried') this.tried.add(what);
      if (word === 'acked') this.acked.set(what, Number(position));
      if (word === 'at') this.at = what;
      if (word === 'alarm') throw new Error(line);
    }
  }
}

async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${waitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const head = async (): Promise<number> =>
  Number((await superuser<{ position: string }>('SELECT position FROM log_head'))[0]?.position);

async function through(port: number): Promise<SilentProxy> {
  const proxy = await openSilentProxy(port);
  proxies.push(proxy);
  return proxy;
}

const portOf = (url: string): number => Number(new URL(url).port);
function withPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}

/** Holds every INSERT into the log after its rows are written, until it is released. */
async function holdInserts(): Promise<{ reached: () => Promise<boolean>; release: () => Promise<void> }> {
  const lock = new pg.Client({ connectionString: database.superuserUrl });
  await lock.connect();
  await lock.query('SELECT pg_advisory_lock(4711)');
  await lock.query(`CREATE OR REPLACE FUNCTION hold_insert() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NULL; END'`);
  await lock.query(
    `CREATE OR REPLACE TRIGGER hold_insert AFTER INSERT ON log_events FOR EACH STATEMENT EXECUTE FUNCTION hold_insert()`,
  );
  return {
    reached: async () =>
      (await lock.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted`)).rows
        .length > 0,
    release: async () => {
      await lock.query('SELECT pg_advisory_unlock(4711)');
      await lock.query('DROP TRIGGER hold_insert ON log_events');
      await lock.end();
    },
  };
}

/** One life of a writer, up to its death at the point. */
type Death = (round: number) => Promise<Writer>;

const deaths: readonly [point: string, death: Death][] = [
  [
    'after the head was locked',
    async (round) => {
      const writer = new Writer({ POINT: 'afterLock', ROUND: `lock${round}` });
      await writer.standsAt('afterLock');
      await writer.kill();
      return writer;
    },
  ],
  [
    'after the rows were inserted',
    async (round) => {
      const writer = new Writer({ POINT: 'none', ROUND: `insert${round}` });
      await eventually('something is acknowledged', () => writer.acked.size > 20);
      const inserts = await holdInserts();
      await eventually('an insert is held', inserts.reached);
      await writer.kill();
      await inserts.release();
      return writer;
    },
  ],
  [
    'before the COMMIT',
    async (round) => {
      const writer = new Writer({ POINT: 'beforeCommit', ROUND: `before${round}` });
      await writer.standsAt('beforeCommit');
      await writer.kill();
      return writer;
    },
  ],
  [
    'after the COMMIT, before it heard of it',
    async (round) => {
      const proxy = await through(portOf(database.appUrl));
      const writer = new Writer({
        POINT: 'none',
        ROUND: `after${round}`,
        DATABASE_URL: withPort(database.appUrl, proxy.port),
      });
      await eventually('something is acknowledged', () => writer.acked.size > 20);
      proxy.silence('answers');
      const before = await head();
      await eventually(
        'the head moves though nobody hears of it',
        async () => (await head()) > before || !proxy.isBusy(),
      );
      await writer.kill();
      return writer;
    },
  ],
];

/** Everything that was acknowledged is in the log once, nothing is in it that nobody wrote, and the tree fits. */
async function assertWhole(writers: readonly Writer[]): Promise<number> {
  const rows = await superuser<{ position: string; stream: string; version: string }>(
    'SELECT position, stream, version FROM log_events ORDER BY position',
  );
  expect(rows.map(({ position }) => Number(position))).toEqual(rows.map((_, at) => at + 1));
  const first = new Map(rows.filter(({ version }) => version === '1').map((row) => [row.stream, Number(row.position)]));
  expect(rows).toHaveLength(first.size * 2);
  for (const { acked } of writers) for (const [stream, position] of acked) expect(first.get(stream)).toBe(position);
  const tried = new Set(writers.flatMap((writer) => [...writer.tried]));
  expect([...first.keys()].filter((stream) => !tried.has(stream))).toEqual([]);
  const stored = StoredEvents.open({ connectionString: database.appUrl, kek: testKek, log: name });
  const leaves: Buffer[] = [];
  for (let at = 0; at < rows.length; at += 1_000) leaves.push(await stored.recomputed(at, 1_000));
  const { head: size, rootHash } = await stored.leaves(0, 1);
  await stored.close();
  const frontier = Frontier.empty();
  const bytes = Buffer.concat(leaves);
  for (let at = 0; at < bytes.length; at += hashBytes) frontier.append(bytes.subarray(at, at + hashBytes));
  expect([frontier.size, size, frontier.root().toString('hex')]).toEqual([rows.length, rows.length, rootHash]);
  return rows.length;
}

it('a writer that is killed at any point of an append leaves a log that is whole, and the next one goes on', async () => {
  const writers: Writer[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const [, death] of deaths) writers.push(await death(round));
  }
  const log = await openTestLog(database, name);
  await log.append({ streams: [{ stream: 'thing-last', tenant: 'default', expected: 'none', events: [
    { type: 'ThingHappened', schemaVersion: 1, data: {}, meta: { actor: 'spec' } },
    { type: 'ThingHappened', schemaVersion: 1, data: {}, meta: { actor: 'spec' } },
  ] }] }); // prettier-ignore
  await log.close();
  writers[0]?.tried.add('thing-last');
  const events = await assertWhole(writers);
  console.info(`killed ${writers.length} times at ${deaths.map(([point]) => point).join('; ')}: ${events} events`);
}, 1_800_000);

it.each<[string, 'requests' | 'answers']>([
  ['after the COMMIT, before it published', 'requests'],
  ['after it published, before it heard the PubAck', 'answers'],
])(
  'a relay that is killed %s leaves a stream that the next one completes, each position once',
  async (_point, direction) => {
    const writers: Writer[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const proxy = await through(portOf(nats.url));
      const writer = new Writer({
        POINT: 'none',
        ROUND: `${direction}${round}`,
        NATS_URL: withPort(nats.url, proxy.port),
      });
      writers.push(writer);
      await eventually('something is published', () => proxy.passed('requests') > 2_000 && writer.acked.size > 20);
      proxy.silence(direction);
      const before = await head();
      await eventually('there is more to publish', async () => (await head()) > before + 20);
      await writer.kill();
    }
    const events = await assertWhole(writers);
    const connection: NatsConnection = await connect({ servers: nats.url });
    const log = await openTestLog(database, name);
    const stop = new AbortController();
    const alarms: Error[] = [];
    const relay = new Relay({ log, connection, onAlarm: (alarm) => alarms.push(alarm) });
    const running = relay.run(stop.signal);
    await eventually('everything is published', () => relay.position === events);
    stop.abort();
    await running;
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const { state } = await manager.streams.info(`WAYBILL_LOG_${name}`);
    expect([state.last_seq, state.messages, alarms]).toEqual([events, events - state.first_seq + 1, []]);
    const wire = await log.readWire(events - 500, 500);
    for (const event of wire.filter(({ position }) => position % 25 === 0)) {
      const message = await manager.streams.getMessage(`WAYBILL_LOG_${name}`, { seq: event.position });
      expect(message?.header.get(leafHeader)).toBe(event.leafHex);
    }
    await log.close();
    await connection.close();
  },
  1_800_000,
);
