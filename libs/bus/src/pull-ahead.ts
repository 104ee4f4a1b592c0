import { createInbox, nanos, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import type { ByteBudget } from './byte-budget.js';
import { inboxPrefixOf } from './connect.js';
import { onReconnect } from './reconnects.js';
import { StreamMessage } from './stream-message.js';

export interface PullOptions {
  readonly nc: NatsConnection;
  readonly stream: string;
  readonly consumer: string;
  readonly batchMax: number;
  /** So many messages may be here or on their way beside the batch that is being taken. */
  readonly aheadMax: number;
  /** A reader holds at most two such shares: one is taken while the next one is on its way. Only a message that is larger alone may be more. */
  readonly shareBytes: number;
  /** What all readers that it was given to hold together. */
  readonly budget: ByteBudget;
  /** For a consumer without acknowledgements, which sends nothing twice: the messages end where one is missing. */
  readonly isOrdered: boolean;
}

/**
 * Two group commits of the log, and 2,000 messages of 1 KB: for these the number of messages is the bound, for those of 256 KiB it is this, or a
 * thousand of them would be 256 MiB.
 */
export const shareBytesMax = 2 * 1024 * 1024;
/**
 * A pull that waits at the broker for what may come takes no part of the budget, or a hundred quiet tenants would use all of it; so it asks
 * for little. A message that is larger ends it, and is asked for with the next.
 */
export const waitingBytesMax = 64 * 1024;
/** As the client's own consumers have it. A hundred quiet tenants would otherwise wake their service forty times a second to hear nothing. */
const heartbeatMs = 15_000;
const waitingMs = 60_000;
/** A waiting pull of which nothing was heard for two heartbeats is lost; another one is answered at once. */
const lookEveryMs = 5_000;
const looksOfSilence = { waiting: (2 * heartbeatMs) / lookEveryMs, share: 2, alone: 2 } satisfies Record<Kind, number>;

type Kind =
  /** Answered with what comes, until it has had its fill. */
  | 'waiting'
  /** Answered with what is there, as far as its share of the budget goes. */
  | 'share'
  /** The next message, however large it is. */
  | 'alone';

interface Pull {
  readonly id: number;
  readonly kind: Kind;
  messagesLeft: number;
  bytesLeft: number;
  hasCome: boolean;
}

/**
 * Reads a consumer ahead of who takes from it, bounded by number and by bytes. The client itself bounds by one of them only (`consume` and
 * `fetch` refuse `max_messages` beside `max_bytes`, and take 100 messages at most with the latter), and stands still for two heartbeats
 * when a message does not fit into what is left.
 *
 * One pull at a time. After one that ended because there was more than it asked for, the next one asks for a share of the budget; when the
 * broker has no more, the next one waits there for what comes.
 */
export class PullAhead {
  private readonly inbox: string;
  private readonly subscription: Subscription;
  private readonly unlisten: () => void;
  private readonly unwatch: () => void;
  private readonly queue: StreamMessage[] = [];
  /** Of what is in the queue and of the batch that is being taken; both count in the budget. */
  private queuedBytes = 0;
  private takenBytes = 0;
  private pull: Pull | null = null;
  private pulls = 0;
  private next: Kind = 'waiting';
  private leaveLine: (() => void) | null = null;
  private lastDeliverySeq = 0;
  /** Looks since something was heard of the pull. */
  private silent = 0;
  private isOver = false;
  private fault: { readonly error: unknown } | null = null;
  private wake: () => void = () => undefined;

  constructor(private readonly options: PullOptions) {
    const { nc } = options;
    this.inbox = createInbox(inboxPrefixOf(nc));
    this.subscription = nc.subscribe(`${this.inbox}.*`, { callback: (error, message) => this.hear(error, message) });
    // What was asked for before is lost, and what was sent meanwhile as well.
    this.unlisten = onReconnect(nc, () => this.end());
    this.unwatch = onClock(() => this.look());
    void this.subscription.closed.then(() => this.end());
    this.ask();
  }

  /**
   * Yields what has arrived, as one batch, without waiting for more: under load batches are large, at rest a message is alone and at once.
   * More is asked for only as batches are taken. Ends when the connection was lost, when a message is missing, or with `close`; throws where the
   * broker says that there is no such consumer, or nothing at all. What was not yielded then comes again to who opens the consumer anew.
   */
  async *batches(): AsyncGenerator<StreamMessage[]> {
    try {
      for (;;) {
        if (this.queue.length === 0 && !this.isOver) await this.arrived();
        if (this.fault !== null) throw this.fault.error;
        if (this.isOver) return;
        const batch = this.take();
        this.ask();
        yield batch;
        this.taken();
        this.ask();
      }
    } finally {
      this.taken();
      this.close();
    }
  }

  /** Asks for no more, and answers what was not yielded. */
  close(): StreamMessage[] {
    this.end();
    return this.queue.splice(0);
  }

  /** Resolves when something has come, and with it what is there already, or when nothing comes any more. */
  private async arrived(): Promise<void> {
    await new Promise<void>((resolve) => (this.wake = resolve));
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  private take(): StreamMessage[] {
    const { batchMax, shareBytes } = this.options;
    let [count, bytes] = [0, 0];
    for (const message of this.queue) {
      if (count === batchMax || (count > 0 && bytes + message.bytes > shareBytes)) break;
      count += 1;
      bytes += message.bytes;
    }
    this.queuedBytes -= bytes;
    this.takenBytes = bytes;
    return this.queue.splice(0, count);
  }

  private taken(): void {
    this.options.budget.giveBack(this.takenBytes);
    this.takenBytes = 0;
  }

  private ask(): void {
    const { aheadMax, shareBytes, budget } = this.options;
    if (this.isOver || this.pull !== null || this.leaveLine !== null) return;
    if (this.queue.length > aheadMax / 2) return;
    const kind = this.next;
    const bytesHere = this.queuedBytes + this.takenBytes;
    if (kind === 'waiting') {
      if (bytesHere <= waitingBytesMax) this.send(kind, Math.min(waitingBytesMax, shareBytes));
      return;
    }
    if (bytesHere > shareBytes) return;
    let isServed = false;
    const leave = budget.reserve(shareBytes, () => {
      isServed = true;
      this.leaveLine = null;
      this.send(kind, shareBytes);
    });
    if (!isServed) this.leaveLine = leave;
  }

  private send(kind: Kind, bytes: number): void {
    const { nc, stream, consumer, aheadMax } = this.options;
    const batch = kind === 'alone' ? 1 : Math.max(1, Math.floor(aheadMax / 2));
    this.pulls += 1;
    this.silent = 0;
    this.pull = { id: this.pulls, kind, messagesLeft: batch, bytesLeft: bytes, hasCome: false };
    const asked = {
      batch,
      ...(kind === 'alone' ? {} : { max_bytes: bytes }),
      ...(kind === 'waiting' ? { expires: nanos(waitingMs), idle_heartbeat: nanos(heartbeatMs) } : { no_wait: true }),
    };
    try {
      nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify(asked), {
        reply: `${this.inbox}.${this.pulls}`,
      });
    } catch (error) {
      // The connection was closed, and this is called out of what others do.
      this.end({ error });
    }
  }

  private hear(error: Error | null, message: Msg): void {
    if (error !== null) return this.end({ error });
    if (this.isOver) return;
    this.silent = 0;
    if (message.subject.startsWith(`${this.inbox}.`)) this.hearStatus(message);
    else this.hearMessage(new StreamMessage(message));
  }

  private hearMessage(message: StreamMessage): void {
    const { pull } = this;
    const { bytes } = message;
    if (this.options.isOrdered && message.deliverySeq !== this.lastDeliverySeq + 1) return this.end();
    this.lastDeliverySeq = message.deliverySeq;
    this.queue.push(message);
    this.queuedBytes += bytes;
    // Of a share it was taken beforehand.
    if (pull === null || pull.kind === 'waiting') this.options.budget.add(bytes);
    this.wake();
    if (pull === null) return;
    pull.messagesLeft -= 1;
    pull.bytesLeft -= bytes;
    pull.hasCome = true;
    if (pull.messagesLeft === 0 || pull.bytesLeft <= 0) this.pulled(pull, 'share');
  }

  /** How a pull ends that had not its fill; see "Pull consumers" of NATS for the numbers. */
  private hearStatus(message: Msg): void {
    const { pull } = this;
    const { code = 0, description = '' } = message.headers ?? {};
    if (code === 100 || pull === null || message.subject !== `${this.inbox}.${pull.id}`) return;
    if (code === 404 || code === 408) return this.pulled(pull, 'waiting');
    if (code === 409 && /exceeds max ?bytes/i.test(description)) {
      return this.pulled(pull, pull.hasCome || pull.kind === 'waiting' ? 'share' : 'alone');
    }
    this.end({ error: new Error(`${this.options.stream} gives nothing: ${code} ${description}`) });
  }

  private pulled(pull: Pull, next: Kind): void {
    this.pull = null;
    this.next = next;
    // Below nothing where a message was larger than the share: then it is taken now.
    if (pull.kind !== 'waiting') this.options.budget.giveBack(pull.bytesLeft);
    this.ask();
  }

  /** A pull whose answer never comes. A waiting one has heartbeats; for another, which nothing came for after all, a waiting one follows. */
  private look(): void {
    const { pull } = this;
    if (pull === null) return;
    this.silent += 1;
    if (this.silent <= looksOfSilence[pull.kind]) return;
    if (pull.kind === 'waiting') this.end({ error: new Error(`nothing is heard of ${this.options.stream} any more`) });
    else this.pulled(pull, 'waiting');
  }

  private end(fault: { readonly error: unknown } | null = null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.fault = fault;
    this.unwatch();
    this.unlisten();
    this.leaveLine?.();
    this.subscription.unsubscribe();
    const asked = this.pull === null || this.pull.kind === 'waiting' ? 0 : this.pull.bytesLeft;
    this.options.budget.giveBack(this.queuedBytes + asked);
    this.queuedBytes = 0;
    this.wake();
  }
}

const looks = new Set<() => void>();
let clock: NodeJS.Timeout | null = null;

/** One clock for all readers of a process; answers how to stop. */
function onClock(look: () => void): () => void {
  looks.add(look);
  clock ??= setInterval(() => looks.forEach((one) => one()), lookEveryMs);
  return () => {
    if (!looks.delete(look) || looks.size > 0 || clock === null) return;
    clearInterval(clock);
    clock = null;
  };
}
