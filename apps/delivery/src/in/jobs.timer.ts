import { setTimeout as delay } from 'node:timers/promises';
import { Refused } from '@waybill/decider/decider';
import { type JobCommand, jobDecider, type JobStep } from '@waybill/delivery/redelivery-job';
import { AppendRejected, type EventLog, type StreamAppend } from '@waybill/event-log/log';
import type { Lease, Leases } from '@waybill/event-log/leases';
import { logTime } from '@waybill/event-log/log-time';
import type { Log } from '@waybill/service-kit/logger';
import { isShredded, jobFrom } from '../handle-delivery.js';
import { jobAppend } from '../handle-job.js';
import { type JobRow, type Jobs, leftOf } from '../read/jobs.js';
import { decideFor, streamOf } from '../work/job.js';
import { JobPace, type RateOf } from '../work/job-pace.js';
import type { News } from '../work/news.js';

/** Two steps a second: the redeliveries of a job come evenly, and each step is one event on the record. */
const stepEveryMs = 500;
/** Where no job runs it is looked at so often, unless the log moves. */
const idleLookMs = 10_000;
/** A copy that dies keeps its jobs waiting for so long. */
const leaseMs = 10_000;

export interface JobsTimerParts {
  readonly eventLog: EventLog;
  readonly leases: Leases;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly copy: string;
  /** Resolves when the read model has a position, or after a while. */
  readonly reached: (position: number) => Promise<unknown>;
  readonly news: News;
  /** While nothing is sent nothing is asked for: what a job asks for evenly would leave all at once when delivery is released. */
  readonly isHeld: () => boolean;
  readonly rateOf: RateOf;
}

/** Carries out running jobs, each by one copy: what a step asks for and the progress of the job are one append. */
export class JobsTimer {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private readonly held = new Map<string, Lease>();
  private readonly pace: JobPace;

  constructor(private readonly parts: JobsTimerParts) {
    this.pace = new JobPace(parts.rateOf, stepEveryMs);
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    for (const lease of this.held.values()) await this.parts.leases.release(lease).catch(() => undefined);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const { mark } = this.parts.news;
      const running = await this.look().catch((error: unknown) => this.parts.log.warn({ err: error }, 'jobs.wait'));
      if (running === 0) await this.parts.news.wait(mark, { beatMs: stepEveryMs, atMostMs: idleLookMs, signal });
      else await delay(stepEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Answers how many jobs run. */
  private async look(): Promise<number> {
    if (this.parts.isHeld()) return 0;
    const running = await this.parts.jobs.running();
    await this.letGoAllBut(new Set(running.map(({ id }) => id)));
    for (const job of running) {
      if (this.stopping.signal.aborted) break;
      if (await this.hold(job.id)) await this.step(job, running.length);
    }
    return running.length;
  }

  /** Those that were paused or are over; whoever resumes one need not wait for the end of a lease. */
  private async letGoAllBut(running: ReadonlySet<string>): Promise<void> {
    if (running.size === 0) this.pace.forget();
    for (const [jobId, lease] of this.held) {
      if (running.has(jobId)) continue;
      this.held.delete(jobId);
      await this.parts.leases.release(lease);
    }
  }

  private async hold(jobId: string): Promise<boolean> {
    const { leases, copy } = this.parts;
    const before = this.held.get(jobId);
    const lease =
      (before && (await leases.renew(before, leaseMs))) ?? (await leases.acquire(`job:${jobId}`, copy, leaseMs));
    if (lease === null) this.held.delete(jobId);
    else this.held.set(jobId, lease);
    return lease !== null;
  }

  private async step(job: JobRow, beside: number): Promise<void> {
    const { eventLog, jobs, log, reached } = this.parts;
    const next = await jobs.next(job, this.pace.stepMax(job.rate_per_second, beside));
    const taken = this.pace.take(
      next.map((one) => one.connector_id),
      eventLog.nowMs(),
    );
    if (taken === 0 && next.length > 0) return;
    const ids = next.slice(0, taken).map(({ id }) => id);
    const last = ids.at(-1);
    try {
      const { streams, step } = last === undefined ? { streams: [], step: null } : await this.redeliver(job, ids, last);
      const events = jobDecider.decide(step === null ? completed(job, logTime(eventLog)) : { type: 'StepJob', step }, {
        status: job.state,
      });
      const result = await eventLog.append({ streams: [...streams, jobAppend(job, events, job.created_by)] });
      await reached(result.headPosition);
    } catch (error) {
      // It was paused, or somebody changed one of the deliveries: the next look knows.
      if (!(error instanceof AppendRejected)) throw error;
      log.info({ jobId: job.id, rejection: error.rejection }, 'job.step-again');
      await reached((await eventLog.head()).position);
    }
  }

  private async redeliver(
    job: JobRow,
    ids: readonly string[],
    cursor: string,
  ): Promise<{ streams: StreamAppend[]; step: JobStep }> {
    const { eventLog } = this.parts;
    const histories = await eventLog.readStreams(ids.map(streamOf));
    const streams: StreamAppend[] = [];
    const step = { done: 0, failed: 0, skipped: 0, cursor };
    for (const id of ids) {
      const events = histories.get(streamOf(id)) ?? [];
      const delivery = jobFrom(id, events);
      if (delivery === null || (job.mode === 'same-bytes' && isShredded(events))) {
        step.failed += 1;
        continue;
      }
      try {
        const command = { type: 'Redeliver', mode: job.mode, now: logTime(eventLog), jobId: job.id } as const;
        const decision = decideFor(delivery, command, job.created_by);
        if (decision !== null) streams.push(decision.append);
        step.done += 1;
      } catch (error) {
        // It is being tried already.
        if (!(error instanceof Refused)) throw error;
        step.skipped += 1;
      }
    }
    return { streams, step };
  }
}

const completed = (job: JobRow, now: string): JobCommand => ({
  type: 'CompleteJob',
  vanished: leftOf(job),
  cursor: job.cursor,
  now,
});
