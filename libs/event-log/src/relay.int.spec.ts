import { jetstream, jetstreamManager, type JetStreamManager, type StoredMsg } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { decodeLogEvent, leafHeader, sealedAtHeader } from '@waybill/contracts/log-event';
import { openSilentProxy } from '@waybill/testkit/silent-proxy';
import { startNats, type TestNats } from '@waybill/testkit/start-nats';
import type { TestDatabase } from '@waybill/testkit/start-postgres';
import { happened, to } from './contract-events.js';
import { makeLogDatabase, openTestLog } from './log-database.spec.js';
import type { PostgresLog } from './postgres-log.js';
import { Relay, type RelayOptions } from './relay.js';
import type { RelayAlarm } from './relay-stream.js';

const stream = 'WAYBILL_LOG_test-0';
let nats: TestNats;
let connection: NatsConnection;
let manager: JetStreamManager;
let database: TestDatabase;
let log: PostgresLog;
let stop: AbortController;
let running: Promise<void>[];
let alarms: RelayAlarm[];

beforeEach(async () => {
  nats = await startNats();
  connection = await connectTo(nats);
  manager = await jetstreamManager(connection, { checkAPI: false });
  database = await makeLogDatabase('test-0');
  log = await openTestLog(database, 'test-0');
  stop = new AbortController();
  running = [];
  alarms = [];
});

afterEach(async () => {
  stop.abort();
  await Promise.all(running);
  await connection.close();
  await nats.stop();
  await log.close();
  await database.drop();
});

function connectTo(server: TestNats): Promise<NatsConnection> {
  return connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 100, reconnectJitter: 0 });
}

function start(more: Partial<RelayOptions> = {}): Relay {
  const relay = new Relay({ log, connection, onAlarm: (alarm) => alarms.push(alarm), ...more });
  running.push(relay.run(stop.signal));
  return relay;
}

