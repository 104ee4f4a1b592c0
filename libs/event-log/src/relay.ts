import { setImmediate as eventLoopTurn, setTimeout as wait } from 'node:timers/promises';
import { JetStreamApiCodes, JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { PostgresLog } from './postgres-log.js';
import { outstandingMax, Publishing } from './publishing.js';
import type { Follower } from './ring.js';
import {
  alignStream,
  lastSequence,
  refillMax,
  RelayAlarm,
  type RelayStreamOptions,
  windowMaxAgeMs,
} from './relay-stream.js';

/** Messages that are sent in one turn of the event loop: one to two milliseconds. */
const sendsPerTurn = 64;
/** How often an idle relay looks whether the stream is still there and where it left it. */
export const idleCheckMs = 3_000;
/** A relay that finds another one at work looks this often whether that one still moves. */
export const standbyMs = 500;
/** After a fault (NATS away, a time-out) it starts over after this, then twice as long, up to the second figure. */
const faultPauseMs = { first: 100, most: 2_000 };
/** Where there is time, what is no more than this is gathered. */
const gatheredMax = 64;
/** One relay follows the log in a process. */
const theRelay: Follower = Symbol('relay');
/** The connection says when it is back; this is for one that forgets to. */
const awayPauseMs = 30_000;

export interface RelayOptions {
  readonly log: Pick<PostgresLog, 'identity' | 'head' | 'readWire' | 'past' | 'knownPosition'>;
  readonly connection: NatsConnection;
  /** The stream contradicts the log; the relay has stopped. Page somebody. */
  readonly onAlarm: (alarm: RelayAlarm) => void;
  /** What went wrong for a moment and is tried again. */
  readonly onPause?: (error: unknown) => void;
  readonly replicas?: number;
  readonly maxAgeMs?: number;
  readonly refillMax?: number;
  readonly nowMs?: () => number;
  /**
   * What comes within so long of the last publish goes together, milliseconds; 0 when absent. For a log nobody is delivered from: at 200
   * deliveries/s its events came in 300 pieces a second, each of which woke the broker and was answered.
   */
  readonly gatherMs?: number | undefined;
}

/**
 * Publishes a log to its JetStream stream so that stream sequence = log position: every publish expects the sequence before it, so
 * there can be no gap, no duplicate and no second relay that does harm. JetStream is transport: whatever it loses is published again.
 */
export class Relay {
  private reached = 0;
  /** False while another relay is at work, or the broker is away. */
  private isPublishing = false;
  private readonly waiting = new Set<() => void>();
  /** Why the next look at the stream is due, whatever was going on. */
  private disturbed = new AbortController();
  /** What is asked of a broker that is away is lost, and waited for until its time is over. */
  private isAway = false;
  /** Ends the pause after a fault: the broker is back. */
  private back = new AbortController();

  constructor(private readonly options: RelayOptions) {}

  /** The position up to which the stream is known to hold the log. */
  get position(): number {
    return this.reached;
  }

  /**
   * Resolves when at most `lagMax` events of the log are not in the stream yet, at the latest after `withinMs`; at once while this relay is
   * not the one that publishes. For whoever can append faster than can be carried: what comes behind would wait here all the longer.
   */
  async caughtUp(lagMax: number, withinMs: number): Promise<void> {
    const isNear = (): boolean => !this.isPublishing || this.options.log.knownPosition - this.reached <= lagMax;
    if (isNear()) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve();
      };
      const look = (): void => {
        if (isNear()) done();
      };
      const timer = setTimeout(done, withinMs);
      this.waiting.add(look);
    });
  }

  /** Runs until the signal aborts, the connection is closed for good, or an alarm stops it (after `onAlarm`; it does not reject then). */
  async run(signal: AbortSignal): Promise<void> {
    const { connection, onAlarm, onPause } = this.options;
    void this.watchConnection();
    let pause = faultPauseMs.first;
    while (!signal.aborted && !connection.isClosed()) {
      try {
        await this.align();
        pause = faultPauseMs.first;
        await this.publishUntilDisturbed(signal);
      } catch (error) {
        if (error instanceof RelayAlarm) return onAlarm(error);
        if (signal.aborted) return;
        onPause?.(error);
        this.back = new AbortController();
        const either = AbortSignal.any([signal, this.back.signal]);
        await wait(this.isAway ? awayPauseMs : pause, undefined, { signal: either }).catch(() => undefined);
        pause = this.back.signal.aborted ? faultPauseMs.first : Math.min(pause * 2, faultPauseMs.most);
      }
    }
  }

  private async align(): Promise<void> {
    this.disturbed = new AbortController();
    if (this.isAway) throw new Error('the broker is away');
    this.reached = await this.undisturbed(alignStream(await this.streamOptions()));
  }

  /** Rejects when the connection goes before the broker has answered: it would answer nobody. */
  private undisturbed<T>(asked: Promise<T>): Promise<T> {
    const { signal } = this.disturbed;
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(new Error('the connection was lost while the broker was asked'));
      signal.addEventListener('abort', stop, { once: true });
      void asked.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  }

  private async publishUntilDisturbed(signal: AbortSignal): Promise<void> {
    const { log, connection } = this.options;
    const failed = new AbortController();
    const either = AbortSignal.any([signal, this.disturbed.signal, failed.signal]);
    const publishing = new Publishing(
      connection,
      log.identity.log,
      this.reached,
      (position) => this.moved(position),
      () => failed.abort(),
    );
    this.isPublishing = true;
    let publishedMs = -Infinity;
    // What is under way when the connection goes is never answered; whether the stream has it is seen when it is looked at anew.
    this.disturbed.signal.addEventListener('abort', () => publishing.giveUp(), { once: true });
    try {
      while (!either.aborted) {
        // What is not known to be there is not asked for: the answer "nothing" to each group was a third of what PostgreSQL was asked at 99/s.
        if (log.knownPosition <= publishing.sent) {
          if (!(await this.waitForMore(publishing, either))) break;
          continue;
        }
        await this.gather(publishing.sent, publishedMs, either);
        if (either.aborted) break;
        publishedMs = performance.now();
        const batch = await log.readWire(publishing.sent, outstandingMax, theRelay);
        // The log was restored, and the stream has to be looked at anew.
        if (batch.length === 0)
          throw new Error(`the log ends before position ${log.knownPosition}, which it had reached`);
        for (const [index, event] of batch.entries()) {
          if (publishing.outstanding >= outstandingMax) await publishing.room();
          if (either.aborted) break;
          publishing.send(event, index === batch.length - 1);
          // Whoever waits for an answer from outside must not wait for five hundred messages of ours.
          if (event.position % sendsPerTurn === 0) await eventLoopTurn();
        }
      }
      await publishing.settled();
    } finally {
      this.isPublishing = false;
      publishing.close();
      this.moved(this.reached);
    }
    if (publishing.failure === null || signal.aborted || this.disturbed.signal.aborted) return;
    if (!isWrongSequence(publishing.failure)) throw publishing.failure;
    await this.standBy(signal);
  }

  private async gather(sent: number, publishedMs: number, signal: AbortSignal): Promise<void> {
    const restMs = publishedMs + (this.options.gatherMs ?? 0) - performance.now();
    if (restMs > 0 && this.options.log.knownPosition - sent < gatheredMax)
      await wait(restMs, undefined, { signal }).catch(() => undefined);
  }

  private moved(position: number): void {
    this.reached = position;
    for (const look of [...this.waiting]) look();
  }

  /**
   * What comes is published at once, also while answers are due: an answer takes as long as a busy broker likes. False when the stream is not
   * where this relay left it and must be looked at anew.
   */
  private async waitForMore(publishing: Publishing, signal: AbortSignal): Promise<boolean> {
    const { log, connection } = this.options;
    const { sent } = publishing;
    await log.past(sent, signal, idleCheckMs);
    if (signal.aborted || log.knownPosition > sent) return true;
    await publishing.settled();
    if (signal.aborted || log.knownPosition > sent) return true;
    const manager = await jetstreamManager(connection, { checkAPI: false });
    return (await this.undisturbed(lastSequence(manager, log.identity.log))) === sent;
  }

  /** Another relay is publishing the same: it goes on alone as long as it moves or there is nothing to do. */
  private async standBy(signal: AbortSignal): Promise<void> {
    const { log, connection } = this.options;
    const manager = await jetstreamManager(connection, { checkAPI: false });
    for (let before = -1; !signal.aborted;) {
      const last = await this.undisturbed(lastSequence(manager, log.identity.log));
      if (last === null || (last === before && last < (await log.head()).position)) return;
      if (last > (await log.head()).position) return;
      this.reached = last;
      before = last;
      // First news, then time for the other one to publish it.
      await log.past(last, signal, idleCheckMs);
      await wait(standbyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async streamOptions(): Promise<RelayStreamOptions> {
    const { log, connection, replicas, maxAgeMs, nowMs } = this.options;
    return {
      log,
      manager: await jetstreamManager(connection, { checkAPI: false }),
      replicas: replicas ?? 1,
      maxAgeMs: maxAgeMs ?? windowMaxAgeMs,
      refillMax: this.options.refillMax ?? refillMax,
      nowMs: nowMs ?? Date.now,
    };
  }

  /** After a reconnect the broker may be another one, or have lost its store. */
  private async watchConnection(): Promise<void> {
    for await (const status of this.options.connection.status()) {
      if (status.type === 'reconnect' || status.type === 'disconnect') this.disturbed.abort();
      if (status.type === 'disconnect') this.isAway = true;
      if (status.type !== 'reconnect') continue;
      this.isAway = false;
      this.back.abort();
    }
  }
}

function isWrongSequence(error: unknown): boolean {
  const codes: number[] = [JetStreamApiCodes.StreamWrongLastSequence, JetStreamApiCodes.StreamWrongLastSequenceUnknown];
  return error instanceof JetStreamApiError && codes.includes(error.code);
}
