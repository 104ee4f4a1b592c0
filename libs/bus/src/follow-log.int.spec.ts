import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { encodeLogEvent, type LogEvent } from '@waybill/contracts/log-event';
import { logStream, logSubject, logSubjects, noTenant, rpcSubject } from '@waybill/contracts/subjects';
import { startNats, type TestNats } from '@waybill/testkit/start-nats';
import { followLog } from './follow-log.js';

const log = 'registry-0';
/** The follower looks every two seconds whether it has missed something: what comes sooner came by itself. */
const soonMs = 1_000;

function wireText(position: number): string {
  const envelope = {
    log,
    epoch: 1,
    position,
    eventId: `event ${position}`,
    stream: 'thing-a',
    version: position,
    type: 'Happened',
    schemaVersion: 1,
    tenant: 'default',
    at: '2026-11-29T12:00:00.000Z',
    actor: 'somebody',
    correlationId: null,
    causationId: null,
    traceparent: null,
  };
  return encodeLogEvent(envelope, JSON.stringify({ n: position }), null).text;
}

const oneTo = (last: number): number[] => Array.from({ length: last }, (_, n) => n + 1);

describe('a follower of a log', () => {
  let nats: TestNats;
  let nc: NatsConnection;
  let over: AbortController;
  let following: Promise<void>;
  /** The positions that the receiver was given, as they came. */
  let given: number[];

  beforeEach(async () => {
    nats = await startNats();
    nc = await connect({
      servers: new URL(nats.url).host,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
      reconnectJitter: 0,
    });
    over = new AbortController();
    given = [];
  });
  afterEach(async () => {
    over.abort();
    await following;
    await nc.close();
    await nats.stop();
  });

  async function openWindow(firstSequence: number): Promise<void> {
    const manager = await jetstreamManager(nc);
    await manager.streams.add({ name: logStream(log), subjects: [logSubjects(log)], first_seq: firstSequence });
  }

  const publish = (position: number): Promise<unknown> =>
    jetstream(nc).publish(logSubject(log, 'default', 'Happened'), wireText(position));

  /** From the place of the last one given, or from `after` before there is one. */
  function follow(after: number, onBatch: (events: LogEvent[]) => Promise<void> = take): void {
    following = followLog({
      nc,
      log,
      after: () => Promise.resolve(given.at(-1) ?? after),
      onBatch,
      batchMax: 3,
      signal: over.signal,
      onFault: () => undefined,
    });
  }

  function take(events: LogEvent[]): Promise<void> {
    given.push(...events.map(({ position }) => position));
    return Promise.resolve();
  }

  async function until(condition: () => boolean, withinMs: number): Promise<number> {
    const begun = performance.now();
    while (!condition()) {
      if (performance.now() - begun > withinMs) throw new Error(`not within ${withinMs} ms; given: ${given.join(' ')}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return performance.now() - begun;
  }

  it('is given every event behind its place, in order, and what comes later', async () => {
    await openWindow(1);
    for (const position of oneTo(7)) await publish(position);
    follow(2);
    await until(() => given.at(-1) === 7, 5_000);
    await publish(8);
    await until(() => given.at(-1) === 8, 5_000);
    expect(given).toEqual([3, 4, 5, 6, 7, 8]);
  });

  it('reads from the source what the window holds no more', async () => {
    await openWindow(6);
    await publish(6);
    const source = nc.subscribe(rpcSubject('registry', noTenant, 'log.read'), {
      callback: (_, message) => {
        const { after, limit } = message.json<{ after: number; limit: number }>();
        const events = oneTo(9).slice(after, after + limit);
        message.respond(
          JSON.stringify({ ok: { events: events.map((position) => ({ text: wireText(position), sealedAt: null })) } }),
        );
      },
    });
    follow(0);
    await until(() => given.at(-1) === 6, 5_000);
    await publish(7);
    await until(() => given.at(-1) === 7, 5_000);
    source.unsubscribe();
    expect(given).toEqual(oneTo(7));
  });

  it('goes on from its own place after a batch that its receiver could not take', async () => {
    await openWindow(1);
    for (const position of oneTo(4)) await publish(position);
    let isFirst = true;
    follow(0, (events) => {
      if (!isFirst) return take(events);
      isFirst = false;
      return Promise.reject(new Error('the database was away'));
    });
    await until(() => given.at(-1) === 4, 5_000);
    expect(given).toEqual(oneTo(4));
  });

  it('hears at once what is published after the broker was started again', async () => {
    await openWindow(1);
    await publish(1);
    follow(0);
    await until(() => given.at(-1) === 1, 5_000);
    for (const position of [2, 3]) {
      const back = reconnected(nc);
      await nats.kill();
      // Longer than the heartbeat whose absence the consumer would notice by itself.
      await pause(position === 2 ? 100 : 6_000);
      await nats.restart();
      await back;
      await publish(position);
      expect(await until(() => given.at(-1) === position, 10_000)).toBeLessThan(soonMs);
    }
    expect(given).toEqual(oneTo(3));
  }, 30_000);
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function reconnected(nc: NatsConnection): Promise<void> {
  for await (const status of nc.status()) if (status.type === 'reconnect') return;
}
