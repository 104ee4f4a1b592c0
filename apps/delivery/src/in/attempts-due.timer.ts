import { setTimeout as delay } from 'node:timers/promises';
import { Refused } from '@waybill/decider/decider';
import { AppendRejected, type EventLog } from '@waybill/event-log/log';
import type { Log } from '@waybill/service-kit/logger';
import { jobFrom } from '../handle-delivery.js';
import type { DueAttempt, DueAttempts } from '../read/due-attempts.js';
import type { HealthRow } from '../read/health-rows.js';
import { type Connector, type Connectors } from '../work/connectors.js';
import type { Engine } from '../work/engine.js';
import { endReasonOf } from '../work/outcome-commands.js';
import { decideFor, type Job, streamOf } from '../work/job.js';
import type { Leave } from '../work/leave.js';
import type { News } from '../work/news.js';
import type { Parked } from '../work/parked.js';
import { restFactor, restMsMax, stepsAtOnceMin } from '../work/small-steps.js';
import { Aside } from './aside.js';

/** While something is due that cannot be taken, and after the log has moved, it is looked at so often. */
const lookEveryMs = 250;
/** With a thousand connectors that have something waiting a look takes long: so many times as long passes before the next one … */
const restOfLook = 20;
/** … and no more than this. */
const restOfLookMsMax = 1_000;
/** Whoever asks for a look at once is not let wait for that, but for so many times as long as the last one took: turns may end a hundred times a second. */
const restOfWokenLook = 2;
/** Where nothing waits it is looked at so often all the same: the clocks of two machines may differ. */
const idleLookMs = 5_000;
/** While delivery is held most of what is due stays: only what is to be ended is looked for. */
const heldLookMs = 1_000;
const claimsMax = 500;
/** Streams that are read and folded at once: a few milliseconds of the event loop; for connectors that are not known to be well one or two. */
const streamsAtOnce = { well: 24, unwell: stepsAtOnceMin, ending: 24 };
/** What waits in memory is leased again long before its lease ends: all of it within this time, so many at once. */
const keepEveryMs = 5_000;
const keptAtOnce = 500;

export interface DueParts {
  readonly eventLog: EventLog;
  readonly due: DueAttempts;
  readonly engine: Engine;
  readonly connectors: Connectors;
  readonly log: Log;
  readonly actor: string;
  readonly parked: Parked;
  readonly leave: Leave;
  /** The connectors that are paused or failing, as all copies know them. */
  readonly health: () => Promise<HealthRow[]>;
  readonly news: News;
  /** Whether registry's log was read as far as it goes now, after so long at the latest. */
  readonly registryRead: (withinMs: number) => Promise<boolean>;
}

/** What was known when a claim was made. */
interface Claiming {
  /** Connectors are known as registry's log says now. */
  readonly isCurrent: boolean;
  /** Whether no connector was closed since: some of what was claimed may be to end. */
  readonly holds: () => boolean;
}

interface DueJob {
  readonly job: Job;
  readonly attempt: DueAttempt;
  /** Somebody asked for it again since it was claimed: what was to be ended was the round before. */
  readonly isReopened: boolean;
}

/**
 * Brings due deliveries to the engine: retries, what another copy left behind, and attempts whose deadline passed without an outcome.
 * Copies share the work by leases on the rows; the version of the stream decides who may write.
 */
export class AttemptsDueTimer {
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();
  /** What is to be ended, and what is due to targets that are not known to be well: a look that waited for ten thousand of them would let every other retry wait too. */
  private readonly ending: Aside;
  private readonly unwell: Aside;
  private wake: () => void = () => undefined;

  constructor(private readonly parts: DueParts) {
    const onFault = (error: unknown): void => void parts.log.warn({ err: error }, 'due.fault');
    this.ending = new Aside(onFault);
    this.unwell = new Aside(onFault);
  }

  start(): void {
    this.running = Promise.all([this.lookOn(), this.keepOn()]);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await Promise.all([this.ending.settled(), this.unwell.settled()]);
  }

  /** Looks at once instead of at the next turn of the clock. */
  lookSoon(): void {
    this.wake();
  }

