import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { decodeLogEvent, type LogEvent, sealedAtHeader } from '@waybill/contracts/log-event';
import { logStream, noTenant, rpcSubject, type ServiceName } from '@waybill/contracts/subjects';
import { ask } from './ask.js';
import { shareBytesMax } from './pull-ahead.js';
import { readStream } from './read-stream.js';
import type { StreamMessage } from './stream-message.js';

export interface FollowOptions {
  readonly nc: NatsConnection;
  /** The log of another service, such as `subscriptions-0`. */
  readonly log: string;
  /** The position that was read last, from the reader's own store; asked again after every fault. */
  readonly after: () => Promise<number>;
  /**
   * Gets events in order of position without a gap, batch by batch; the next batch comes when this one's promise is fulfilled.
   * A rejection makes the follower ask `after()` again and go on from there. The array is the receiver's, who may empty it on the way.
   */
  readonly onBatch: (events: LogEvent[]) => Promise<void>;
  readonly batchMax: number;
  readonly signal: AbortSignal;
  /** For the log of the reader: what went wrong and that it is tried again. */
  readonly onFault: (error: unknown) => void;
}

/** A stream that was lost or a consumer that died without a word of the broker is noticed after at most twice this. */
const watchEveryMs = 4_000;
const pauseAfterFaultMs = 500;

/**
 * Reads another service's log for ever, position by position: from its JetStream window where that holds the next position,
 * and from the service itself by rpc where the window has a hole. Ends when the signal aborts.
 * The reader's own cursor is the only memory: the consumer is thrown away with every fault.
 */
export async function followLog(options: FollowOptions): Promise<void> {
  while (!options.signal.aborted) {
    try {
      await followUntilFault(options);
    } catch (error) {
      if (isAborted(options.signal)) return;
      options.onFault(error);
      await delay(pauseAfterFaultMs, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
}

interface Place {
  position: number;
  /** The receiver has a batch and has not asked for the next one. */
  isTaking: boolean;
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function followUntilFault(options: FollowOptions): Promise<void> {
  const place: Place = { position: await options.after(), isTaking: false };
  const manager = await jetstreamManager(options.nc, { checkAPI: false });
  const window = await manager.streams.info(logStream(options.log));
  // A lost stream that is being filled again may begin past the place, or not hold it yet.
  if (window.state.first_seq > place.position + 1) await readHole(options, place, window.state.first_seq - 1);
  const watch = watchProgress(options, place);
  try {
    while (!isAborted(watch.signal)) await readWindow(options, place, watch.signal);
  } finally {
    watch.end();
  }
}

/** Until the signal aborts, or until the reading ends by itself: the place is known, and the next one goes on from there. */
async function readWindow(options: FollowOptions, place: Place, signal: AbortSignal): Promise<void> {
  const { nc, log, batchMax } = options;
  const reading = await readStream({
    nc,
    stream: logStream(log),
    fromSeq: place.position + 1,
    batchMax,
    aheadMax: Math.max(batchMax, 1_000),
    shareBytes: shareBytesMax,
  });
  const stop = (): void => reading.close();
  signal.addEventListener('abort', stop, { once: true });
  // An abort while the window was being opened was heard by nobody.
  if (isAborted(signal)) stop();
  try {
    for await (const batch of reading.batches()) await takeBatch(options, place, batch);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function takeBatch(options: FollowOptions, place: Place, batch: StreamMessage[]): Promise<void> {
  let events: LogEvent[] = [];
  const take = async (): Promise<void> => {
    const { length } = events;
    if (length === 0) return;
    await give(options, place, events);
    events = [];
  };
  // Taken out, because a message weighs twice as much as its event, and a batch may be under way for a second.
  for (const message of batch.splice(0)) {
    const next = place.position + events.length + 1;
    // A window that was refilled repeats what is known already.
    if (message.seq < next) continue;
    if (message.seq > next) {
      // What was shredded was taken out of the window; the source still has its place.
      await take();
      await readHole(options, place, message.seq - 1);
    }
    const event = decode(message);
    if (message.seq !== event.position)
      throw new Error(`sequence ${message.seq} of ${options.log} holds position ${event.position}`);
    events.push(event);
  }
  await take();
}

function decode(message: StreamMessage): LogEvent {
  const at = message.headers?.get(sealedAtHeader) ?? '';
  return decodeLogEvent(message.data, at === '' ? null : Number(at));
}

/** The source itself fills what its window has lost; at most `log.read`'s page a time. */
async function readHole(options: FollowOptions, place: Place, until: number): Promise<void> {
  const service = options.log.slice(0, options.log.lastIndexOf('-')) as ServiceName;
  while (place.position < until && !isAborted(options.signal)) {
    const page = await ask<{ events: { text: string; sealedAt: number | null }[] }>(
      options.nc,
      rpcSubject(service, noTenant, 'log.read'),
      { after: place.position, limit: Math.min(options.batchMax, until - place.position) },
    );
    const events = page.events
      .map((event) => decodeLogEvent(event.text, event.sealedAt))
      .filter(({ position }) => position <= until);
    const { length } = events;
    if (length === 0) throw new Error(`${options.log} has no event after ${place.position}`);
    await give(options, place, events);
  }
}

async function give(options: FollowOptions, place: Place, events: LogEvent[]): Promise<void> {
  // Before the receiver empties it.
  const { length } = events;
  place.isTaking = true;
  try {
    await options.onBatch(events);
  } finally {
    place.isTaking = false;
  }
  place.position += length;
}

/** Its signal aborts with the follower's, and when the window has moved on and nothing has come: the consumer is gone without a word. */
function watchProgress(options: FollowOptions, place: Place): { readonly signal: AbortSignal; end(): void } {
  const stuck = new AbortController();
  let seen = place.position;
  const look = async (): Promise<void> => {
    const manager = await jetstreamManager(options.nc, { checkAPI: false });
    const { state } = await manager.streams.info(logStream(options.log));
    if (state.last_seq > place.position && place.position === seen && !place.isTaking) stuck.abort();
    seen = place.position;
  };
  const timer = setInterval(() => void look().catch(() => stuck.abort()), watchEveryMs);
  return { signal: AbortSignal.any([options.signal, stuck.signal]), end: () => clearInterval(timer) };
}
