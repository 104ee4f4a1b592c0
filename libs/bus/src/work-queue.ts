import { setTimeout as delay } from 'node:timers/promises';
import {
  AckPolicy,
  type ConsumerConfig,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  type JetStreamManager,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { ByteBudget } from './byte-budget.js';
import { GivenSoFar, isBehind, PassedOver } from './passed-over.js';
import { PullAhead, shareBytesMax } from './pull-ahead.js';
import { watchQueue } from './queue-watch.js';
import type { StreamMessage } from './stream-message.js';

export interface WorkQueueOptions {
  readonly nc: NatsConnection;
  readonly stream: string;
  /** Name of the durable consumer: all holders of the lease share it, one after the other. */
  readonly durable: string;
  /** Takes a batch in the order of the stream and acknowledges each message when its effect is committed. */
  readonly onBatch: (messages: StreamMessage[]) => Promise<void>;
  readonly batchMax: number;
  readonly signal: AbortSignal;
  readonly onFault: (error: unknown) => void;
}

/**
 * Of all queues of a process that are full at once: sixteen take a share each, the others wait for their turn. On top of it comes what a pull
 * waits for that found its queue empty (`waitingBytesMax`), for each queue.
 */
export const workBytesMax = 16 * shareBytesMax;
/** So many messages may be out unacknowledged; more would only move the queue from the broker into this process. */
const ackPendingMax = 5_000;
/** A message comes again after this long when the one who took it has died: a group commit under load takes far less. */
const ackWaitNanos = 10_000_000_000;
/** After a fault it begins again after this, then twice as long, up to the second figure: whoever cannot work must not fetch all the time. */
const pauseAfterFaultMs = { first: 500, most: 5_000 };

/** Takes work from a queue for ever, batch by batch, one batch at a time. Ends when the signal aborts; a lost stream is waited for. */
export async function takeWork(options: WorkQueueOptions): Promise<void> {
  const pause = { ms: pauseAfterFaultMs.first };
  while (!options.signal.aborted) {
    try {
      await takeUntilFault(options, () => (pause.ms = pauseAfterFaultMs.first));
    } catch (error) {
      if (options.signal.aborted) return;
      options.onFault(error);
      await delay(pause.ms, undefined, { signal: options.signal }).catch(() => undefined);
      pause.ms = Math.min(pause.ms * 2, pauseAfterFaultMs.most);
    }
  }
}

/** When the oldest message of a queue came that is not acknowledged, in ms since 1970 by the broker's clock; null when there is none, or no queue. */
export async function oldestWaitingMs(nc: NatsConnection, stream: string): Promise<number | null> {
  const manager = await jetstreamManager(nc, { checkAPI: false });
  try {
    const { state } = await manager.streams.info(stream);
    return state.messages === 0 ? null : Date.parse(state.first_ts);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return null;
    throw error;
  }
}

async function takeUntilFault(options: WorkQueueOptions, worked: () => void): Promise<void> {
  const manager = await jetstreamManager(options.nc, { checkAPI: false });
  const given = new GivenSoFar(manager, options.stream, await beginAnew(manager, options));
  await manager.consumers.add(options.stream, consumerOf(options));
  const messages = messagesOf(options);
  const stop = (): void => giveBack(messages.close());
  options.signal.addEventListener('abort', stop, { once: true });
  // An abort while the consumer was being opened was heard by nobody.
  if (isAborted(options.signal)) stop();
  let passedOver: number | null = null;
  const unwatch = watchQueue(options.nc, options.stream, {
    durable: options.durable,
    onGone: stop,
    onPassedOver: (seq) => {
      passedOver = seq;
      stop();
    },
  });
  try {
    for await (const batch of messages.batches()) {
      const hole = await given.holeIn(batch);
      // Nothing behind the hole is acknowledged, so that the broker's consumer never counts what it passed over as done.
      const whole = hole === null ? batch : batch.slice(0, hole.before);
      if (whole.length > 0) await options.onBatch(whole);
      worked();
      if (hole === null) continue;
      passedOver = hole.seq;
      break;
    }
  } finally {
    unwatch();
    options.signal.removeEventListener('abort', stop);
    messages.close();
  }
  if (passedOver === null || isAborted(options.signal)) return;
  options.onFault(new PassedOver(options.stream, passedOver));
  await manager.consumers.delete(options.stream, options.durable);
}

const consumerOf = ({ durable }: WorkQueueOptions): Partial<ConsumerConfig> => ({
  durable_name: durable,
  ack_policy: AckPolicy.Explicit,
  ack_wait: ackWaitNanos,
  // Dead-lettering is a decision on the record, never a side effect of the broker.
  max_deliver: -1,
  max_ack_pending: ackPendingMax,
});

const messagesOf = ({ nc, stream, durable, batchMax }: WorkQueueOptions): PullAhead =>
  new PullAhead({
    nc,
    stream,
    consumer: durable,
    batchMax,
    aheadMax: Math.max(batchMax * 2, 1_000),
    shareBytes: shareBytesMax,
    budget: workBudgetOf(nc),
    isOrdered: false,
  });

const budgets = new WeakMap<NatsConnection, ByteBudget>();

function workBudgetOf(nc: NatsConnection): ByteBudget {
  const budget = budgets.get(nc) ?? new ByteBudget(workBytesMax);
  budgets.set(nc, budget);
  return budget;
}

/**
 * What the holder before took and did not acknowledge comes at once and in the order of the stream, instead of after `ackWaitNanos`: it
 * died, or stopped while messages were on their way to it. The queue keeps what was not acknowledged, so its consumer can be made anew;
 * a late acknowledgement of the old one is of something that was recorded, and is right for the new one too. So is a consumer that has passed
 * over messages. Answers the first sequence that is yet to be given.
 */
async function beginAnew(manager: JetStreamManager, { stream, durable }: WorkQueueOptions): Promise<number> {
  const consumer = await manager.consumers.info(stream, durable).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound) return null;
    throw error;
  });
  const { state } = await manager.streams.info(stream);
  if (consumer === null) return state.first_seq;
  if (consumer.num_ack_pending === 0 && !isBehind(state, consumer))
    return Math.max(state.first_seq, consumer.delivered.stream_seq + 1);
  await manager.consumers.delete(stream, durable);
  return state.first_seq;
}

/** What was fetched and not begun goes to the next holder at once; unsaid, it would wait for `ackWaitNanos`. */
function giveBack(messages: readonly StreamMessage[]): void {
  for (const message of messages) message.nak();
}

/** Asked anew each time: it changes while we wait. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;