  private async lookOn(): Promise<void> {
    const { signal } = this.stopping;
    const { news, log } = this.parts;
    while (!signal.aborted) {
      const woken = new AbortController();
      // A call while it looks counts for the next look: what it is about may have come too late for this one.
      this.wake = () => woken.abort();
      const either = AbortSignal.any([signal, woken.signal]);
      const { mark } = news;
      const begunMs = performance.now();
      let restMs = 0;
      try {
        restMs = await this.look();
      } catch (error) {
        log.warn({ err: error }, 'due.fault');
      }
      const tookMs = performance.now() - begunMs;
      const leastMs = Math.max(lookEveryMs, Math.min(restOfLookMsMax, tookMs * restOfLook));
      await delay(Math.min(leastMs, tookMs * restOfWokenLook), undefined, { signal }).catch(() => undefined);
      if (restMs <= leastMs) await delay(leastMs, undefined, { signal: either }).catch(() => undefined);
      else await news.wait(mark, { beatMs: leastMs, atMostMs: Math.min(restMs, idleLookMs), signal: either });
    }
  }

  private async keepOn(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      // The newest first: nobody has leased them yet.
      const held = this.parts.engine.held().reverse();
      const times = Math.max(1, Math.ceil(held.length / keptAtOnce));
      const begunMs = performance.now();
      for (let at = 0; at < times && !signal.aborted; at += 1) {
        // What was let go in the meantime is anybody's.
        const some = held.slice(at * keptAtOnce, (at + 1) * keptAtOnce).filter((id) => this.parts.engine.holds(id));
        await this.keep(some).catch((error: unknown) => this.parts.log.warn({ err: error }, 'due.fault'));
        const nextMs = begunMs + ((at + 1) * keepEveryMs) / times;
        await delay(Math.max(0, nextMs - performance.now()), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async keep(held: readonly string[]): Promise<void> {
    const { due, engine } = this.parts;
    if (held.length === 0) return;
    const ended = await due.keep(held);
    if (ended.size > 0) engine.endWaitingOf(ended);
  }

  /** Answers how long nothing will be due; 0 where something was. */
  private async look(): Promise<number> {
    const { due, engine, connectors } = this.parts;
    // What one copy was told to wait for holds for all of them.
    for (const connectorId of engine.healths.learn(await this.parts.health(), engine.nowMs()))
      engine.closed(connectorId);
    for (;;) {
      const { begun } = engine.closings;
      const takesUnwell = !this.unwell.isBusy;
      const { attempts, restMs } = await due.claim({
        max: claimsMax,
        room: (connectorId) =>
          takesUnwell || engine.healths.isWell(connectorId) ? engine.roomToFetch(connectorId) : 0,
        isClosing: (connectorId) => isClosed(connectors.get(connectorId)),
        withEnds: !this.ending.isBusy,
        isHeld: engine.isHeld,
      });
      if (attempts.length === 0 || this.stopping.signal.aborted)
        return engine.isHeld ? Math.max(restMs, heldLookMs) : restMs;
      // What was routed after its connector was enabled again may be here before that: it is not ended by what this copy knew before.
      const hasClosed = attempts.some(({ connectorId }) => isClosed(connectors.get(connectorId)));
      const isCurrent = !hasClosed || (await this.parts.registryRead(lookEveryMs));
      await this.take(attempts, { isCurrent, holds: () => engine.closings.begun === begun });
      if (attempts.length < claimsMax) return 0;
    }
  }

  /** Those for whom somebody waits at once; the others beside the looks that follow. */
  private async take(claimed: readonly DueAttempt[], claiming: Claiming): Promise<void> {
    const { engine, connectors } = this.parts;
    const [ending, well, unwell]: [DueAttempt[], DueAttempt[], DueAttempt[]] = [[], [], []];
    for (const attempt of claimed) {
      const { deliveryId, connectorId, cancel } = attempt;
      if (engine.holds(deliveryId) || this.ending.has(deliveryId) || this.unwell.has(deliveryId)) continue;
      if (cancel !== null || isClosed(connectors.get(connectorId))) ending.push(attempt);
      else (engine.healths.isWell(connectorId) ? well : unwell).push(attempt);
    }
    this.setAside(this.ending, ending, (some) => this.end(some, claiming), streamsAtOnce.ending);
    this.setAside(this.unwell, unwell, (some) => this.tryUnwell(some, claiming), streamsAtOnce.unwell);
    for (const some of inParts(well, streamsAtOnce.well)) await this.goOnWithAll(await this.read(some), claiming);
  }

  private setAside(
    aside: Aside,
    attempts: readonly DueAttempt[],
    take: (some: readonly DueAttempt[]) => Promise<void>,
    atOnce: number,
  ): void {
    if (attempts.length === 0) return;
    const ids = attempts.map(({ deliveryId }) => deliveryId);
    const work = async (): Promise<void> => {
      for (const [at, some] of [...inParts(attempts, atOnce)].entries()) {
        // Another copy need not wait until the leases are over.
        if (this.stopping.signal.aborted) return this.parts.due.release(ids.slice(at * atOnce));
        await take(some);
      }
    };
    aside.add(ids, work, () => this.lookSoon());
  }

  /** Ends so many, and rests for so much of the time that it took: nobody hurries to hear that nothing more is sent. */
  private async end(some: readonly DueAttempt[], claiming: Claiming): Promise<void> {
    const begunMs = performance.now();
    await this.goOnWithAll(await this.read(some), claiming);
    const restMs = Math.min(restMsMax, (performance.now() - begunMs) * restFactor);
    await delay(restMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  /** Only the reading is one of the engine's small steps: what follows from it has steps of its own, for which one that waits for them would wait for ever. */
  private async tryUnwell(some: readonly DueAttempt[], claiming: Claiming): Promise<void> {
    const jobs = await this.parts.engine.steps.run('', () => this.read(some), some.length);
    await this.goOnWithAll(jobs, claiming);
  }

  private async read(some: readonly DueAttempt[]): Promise<DueJob[]> {
    const { eventLog, parked } = this.parts;
    const streams = await eventLog.readStreams(some.map(({ deliveryId }) => streamOf(deliveryId)));
    return some.flatMap((attempt) => {
      const events = streams.get(streamOf(attempt.deliveryId)) ?? [];
      const job = jobFrom(attempt.deliveryId, events);
      if (job === null) return [];
      job.remembered = attempt.remembered;
      job.notification = parked.take(attempt.deliveryId);
      const isReopened = events.some(
        ({ type, position }) => type === 'RedeliveryRequested' && position > attempt.position,
      );
      return [{ job, attempt, isReopened }];
    });
  }

  private async goOnWithAll(jobs: readonly DueJob[], claiming: Claiming): Promise<void> {
    await Promise.all(jobs.map((due) => this.goOnWith(due, claiming)));
  }

  private async goOnWith({ job, attempt, isReopened }: DueJob, claiming: Claiming): Promise<void> {
    const { nowAt, cancel } = attempt;
    const { engine, connectors, leave } = this.parts;
    if (job.state.status === 'attempting') return this.recordLost(job, nowAt);
    if (job.state.status !== 'pending' && job.state.status !== 'retrying') return;
    const connector = connectors.get(job.connectorId);
    // What is due of it now is not known here yet: the next claim is about that.
    if (isReopened) await leave([job]);
    else if (cancel !== null) await engine.end(job, cancel);
    else if (connector === undefined) await engine.cancelUnlessYoung(job);
    else if (isClosed(connector) && claiming.isCurrent) await engine.end(job, endReasonOf(connector));
    // Since the look its target was cut off, or a connector was closed and it may be to end: the lease would hold it for seconds.
    else if (isClosed(connector) || !claiming.holds() || !engine.offer(job, connector)) await leave([job]);
  }

  /** Nobody wrote the outcome of an attempt and its deadline is over: the request may have arrived. */
  private async recordLost(job: Job, nowAt: string): Promise<void> {
    const { connectors, eventLog, actor, log } = this.parts;
    const retryDelaysSeconds = connectors.get(job.connectorId)?.limits.retryDelaysSeconds ?? null;
    try {
      const decision = decideFor(
        job,
        { type: 'RecordLost', now: nowAt, random: Math.random(), retryDelaysSeconds },
        actor,
      );
      if (decision !== null) await eventLog.append({ streams: [decision.append] });
      log.warn({ deliveryId: job.deliveryId }, 'delivery.attempt-lost');
    } catch (error) {
      // The outcome was written after all, or another copy was faster.
      if (error instanceof AppendRejected || error instanceof Refused) return;
      throw error;
    }
  }
}

function* inParts(attempts: readonly DueAttempt[], atOnce: number): Iterable<readonly DueAttempt[]> {
  for (let at = 0; at < attempts.length; at += atOnce) yield attempts.slice(at, at + atOnce);
}

/** Whether nothing of a connector will be sent any more; one that has not arrived here yet may still come. */
function isClosed(connector: Connector | undefined): boolean {
  return connector !== undefined && connector.state !== 'enabled';
}
