import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { readStream } from '@waybill/bus/read-stream';
import type { StreamMessage } from '@waybill/bus/stream-message';
import { logStream, logSubject } from '@waybill/contracts/subjects';
import { liveHeartbeatMs, liveStalledMs } from '../config.js';
import type { GatewayResponse } from '../edge/gateway-request.js';
import { type LiveLog, liveLogs, type LivePlace, placeText } from './live-place.js';

export interface LiveOptions {
  readonly nc: NatsConnection;
  readonly tenant: string;
  readonly place: LivePlace;
  readonly response: GatewayResponse;
  /** False ends the feed: the key was revoked, or the process drains. Asked at each heartbeat. */
  readonly mayGoOn: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** Messages asked for ahead of what the reader has taken, for each log. */
const aheadMax = 100;
/** At most twice as much is here for each log, whatever a hundred events with the largest payloads are: a reader may stand still for `liveStalledMs`. */
const shareBytes = 512 * 1024;
const pauseAfterFaultMs = 1_000;
/** What the browser waits before it comes back. */
const reconnectMs = 2_000;

/**
 * Sends the events of a tenant from all logs to one reader until it goes, is too slow, or may no longer see them.
 * Each event's id is the place of the whole feed, so that one header resumes all logs. What left the stream's window before the reader
 * came back is told as an event `gap`; `GET /v1/log/{log}/events` has it.
 */
export async function sendLive(options: LiveOptions): Promise<void> {
  const { response } = options;
  const end = new AbortController();
  const stop = (): void => end.abort();
  response.on('close', stop);
  options.signal.addEventListener('abort', stop, { once: true });
  response.status(200);
  response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Accel-Buffering', 'no');
  response.write(`retry: ${reconnectMs}\n\n`);
  const feed = new Feed(options, end);
  const heartbeat = setInterval(() => void feed.beat(), liveHeartbeatMs);
  try {
    await Promise.all(liveLogs.map((log) => feed.follow(log)));
  } finally {
    clearInterval(heartbeat);
    options.signal.removeEventListener('abort', stop);
    response.end();
  }
}

class Feed {
  constructor(
    private readonly options: LiveOptions,
    private readonly end: AbortController,
  ) {}

  /** A comment keeps proxies from closing a quiet connection. */
  async beat(): Promise<void> {
    const goOn = await this.options.mayGoOn().catch(() => true);
    if (!goOn) return this.end.abort();
    if (!this.options.response.writableNeedDrain) this.options.response.write(': still here\n\n');
  }

  async follow(log: LiveLog): Promise<void> {
    while (!this.isOver()) {
      // A stream that is not there yet, or is being filled again, is waited for; the place is kept.
      await this.followUntilFault(log).catch(() => undefined);
      if (!this.isOver()) await delay(pauseAfterFaultMs, undefined, { signal: this.end.signal }).catch(() => undefined);
    }
  }

  private async followUntilFault(log: LiveLog): Promise<void> {
    const { nc, tenant, place } = this.options;
    const stream = logStream(log);
    const { state } = await (await jetstreamManager(nc, { checkAPI: false })).streams.info(stream);
    const after = place.get(log) ?? state.last_seq;
    if (state.first_seq > after + 1) await this.write('gap', JSON.stringify({ log, after, next: state.first_seq }));
    place.set(log, after);
    const reading = await readStream({
      nc,
      stream,
      subject: logSubject(log, tenant, '>'),
      fromSeq: after + 1,
      batchMax: aheadMax,
      aheadMax,
      shareBytes,
    });
    const close = (): void => reading.close();
    this.end.signal.addEventListener('abort', close, { once: true });
    // The reader may have gone while the consumer was being opened.
    if (this.isOver()) close();
    try {
      for await (const batch of reading.batches()) for (const message of batch) await this.send(log, message);
    } finally {
      this.end.signal.removeEventListener('abort', close);
    }
  }

  private async send(log: LiveLog, message: StreamMessage): Promise<void> {
    if (this.isOver() || message.seq <= (this.options.place.get(log) ?? 0)) return;
    this.options.place.set(log, message.seq);
    await this.write(message.subject.split('.').at(-1) ?? 'event', message.string());
  }

  /** Waits for a reader that is behind, so that what it has not taken stays in the broker and not here. */
  private async write(event: string, data: string): Promise<void> {
    const { response, place } = this.options;
    if (response.write(`id: ${placeText(place)}\nevent: ${event}\ndata: ${data}\n\n`)) return;
    const stalled = AbortSignal.any([this.end.signal, AbortSignal.timeout(liveStalledMs)]);
    await once(response, 'drain', { signal: stalled }).catch(() => this.end.abort());
  }

  private isOver(): boolean {
    return this.end.signal.aborted;
  }
}
