import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { DeliverPolicy, jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
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
    const consumer = await jetstream(nc).consumers.get(stream, {
      filter_subjects: logSubject(log, tenant, '>'),
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: after + 1,
    });
    const messages = await consumer.consume({ max_messages: aheadMax, abort_on_missing_resource: true });
    const close = (): void => void messages.close();
    this.end.signal.addEventListener('abort', close, { once: true });
    try {
      for await (const message of messages) await this.send(log, message);
    } finally {
      this.end.signal.removeEventListener('abort', close);
      await messages.close();
    }
  }

  private async send(log: LiveLog, message: JsMsg): Promise<void> {
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
