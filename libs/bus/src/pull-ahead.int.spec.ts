import { setTimeout as delay } from 'node:timers/promises';
import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { startNats, type TestNats } from '@waybill/testkit/start-nats';
import { until as holds } from '@waybill/testkit/until';
import { shareBytesMax } from './pull-ahead.js';
import { readStream, type StreamReading } from './read-stream.js';
import type { StreamMessage } from './stream-message.js';
import { takeWork, workBytesMax } from './work-queue.js';

const large = Buffer.alloc(256 * 1024, 'x');
/** Far below the ten seconds after which what was lost would be missed. */
const soonMs = 4_000;
const largeMax = (bytes: number): number => Math.floor(bytes / large.length);

describe('what is read ahead', () => {
  let nats: TestNats;
  let nc: NatsConnection;
  let manager: JetStreamManager;
  let over: AbortController;
  let takers: Promise<void>[];
  let gate: { open: () => void; readonly opened: Promise<void> };
  /** Of each queue, what was taken. */
  let taken: Map<string, string[]>;

  beforeEach(async () => {
    nats = await startNats();
    nc = await connect({ servers: new URL(nats.url).host, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
    manager = await jetstreamManager(nc);
    over = new AbortController();
    [takers, taken] = [[], new Map()];
    gate = closedGate();
  });
  afterEach(async () => {
    gate.open();
    over.abort();
    await Promise.all(takers);
    await nc.close();
    await nats.stop();
  });

  async function queueWith(name: string, messages: readonly (string | Uint8Array)[]): Promise<void> {
    await manager.streams.add({ name, subjects: [`${name}.>`], retention: 'workqueue' });
    for (const message of messages) await jetstream(nc).publish(`${name}.one`, message);
  }

  /** Takes, and holds what was given until the gate is open. */
  function take(name: string, batchMax = 500): void {
    const all: string[] = [];
    taken.set(name, all);
    const onBatch = async (messages: StreamMessage[]): Promise<void> => {
      for (const message of messages) all.push(message.string().slice(0, 10));
      await gate.opened;
      for (const message of messages) message.ack();
    };
    const onFault = (): void => undefined;
    takers.push(takeWork({ nc, stream: name, durable: 'taker', batchMax, signal: over.signal, onBatch, onFault }));
  }

  /** What the broker has sent and nobody has acknowledged: it is here, or on its way. */
  async function ahead(name: string): Promise<number> {
    return (await manager.consumers.info(name, 'taker').catch(() => null))?.num_ack_pending ?? 0;
  }

  const aheadOfAll = async (): Promise<number> =>
    (await Promise.all([...taken.keys()].map(ahead))).reduce((sum, one) => sum + one, 0);

  /** The figure that stays, asked ten times in a row: each answer comes behind everything that the broker had to send before. */
  async function settled(figure: () => Promise<number>): Promise<number> {
    let last = 0;
    for (let same = 0; same < 10;) {
      const now = await figure();
      same = now === last && now > 0 ? same + 1 : 0;
      last = now;
      await delay(10);
    }
    return last;
  }

  const goneThrough = (name: string, count: number): Promise<void> =>
    until(async () => (await manager.streams.info(name)).state.messages === 0 && taken.get(name)?.length === count);

  it('is two shares of large messages at most, and all of them get through', async () => {
    await queueWith('LARGE', Array<Buffer>(60).fill(large));
    take('LARGE');
    const held = await settled(() => ahead('LARGE'));
    expect(held).toBeLessThanOrEqual(largeMax(2 * shareBytesMax));
    expect(held).toBeGreaterThan(largeMax(shareBytesMax) / 2);
    gate.open();
    await goneThrough('LARGE', 60);
  });

  it('is a thousand small messages beside the batch that is being taken', async () => {
    await queueWith('SMALL', []);
    const publisher = jetstream(nc);
    await Promise.all(Array.from({ length: 3_000 }, (_, n) => publisher.publish('SMALL.one', `${n}`.padEnd(1_000))));
    take('SMALL');
    const held = await settled(() => ahead('SMALL'));
    expect(held).toBeGreaterThan(500);
    expect(held).toBeLessThanOrEqual(1_500);
    gate.open();
    await goneThrough('SMALL', 3_000);
  });

  it('is bounded for all queues of a process together, and a quiet queue is heard meanwhile', async () => {
    const names = Array.from({ length: 24 }, (_, n) => `FULL${n}`);
    for (const name of names) await queueWith(name, Array<Buffer>(10).fill(large));
    await queueWith('QUIET', []);
    for (const name of [...names, 'QUIET']) take(name);
    const held = await settled(aheadOfAll);
    expect(held).toBeLessThanOrEqual(largeMax(workBytesMax));
    expect(held).toBeGreaterThan(largeMax(workBytesMax) / 2);
    await jetstream(nc).publish('QUIET.one', 'heard');
    await until(() => taken.get('QUIET')?.length === 1);
    gate.open();
    for (const name of names) await goneThrough(name, 10);
  });

  it('goes on after the broker was started again, and loses nothing', async () => {
    await queueWith(
      'AGAIN',
      Array.from({ length: 200 }, (_, n) => `${n}`),
    );
    take('AGAIN', 10);
    await settled(() => ahead('AGAIN'));
    const back = reconnected(nc);
    await nats.kill();
    await nats.restart();
    await back;
    const begun = performance.now();
    gate.open();
    await jetstream(nc).publish('AGAIN.one', 'last');
    await until(() => new Set(taken.get('AGAIN')).size === 201);
    expect(performance.now() - begun).toBeLessThan(soonMs);
    await until(async () => (await manager.streams.info('AGAIN')).state.messages === 0);
  });

  describe('of a stream', () => {
    const shareBytes = 2_000;
    const sizes = [10, 5_000, 10, 1_900, 1_900, 500_000, 300, 2_000, 60_000, 10];
    const read = (connection = nc): Promise<StreamReading> =>
      readStream({ nc: connection, stream: 'READ', fromSeq: 1, batchMax: 10, aheadMax: 4, shareBytes });
    beforeEach(async () => {
      await manager.streams.add({ name: 'READ', subjects: ['READ.>'] });
      for (const size of sizes) await jetstream(nc).publish('READ.one', 'x'.repeat(size));
    });

    it('lets a message through that is larger than the bound, alone and in its place', async () => {
      const reading = await read();
      const came: number[][] = [];
      for await (const batch of reading.batches()) {
        came.push(batch.map(({ data }) => data.length));
        if (batch.length > 1) expect(batch.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(shareBytes);
        if (came.flat().length === sizes.length) reading.close();
      }
      expect(came.flat()).toEqual(sizes);
    });

    it('ends where a message was lost on the way', async () => {
      let count = 0;
      const lossy = losing(nc, () => (count += 1) === 4);
      const seqs: number[] = [];
      for await (const batch of (await read(lossy)).batches()) seqs.push(...batch.map(({ seq }) => seq));
      expect(seqs.length).toBeLessThanOrEqual(3);
      expect(seqs).toEqual([1, 2, 3].slice(0, seqs.length));
    });

    it('takes the consumer with it', async () => {
      const reading = await read();
      for await (const batch of reading.batches()) if (batch.length > 0) reading.close();
      await until(async () => (await manager.streams.info('READ')).state.consumer_count === 0);
    });

    it('throws when its consumer was removed', async () => {
      const reading = await read();
      const all = async (): Promise<void> => {
        let count = 0;
        for await (const batch of reading.batches()) {
          count += batch.length;
          if (count < sizes.length) continue;
          for await (const { name } of manager.consumers.list('READ')) await manager.consumers.delete('READ', name);
        }
      };
      await expect(all()).rejects.toThrow('READ gives nothing');
    });
  });
});

function closedGate(): { open: () => void; readonly opened: Promise<void> } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

const until = (condition: () => boolean | Promise<boolean>): Promise<void> => holds(condition, 20_000);

async function reconnected(nc: NatsConnection): Promise<void> {
  for await (const { type } of nc.status()) if (type === 'reconnect') return;
}

/** The connection, some of whose messages never arrive. */
function losing(nc: NatsConnection, isLost: (message: Msg) => boolean): NatsConnection {
  const subscribe: NatsConnection['subscribe'] = (subject, options = {}) =>
    nc.subscribe(subject, {
      ...options,
      callback: (error, message) => {
        if (message.subject !== 'READ.one' || !isLost(message)) void options.callback?.(error, message);
      },
    });
  return new Proxy(nc, {
    get: (target, name) => (name === 'subscribe' ? subscribe : (Reflect.get(target, name) as unknown)),
  });
}
