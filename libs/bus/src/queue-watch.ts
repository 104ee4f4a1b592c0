import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

/** A queue that was lost is noticed after so long. */
const lookEveryMs = 2_000;

/**
 * Tells who takes from a queue that it is gone, with the stream or alone, or that the broker does not say: the client's consumer waits on
 * without a word. One question for all queues of a connection, where a hundred tenants' would be fifty a second of a service that has nothing
 * to do.
 */
class QueueWatch {
  private readonly takers = new Map<string, () => void>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly nc: NatsConnection) {}

  /** Calls `gone` at most once; answers how to stop watching. */
  add(stream: string, gone: () => void): () => void {
    this.takers.set(stream, gone);
    this.timer ??= setInterval(() => void this.look(), lookEveryMs);
    return () => {
      // Whoever took it over since is watched on.
      if (this.takers.get(stream) === gone) this.takers.delete(stream);
      if (this.takers.size > 0 || this.timer === null) return;
      clearInterval(this.timer);
      this.timer = null;
    };
  }

  private async look(): Promise<void> {
    // A queue that is opened while the broker answers may not be in the answer.
    const before = [...this.takers];
    const there = await this.queuesThere();
    for (const [stream, gone] of before) {
      if (there.has(stream) || this.takers.get(stream) !== gone) continue;
      this.takers.delete(stream);
      gone();
    }
  }

  /** The streams that have a consumer; none when the broker does not answer. */
  private async queuesThere(): Promise<Set<string>> {
    const there = new Set<string>();
    try {
      const manager = await jetstreamManager(this.nc, { checkAPI: false });
      for await (const { config, state } of manager.streams.list())
        if (state.consumer_count > 0) there.add(config.name);
      return there;
    } catch {
      return new Set();
    }
  }
}

const watches = new WeakMap<NatsConnection, QueueWatch>();

/** Watches a queue that one taker of this connection takes from: `gone` is called once when it has no consumer any more. Answers how to stop. */
export function watchQueue(nc: NatsConnection, stream: string, gone: () => void): () => void {
  const watch = watches.get(nc) ?? new QueueWatch(nc);
  watches.set(nc, watch);
  return watch.add(stream, gone);
}