async function eventually(condition: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`did not happen within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function published(sequence: number): Promise<StoredMsg | null> {
  return manager.streams.getMessage(stream, { seq: sequence }).catch(() => null);
}

type ReadWire = PostgresLog['readWire'];

/** The log, each reading of the relay through `reading`. */
function readThrough(reading: (read: () => ReturnType<ReadWire>) => ReturnType<ReadWire>): RelayOptions['log'] {
  return {
    identity: log.identity,
    head: () => log.head(),
    past: (position, signal, withinMs) => log.past(position, signal, withinMs),
    get knownPosition() {
      return log.knownPosition;
    },
    readWire: (...asked: Parameters<ReadWire>) => reading(() => log.readWire(...asked)),
  };
}

async function append(count: number, from = 1): Promise<void> {
  const numbers = Array.from({ length: count }, (_, n) => from + n);
  await log.append({ streams: [to('thing-a', ...numbers)] });
}

async function assertSame(first: number, last: number): Promise<void> {
  const { state } = await manager.streams.info(stream);
  expect(state).toMatchObject({ first_seq: first, last_seq: last, messages: last - first + 1 });
  for (const event of await log.readWire(first - 1, 5_000)) {
    const message = await published(event.position);
    expect(message?.header.get(leafHeader)).toBe(event.leafHex);
    expect(message?.string()).toBe(Buffer.from(event.bytes).toString());
  }
}

it('publishes what is there and what comes, sequence by position', async () => {
  await append(3);
  const relay = start();
  await eventually(() => relay.position === 3);
  await append(2, 4);
  await eventually(() => relay.position === 5);
  await assertSame(1, 5);
  const message = await published(4);
  expect(message?.subject).toBe('waybill.v1.log.test-0.default.ThingHappened');
  expect(decodeLogEvent(message?.data ?? '', null)).toMatchObject({ position: 4, data: { n: 4 }, sealed: null });
});

it('publishes what was sealed in its spelling and says where it begins', async () => {
  const text = '{"payload":{ "n": 1.50 }}';
  await log.append({ streams: [{ ...to('thing-a'), events: [happened(1, { sealed: { subject: 'ntf_1', text } })] }] });
  const relay = start();
  await eventually(() => relay.position === 1);
  const message = await published(1);
  const at = Number(message?.header.get(sealedAtHeader));
  expect(decodeLogEvent(message?.data ?? '', at)).toMatchObject({ data: { n: 1 }, sealed: text });
});

it('makes the stream a window that nobody purges', async () => {
  const relay = start();
  await eventually(async () => (await manager.streams.info(stream).catch(() => null)) !== null);
  expect(relay.position).toBe(0);
  const { config } = await manager.streams.info(stream);
  expect(config).toMatchObject({ retention: 'limits', storage: 'file', deny_purge: true, max_age: 72 * 3600 * 1e9 });
  await expect(manager.streams.purge(stream)).rejects.toThrow();
});

it('goes on where it stopped', async () => {
  await append(3);
  const first = start();
  await eventually(() => first.position === 3);
  stop.abort();
  await Promise.all(running.splice(0));
  stop = new AbortController();
  await append(3, 4);
  const second = start();
  await eventually(() => second.position === 6);
  await assertSame(1, 6);
});

describe('whoever asks whether it has caught up', () => {
  it('waits for the last ones beyond the allowed, and no longer than it says', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    let isHeld = false;
    // Held after it has read: a reading that began before may find what was appended since.
    const held = readThrough(async (read) => {
      const events = await read();
      if (isHeld) await gate;
      return events;
    });
    await append(3);
    const relay = start({ log: held });
    await eventually(() => relay.position === 3);
    isHeld = true;
    await append(10, 4);
    const begun = performance.now();
    await relay.caughtUp(10, 10_000);
    expect(performance.now() - begun).toBeLessThan(5_000);
    await relay.caughtUp(9, 300);
    expect(performance.now() - begun).toBeGreaterThan(250);
    const all = relay.caughtUp(0, 10_000);
    open();
    await all;
    expect(relay.position).toBe(13);
  });

  it('does not wait for a relay that is not at work', async () => {
    const relay = new Relay({ log, connection, onAlarm: (alarm) => alarms.push(alarm) });
    await append(3);
    const begun = performance.now();
    await relay.caughtUp(0, 10_000);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});

it('publishes what comes while an answer is still on its way', async () => {
  const proxy = await openSilentProxy(nats.port);
  const slow = await connect({ servers: `127.0.0.1:${proxy.port}` });
  const relay = start({ connection: slow });
  await append(1);
  await eventually(() => relay.position === 1);
  proxy.silence('answers');
  for (let n = 2; n <= 5; n += 1) {
    await append(1, n);
    // Without an answer the relay gives up after five seconds.
    await eventually(async () => (await manager.streams.info(stream)).state.last_seq === n, 2_000);
  }
  expect(relay.position).toBe(1);
  stop.abort();
  await slow.close();
  await proxy.close();
});

it('gathers what comes soon after the last publish, where it has time, and says the first at once', async () => {
  const gatherMs = 2_500;
  let pieces = 0;
  const relay = start({
    gatherMs,
    log: readThrough((read) => {
      pieces += 1;
      return read();
    }),
  });
  await append(1);
  const begun = performance.now();
  await eventually(() => relay.position === 1);
  expect(performance.now() - begun).toBeLessThan(gatherMs);
  for (let n = 2; n <= 6; n += 1) await append(1, n);
  await eventually(() => relay.position === 6);
  expect(pieces).toBe(2);
  await assertSame(1, 6);
});

it('does not ask for what is not there', async () => {
  let questions = 0;
  const asked = readThrough(async (read) => {
    const events = await read();
    if (events.length === 0) questions += 1;
    return events;
  });
  const relay = start({ log: asked });
  for (let n = 1; n <= 20; n += 1) {
    await append(1, n);
    await eventually(() => relay.position === n);
  }
  // While the stream is made it is read what the window begins with, and there is nothing yet.
  expect(questions).toBeLessThanOrEqual(2);
});

it('does no harm when two publish at once', async () => {
  const other = await openTestLog(database, 'test-0');
  const otherConnection = await connectTo(nats);
  await append(500);
  const relays = [start(), start({ log: other, connection: otherConnection })];
  for (let n = 0; n < 20; n += 1) await append(50, n);
  await eventually(() => relays.every((relay) => relay.position === 1_500));
  stop.abort();
  await Promise.all(running.splice(0));
  await assertSame(1, 1_500);
  expect(alarms).toEqual([]);
  await otherConnection.close();
  await other.close();
});

it('takes over from another relay that died', async () => {
  const otherStop = new AbortController();
  const other = new Relay({ log, connection, onAlarm: (alarm) => alarms.push(alarm) });
  const otherRunning = other.run(otherStop.signal);
  const relay = start();
  for (let n = 0; n < 10; n += 1) await append(100, n);
  otherStop.abort();
  await otherRunning;
  await append(5);
  await eventually(() => relay.position === 1_005);
  await assertSame(1, 1_005);
});

it('fills a stream again that was lost with the broker', async () => {
  await append(10);
  const relay = start();
  await eventually(() => relay.position === 10);
  await nats.wipe();
  await append(5, 11);
  await eventually(async () => (await manager.streams.info(stream).catch(() => null))?.state.last_seq === 15);
  await assertSame(1, 15);
});

it('notices that the stream was deleted while there is nothing to do', async () => {
  await append(10);
  const relay = start();
  await eventually(() => relay.position === 10);
  await manager.streams.delete(stream);
  await eventually(async () => (await manager.streams.info(stream).catch(() => null))?.state.last_seq === 10);
  await assertSame(1, 10);
});

it('waits while the broker is away and loses nothing', async () => {
  const relay = start();
  await append(10);
  await eventually(() => relay.position === 10);
  await nats.kill();
  await append(300, 11);
  await nats.restart();
  await eventually(() => relay.position === 310, 30_000);
  await assertSame(1, 310);
}, 60_000);

it('goes on as soon as the broker is back, however long it was away and whatever was under way', async () => {
  const relay = start();
  let head = 0;
  for (const awayMs of [100, 2_500, 5_500]) {
    // Publishes that will never be answered.
    const appending = append(400, head + 1);
    await log.past(head, AbortSignal.timeout(5_000));
    await nats.kill();
    await appending;
    await new Promise((resolve) => setTimeout(resolve, awayMs));
    const back = reconnected();
    await nats.restart();
    await back;
    const begun = performance.now();
    head += 400;
    await eventually(() => relay.position === head);
    // Whoever does not hear of the broker's return waits five seconds for an answer, or thirty for the broker.
    expect(performance.now() - begun).toBeLessThan(4_000);
  }
  await assertSame(1, head);
}, 60_000);

async function reconnected(): Promise<void> {
  for await (const status of connection.status()) if (status.type === 'reconnect') return;
}

it.each([
  ['all of it at the bound', 10, 1],
  ['the newest part one past it', 9, 2],
])('fills a lost stream with %s', async (_case, refillMax, first) => {
  await append(10);
  const relay = start({ refillMax });
  await eventually(() => relay.position === 10);
  await assertSame(first, 10);
});

it('leaves out what is older than the window', async () => {
  await append(4);
  await new Promise((resolve) => setTimeout(resolve, 30));
  await append(3, 5);
  const [fifth] = await log.readAll({ after: 4, limit: 1 });
  const relay = start({ maxAgeMs: 3_600_000, nowMs: () => Date.parse(fifth?.at ?? '') + 3_600_000 });
  await eventually(() => relay.position === 7);
  await assertSame(5, 7);
});

it('stops with an alarm when the stream holds something else', async () => {
  await append(3);
  await manager.streams.add({ name: stream, subjects: ['waybill.v1.log.test-0.>'], deny_purge: true });
  const header = headers();
  header.append(leafHeader, '00'.repeat(32));
  await jetstream(connection).publish('waybill.v1.log.test-0.default.ThingHappened', 'foreign', { headers: header });
  start();
  await Promise.all(running);
  expect(alarms).toMatchObject([{ kind: 'different', position: 1 }]);
  expect((await manager.streams.info(stream)).state.last_seq).toBe(1);
});

it('stops with an alarm when the stream is ahead of the log', async () => {
  await append(3);
  const relay = start();
  await eventually(() => relay.position === 3);
  const restored = await makeLogDatabase('test-0');
  const earlier = await openTestLog(restored, 'test-0');
  await earlier.append({ streams: [to('thing-a', 1)] });
  const second = new Relay({ log: earlier, connection, onAlarm: (alarm) => alarms.push(alarm) });
  await second.run(stop.signal);
  expect(alarms).toMatchObject([{ kind: 'ahead', position: 3 }]);
  await earlier.close();
  await restored.drop();
});

it('goes on where a shredded message was taken out of the window', async () => {
  await append(3);
  const relay = start();
  await eventually(() => relay.position === 3);
  await manager.streams.deleteMessage(stream, 3, true);
  expect(await published(3)).toBeNull();
  stop.abort();
  await Promise.all(running.splice(0));
  stop = new AbortController();
  const again = start();
  await append(1, 4);
  await eventually(() => again.position === 4);
  expect(alarms).toEqual([]);
});

it('says of a refilled message whose key is gone that it was shredded', async () => {
  const sealed = { subject: 'ntf_1', text: '{"payload":{}}' };
  await log.append({ streams: [{ ...to('thing-a'), events: [happened(1, { sealed })] }] });
  await log.shredSubject('ntf_1');
  const relay = start();
  await eventually(() => relay.position === 1);
  expect(decodeLogEvent((await published(1))?.data ?? '', null)).toMatchObject({
    shredded: true,
    data: { n: 1 },
    sealed: null,
  });
});

it('publishes nothing that is said of a subject after it was shredded', async () => {
  const sealed = { subject: 'ntf_1', text: '{"payload":{"secret":"after"}}' };
  const relay = start();
  await log.append({ streams: [{ ...to('thing-a'), events: [happened(1, { sealed })] }] });
  await log.shredSubject('ntf_1');
  await log.append({ streams: [{ ...to('thing-a'), events: [happened(2, { sealed })] }] });
  await eventually(() => relay.position === 2);
  expect(decodeLogEvent((await published(2))?.data ?? '', null)).toMatchObject({ shredded: true, sealed: null });
  expect((await published(2))?.string()).not.toContain('secret');
});
