import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import { leafHeader } from '@waybill/contracts/log-event';
import pg from 'pg';
import { startNats, type TestNats } from '@waybill/testkit/start-nats';
import { openSilentProxy, type SilentProxy } from '@waybill/testkit/silent-proxy';
import { queryRows, type TestDatabase } from '@waybill/testkit/start-postgres';
import { type FaultPoint, faultPoints } from './fault-points.js';
import { makeLogDatabase, openTestLog, testKek } from './log-database.spec.js';
import { Frontier, hashBytes } from './merkle.js';
import { Relay } from './relay.js';
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
/** Writers that were killed on the way to a point: what they tried may be in the log too. */
let lost: Writer[];

beforeEach(async () => {
  [database, nats] = await Promise.all([makeLogDatabase(name), startNats()]);
  [proxies, lost] = [[], []];
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
  /** As far as its relay knew the stream to be. */
  reached = 0;
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
      if (word === 'reached') this.reached = Number(what);
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

/** The last position that the broker holds; 0 before there is a stream. */
async function published(): Promise<number> {
  const connection = await connect({ servers: nats.url });
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const last = await manager.streams.info(`WAYBILL_LOG_${name}`).then(
    ({ state }) => state.last_seq,
    () => 0,
  );
  await connection.close();
  return last;
}

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

/** Where this spec killed somebody, and how often. */
const killedAt = new Map<FaultPoint, number>();

async function killedStanding(point: 'afterLock' | 'beforeCommit', round: number): Promise<Writer> {
  const writer = new Writer({ POINT: point, ROUND: `${point}${round}` });
  await writer.standsAt(point);
  await writer.kill();
  return writer;
}

async function killedAfterInsert(round: number): Promise<Writer> {
  const writer = new Writer({ POINT: 'none', ROUND: `afterInsert${round}` });
  await eventually('something is acknowledged', () => writer.acked.size > 20);
  const inserts = await holdInserts();
  await eventually('an insert is held', inserts.reached);
  await writer.kill();
  await inserts.release();
  return writer;
}

async function killedAfterCommit(round: number): Promise<Writer> {
  const proxy = await through(portOf(database.appUrl));
  for (let again = 0; again < unheardTriesMax; again += 1) {
    const writer = new Writer({
      POINT: 'none',
      ROUND: `afterCommit${round}.${again}`,
      DATABASE_URL: withPort(database.appUrl, proxy.port),
    });
    await eventually('something is acknowledged', () => writer.acked.size > 20);
    proxy.silence('answers');
    // Whoever heard of a COMMIT has said so by now, and PostgreSQL has done what it was asked.
    await new Promise((resolve) => setTimeout(resolve, settledMs));
    await writer.kill();
    proxy.cut();
    // The answer that was kept back must be that of a COMMIT, and not that of the lock before it.
    if ((await streamsOf(writer)) > writer.acked.size) return writer;
    lost.push(writer);
  }
  throw new Error(`no COMMIT was left unheard in ${unheardTriesMax} lives`);
}

const settledMs = 300;
const unheardTriesMax = 50;

/** How many streams of this writer are in the log. */
async function streamsOf({ tried }: Writer): Promise<number> {
  const [row] = await queryRows<{ n: string }>(
    database.superuserUrl,
    'SELECT count(DISTINCT stream) AS n FROM log_events WHERE stream = ANY ($1::text[])',
    [[...tried]],
  );
  return Number(row?.n);
}

/** Nothing more reaches the broker (`requests`), or nothing more is heard from it (`answers`). */
async function killedPublishing(direction: 'requests' | 'answers', round: number): Promise<Writer> {
  const proxy = await through(portOf(nats.url));
  const writer = new Writer({
    POINT: 'none',
    ROUND: `${direction}${round}`,
    NATS_URL: withPort(nats.url, proxy.port),
  });
  await eventually('something is published', () => proxy.passed('requests') > 2_000 && writer.acked.size > 20);
  proxy.silence(direction);
  const before = await head();
  await eventually('there is more to publish', async () => (await head()) > before + 20);
  // What is recorded may not have been sent yet.
  if (direction === 'answers')
    await eventually('the broker holds what nobody heard of', async () => (await published()) > writer.reached);
  await writer.kill();
  const [recorded, held] = [await head(), await published()];
  if (direction === 'requests') expect(recorded).toBeGreaterThan(held);
  // What the broker holds and the relay never heard of; as long as it may publish without an answer that may be all there is.
  else expect(held).toBeGreaterThan(writer.reached);
  return writer;
}

const deaths: Readonly<Record<Exclude<FaultPoint, 'beforeAck'>, Death>> = {
  afterLock: (round) => killedStanding('afterLock', round),
  afterInsert: killedAfterInsert,
  beforeCommit: (round) => killedStanding('beforeCommit', round),
  afterCommit: killedAfterCommit,
  beforePublish: (round) => killedPublishing('requests', round),
  afterPublish: (round) => killedPublishing('answers', round),
};

async function killedInTurn(points: readonly (keyof typeof deaths)[]): Promise<Writer[]> {
  const writers: Writer[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const point of points) {
      writers.push(await deaths[point](round));
      killedAt.set(point, (killedAt.get(point) ?? 0) + 1);
    }
  }
  return writers;
}

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
  const writers = await killedInTurn(['afterLock', 'afterInsert', 'beforeCommit', 'afterCommit']);
  const log = await openTestLog(database, name);
  await log.append({ streams: [{ stream: 'thing-last', tenant: 'default', expected: 'none', events: [
    { type: 'ThingHappened', schemaVersion: 1, data: {}, meta: { actor: 'spec' } },
    { type: 'ThingHappened', schemaVersion: 1, data: {}, meta: { actor: 'spec' } },
  ] }] }); // prettier-ignore
  await log.close();
  writers[0]?.tried.add('thing-last');
  const events = await assertWhole([...writers, ...lost]);
  console.info(`killed ${writers.length} times at ${[...killedAt.keys()].join(', ')}: ${events} events`);
}, 1_800_000);

it.each(['beforePublish', 'afterPublish'] as const)(
  'a relay that is killed %s leaves a stream that the next one completes, each position once',
  async (point) => {
    const events = await assertWhole(await killedInTurn([point]));
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

// After the others: what they never reached, they did not test.
it('somebody was killed at every named point of the log', () => {
  const reached = faultPoints.filter((point) => (killedAt.get(point) ?? 0) >= rounds);
  expect([...reached, 'beforeAck']).toEqual(faultPoints);
});
