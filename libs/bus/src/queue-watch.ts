import { jetstreamManager, type StreamState } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { isBehind } from './passed-over.js';

/** A queue that was lost is noticed after so long, a first message that was passed over after twice this. */
const lookEveryMs = 2_000;

/** Who takes from a queue. */
export interface QueueTaker {
  readonly durable: string;
  /** Called at most once: the queue has no consumer any more, with the stream or alone, or the broker does not say. */
  readonly onGone: () => void;
  /** The consumer has passed over the queue's first message, and will give it to nobody. Called at most once, and then nothing else. */
  readonly onPassedOver: (seq: number) => void;
}

interface Watched extends QueueTaker {
  /** The queue's first message at the look before, when it had one. */
  firstSeq: number | null;
}

/**
 * Tells who takes from a queue what the client's consumer waits through without a word. One question for all queues of a connection, where a
 * hundred tenants' would be fifty a second of a service that has nothing to do; only of a queue whose first message has not moved between two
 * looks is the consumer asked for.
 */
class QueueWatch {
  private readonly takers = new Map<string, Watched>();
  private timer: NodeJS.Timeout | null = null;
  private isLooking = false;

  constructor(private readonly nc: NatsConnection) {}

  /** Answers how to stop watching. */
  add(stream: string, taker: QueueTaker): () => void {
    const watched = { ...taker, firstSeq: null };
    this.takers.set(stream, watched);
    this.timer ??= setInterval(() => this.lookOnce(), lookEveryMs);
    return () => {
      // Whoever took it over since is watched on.
      if (this.takers.get(stream) === watched) this.takers.delete(stream);
      if (this.takers.size > 0 || this.timer === null) return;
      clearInterval(this.timer);
      this.timer = null;
    };
  }

  /** A look that takes longer than its time is not joined by the next. */
  private lookOnce(): void {
    if (this.isLooking) return;
    this.isLooking = true;
    void this.look().finally(() => (this.isLooking = false));
  }

  private async look(): Promise<void> {
    // A queue that is opened while the broker answers may not be in the answer.
    const before = [...this.takers];
    const there = await queuesThere(this.nc);
    for (const [stream, taker] of before) {
      const state = there.get(stream);
      const isUnmoved = state !== undefined && state.messages > 0 && state.first_seq === taker.firstSeq;
      taker.firstSeq = state === undefined || state.messages === 0 ? null : state.first_seq;
      if (state === undefined) this.tell(stream, taker, () => taker.onGone());
      else if (isUnmoved && (await isPassedOver(this.nc, stream, taker)))
        this.tell(stream, taker, () => taker.onPassedOver(state.first_seq));
    }
  }

  private tell(stream: string, taker: Watched, what: () => void): void {
    if (this.takers.get(stream) !== taker) return;
    this.takers.delete(stream);
    what();
  }
}

/** The streams that have a consumer; none when the broker does not answer. */
async function queuesThere(nc: NatsConnection): Promise<Map<string, StreamState>> {
  const there = new Map<string, StreamState>();
  try {
    const manager = await jetstreamManager(nc, { checkAPI: false });
    for await (const { config, state } of manager.streams.list())
      if (state.consumer_count > 0) there.set(config.name, state);
    return there;
  } catch {
    return new Map();
  }
}

/** Of a queue whose first message has not moved for a look. */
async function isPassedOver(nc: NatsConnection, stream: string, { durable, firstSeq }: Watched): Promise<boolean> {
  try {
    const manager = await jetstreamManager(nc, { checkAPI: false });
    const consumer = await manager.consumers.info(stream, durable);
    const { state } = await manager.streams.info(stream);
    return state.first_seq === firstSeq && isBehind(state, consumer);
  } catch {
    // Whatever is wrong is told by the next look.
    return false;
  }
}

const watches = new WeakMap<NatsConnection, QueueWatch>();

/** Watches a queue that one taker of this connection takes from. Answers how to stop. */
export function watchQueue(nc: NatsConnection, stream: string, taker: QueueTaker): () => void {
  const watch = watches.get(nc) ?? new QueueWatch(nc);
  watches.set(nc, watch);
  return watch.add(stream, taker);
}
