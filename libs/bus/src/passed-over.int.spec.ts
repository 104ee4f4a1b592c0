import { jetstream, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { startNats, type TestNats } from '@waybill/testkit/start-nats';
import { until } from '@waybill/testkit/until';
import { PassedOver } from './passed-over.js';
import { takeWork } from './work-queue.js';

const stream = 'WORK';
const durable = 'taker';
/** What is taken before anything is passed over. */
const before = 20;

describe('work that the consumer of a queue has passed over', () => {
  let nats: TestNats;
  let nc: NatsConnection;
  let manager: JetStreamManager;
  let taken: string[];
  let faults: unknown[];
  let over: AbortController;
  let taker: Promise<void>;

  beforeAll(async () => {
    nats = await startNats();
    nc = await connect({ servers: new URL(nats.url).host });
    manager = await jetstreamManager(nc);
  });
  afterAll(async () => {
    await nc.close();
    await nats.stop();
  });
  beforeEach(async () => {
    await manager.streams.delete(stream).catch(() => undefined);
    await manager.streams.add({ name: stream, subjects: ['work.>'], retention: 'workqueue', max_msgs_per_subject: 1 });
    [taken, faults, over] = [[], [], new AbortController()];
    await publish(before, 'first');
    taker = take();
    await until(async () => taken.length === before && (await left()) === 0);
  });
  afterEach(async () => {
    over.abort();
    await taker;
  });

  const publish = async (count: number, what: string): Promise<void> => {
    for (let n = 0; n < count; n += 1) await jetstream(nc).publish(`work.${what}-${n}`, `${what}-${n}`);
  };
  const left = async (): Promise<number> => (await manager.streams.info(stream)).state.messages;
  const take = (): Promise<void> =>
    takeWork({
      nc,
      stream,
      durable,
      batchMax: 10,
      signal: over.signal,
      onBatch: (messages) => {
        for (const message of messages) taken.push(message.string());
        for (const message of messages) message.ack();
        return Promise.resolve();
      },
      onFault: (error) => faults.push(error),
    });
  /** A compaction at the wrong moment does this to a consumer; since 2.14 it can also be asked for. */
  const passOver = async (count: number): Promise<void> => {
    const { delivered } = await manager.consumers.info(stream, durable);
    await manager.consumers.reset(stream, durable, delivered.stream_seq + count + 1);
  };
  const names = (count: number, what: string): string[] => Array.from({ length: count }, (_, n) => `${what}-${n}`);

  it('is taken as soon as something comes that was published later, and before it', async () => {
    await passOver(3);
    await publish(3, 'behind');
    await publish(4, 'ahead');
    await until(async () => (await left()) === 0);
    expect(taken.slice(before)).toEqual([...names(3, 'behind'), ...names(4, 'ahead')]);
    expect(faults).toEqual([expect.any(PassedOver)]);
    expect((faults[0] as Error).message).toContain(`passed over message ${before + 1};`);
  });

  it('is taken though nothing comes after it', async () => {
    await passOver(3);
    await publish(3, 'behind');
    await until(async () => (await left()) === 0);
    expect(taken.slice(before)).toEqual(names(3, 'behind'));
    expect(faults).toEqual([expect.any(PassedOver)]);
  });

  it('is taken by the next holder, who finds it behind the consumer', async () => {
    over.abort();
    await taker;
    await publish(3, 'behind');
    await passOver(3);
    over = new AbortController();
    taker = take();
    await until(async () => (await left()) === 0);
    expect([taken.slice(before), faults]).toEqual([names(3, 'behind'), []]);
  });

  it('is not what the queue removed by itself', async () => {
    over.abort();
    await taker;
    await publish(3, 'behind');
    await jetstream(nc).publish('work.behind-1', 'again');
    over = new AbortController();
    taker = take();
    await until(async () => (await left()) === 0);
    expect([taken.slice(before), faults]).toEqual([['behind-0', 'behind-2', 'again'], []]);
  });
});
