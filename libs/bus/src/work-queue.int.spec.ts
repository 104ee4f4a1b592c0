import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { startNats, type TestNats } from '@waybill/testkit/start-nats';
import { until } from '@waybill/testkit/until';
import type { StreamMessage } from './stream-message.js';
import { oldestWaitingMs, takeWork } from './work-queue.js';

const stream = 'WORK';
const published = 200;
/** Far below the ten seconds after which the broker would deliver again by itself. */
const soonMs = 4_000;

describe('work of a queue', () => {
  let nats: TestNats;
  let nc: NatsConnection;
  beforeAll(async () => {
    nats = await startNats();
    nc = await connect({ servers: new URL(nats.url).host });
  });
  afterAll(async () => {
    await nc.close();
    await nats.stop();
  });
  beforeEach(async () => {
    const manager = await jetstreamManager(nc);
    await manager.streams.delete(stream).catch(() => undefined);
    await manager.streams.add({ name: stream, subjects: ['work.>'], retention: 'workqueue' });
    for (let n = 0; n < published; n += 1) await jetstream(nc).publish('work.one', String(n));
  });

  /** The broker reads acknowledgements when it comes to it: a consumer that goes before is made anew with messages that were taken. */
  const left = async (count: number): Promise<boolean> => {
    const manager = await jetstreamManager(nc);
    return (await manager.streams.info(stream)).state.messages === count;
  };
  const taking = (signal: AbortSignal, onBatch: (messages: StreamMessage[]) => Promise<void>): Promise<void> =>
    takeWork({ nc, stream, durable: 'taker', batchMax: 10, signal, onBatch, onFault: () => undefined });

  it('goes to the next holder at once, and once, when the one who fetched it stops', async () => {
    const taken: number[] = [];
    const first = new AbortController();
    await taking(first.signal, async (messages) => {
      for (const message of messages) taken.push(Number(message.string()));
      for (const message of messages) message.ack();
      // While this batch is being taken, most of the others are fetched already.
      await until(() => left(published - taken.length));
      first.abort();
    });
    expect(taken.length).toBeLessThanOrEqual(10);

    const second = new AbortController();
    const begun = performance.now();
    await taking(second.signal, async (messages) => {
      for (const message of messages) taken.push(Number(message.string()));
      for (const message of messages) message.ack();
      if (taken.length === published || performance.now() - begun > soonMs) second.abort();
    });
    expect(performance.now() - begun).toBeLessThan(soonMs);
    expect(taken.toSorted((left, right) => left - right)).toEqual(Array.from({ length: published }, (_, n) => n));
  });

  it('comes again at once, and in order, when the one who took it died with it', async () => {
    const manager = await jetstreamManager(nc);
    await manager.consumers.add(stream, { durable_name: 'taker', ack_policy: 'explicit', ack_wait: 10e9 });
    const consumer = await jetstream(nc).consumers.get(stream, 'taker');
    const dead = await consumer.fetch({ max_messages: 50, expires: 1_000 });
    for await (const message of dead) void message;
    const taken: number[] = [];
    const next = new AbortController();
    const begun = performance.now();
    await taking(next.signal, async (messages) => {
      for (const message of messages) taken.push(Number(message.string()));
      for (const message of messages) message.ack();
      if (taken.length === published || performance.now() - begun > soonMs) next.abort();
    });
    expect(performance.now() - begun).toBeLessThan(soonMs);
    expect(taken).toEqual(Array.from({ length: published }, (_, n) => n));
  });

  it('comes again, and in order, when it could not be taken while more had arrived', async () => {
    const taken: number[] = [];
    const over = new AbortController();
    let isFirst = true;
    await taking(over.signal, async (messages) => {
      // The next ones are on their way in while this batch fails.
      await nc.flush();
      if (isFirst) {
        isFirst = false;
        throw new Error('the database was away');
      }
      for (const message of messages) taken.push(Number(message.string()));
      for (const message of messages) message.ack();
      if (taken.length === published) over.abort();
    });
    expect(taken).toEqual(Array.from({ length: published }, (_, n) => n));
  });

  it.each<[string, (manager: JetStreamManager) => Promise<unknown>]>([
    ['its consumer is', (manager) => manager.consumers.delete(stream, 'taker')],
    ['the queue is', (manager) => manager.streams.delete(stream)],
  ])('goes on by itself when %s lost and comes back empty, and others with it', async (_, lose) => {
    const manager = await jetstreamManager(nc);
    await manager.streams.add({ name: 'OTHER', subjects: ['other.>'], retention: 'workqueue' });
    const [taken, others]: string[][] = [[], []];
    const over = new AbortController();
    const take =
      (into: string[] | undefined) =>
      (messages: StreamMessage[]): Promise<void> => {
        for (const message of messages) {
          into?.push(message.string());
          message.ack();
        }
        return Promise.resolve();
      };
    const other = takeWork({
      nc,
      stream: 'OTHER',
      durable: 'taker',
      batchMax: 10,
      signal: over.signal,
      onBatch: take(others),
      onFault: () => undefined,
    });
    const taker = taking(over.signal, take(taken));
    await until(() => taken?.length === published);
    await until(() => left(0));
    await lose(manager);
    await manager.streams.add({ name: stream, subjects: ['work.>'], retention: 'workqueue' });
    await jetstream(nc).publish('work.one', 'again');
    await jetstream(nc).publish('other.one', 'beside');
    await until(() => taken?.at(-1) === 'again' && others?.at(-1) === 'beside');
    over.abort();
    await Promise.all([taker, other]);
    await manager.streams.delete('OTHER');
    expect([taken?.length, others]).toEqual([published + 1, ['beside']]);
  });

  it('ends for who is told to stop before it has begun', async () => {
    const begun = performance.now();
    await taking(AbortSignal.abort(), () => Promise.reject(new Error('nothing is taken')));
    const during = new AbortController();
    const ended = taking(during.signal, () => Promise.reject(new Error('nothing is taken')));
    during.abort();
    await ended;
    expect(performance.now() - begun).toBeLessThan(soonMs);
    const { num_ack_pending } = await (
      await jetstreamManager(nc)
    ).consumers
      .info(stream, 'taker')
      .catch(() => ({ num_ack_pending: 0 }));
    expect(num_ack_pending).toBe(0);
  });

  it('is as old as the first that is not acknowledged; what there is no queue of is not old', async () => {
    const manager = await jetstreamManager(nc);
    const third = await manager.streams.getMessage(stream, { seq: 3 });
    const stop = new AbortController();
    await taking(stop.signal, async (messages) => {
      for (const message of messages.filter(({ seq }) => seq !== 3)) message.ack();
      if (await left(1)) stop.abort();
    });
    await until(() => left(1));
    expect(await oldestWaitingMs(nc, stream)).toBe(third?.time.getTime());
    await manager.streams.purge(stream);
    expect(await oldestWaitingMs(nc, stream)).toBeNull();
    expect(await oldestWaitingMs(nc, 'NONE')).toBeNull();
  });
});
