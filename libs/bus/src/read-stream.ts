import { AckPolicy, DeliverPolicy, jetstreamManager } from '@nats-io/jetstream';
import { nanos, nuid, type NatsConnection } from '@nats-io/transport-node';
import { ByteBudget } from './byte-budget.js';
import { PullAhead } from './pull-ahead.js';
import type { StreamMessage } from './stream-message.js';

export interface ReadOptions {
  readonly nc: NatsConnection;
  readonly stream: string;
  readonly fromSeq: number;
  /** Only messages of this subject. */
  readonly subject?: string;
  readonly batchMax: number;
  /** So many messages may be here or on their way beside the batch that is being taken. */
  readonly aheadMax: number;
  /** What is here takes at most twice as much; a message that is larger comes alone. */
  readonly shareBytes: number;
}

export interface StreamReading {
  /**
   * Messages in the order of the stream, none twice and none left out, each time what has arrived. Ends with `close`, and when the connection
   * was lost or a message on the way: then reading goes on with a new one from the place reached. Throws when the broker gives no more.
   */
  batches(): AsyncGenerator<StreamMessage[]>;
  close(): void;
}

/** Who reads slowly asks for nothing meanwhile, and its consumer must be there when it asks again. */
const forgottenAfterMs = 5 * 60_000;

/** Reads a stream from a place on, with a consumer of its own that nobody acknowledges to and that goes with the reading. Throws when there is no such stream. */
export async function readStream(options: ReadOptions): Promise<StreamReading> {
  const { nc, stream, fromSeq, subject, batchMax, aheadMax, shareBytes } = options;
  const manager = await jetstreamManager(nc, { checkAPI: false });
  const consumer = `reading_${nuid.next()}`;
  await manager.consumers.add(stream, {
    name: consumer,
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: fromSeq,
    ...(subject === undefined ? {} : { filter_subject: subject }),
    inactive_threshold: nanos(forgottenAfterMs),
    max_deliver: 1,
    mem_storage: true,
    num_replicas: 1,
  });
  const budget = new ByteBudget(shareBytes * 2);
  const ahead = new PullAhead({ nc, stream, consumer, batchMax, aheadMax, shareBytes, budget, isOrdered: true });
  return {
    async *batches() {
      try {
        yield* ahead.batches();
      } finally {
        // Where this does not get there, the broker forgets it by itself.
        if (!nc.isClosed()) void manager.consumers.delete(stream, consumer).catch(() => undefined);
      }
    },
    close: () => void ahead.close(),
  };
}
