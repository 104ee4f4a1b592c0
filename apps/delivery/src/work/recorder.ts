import { setTimeout as delay } from 'node:timers/promises';
import { Refused } from '@waybill/decider/decider';
import {
  AppendInvalid,
  AppendRejected,
  AppendTooLarge,
  type AppendResult,
  type EventLog,
  type StreamAppend,
} from '@waybill/event-log/log';
import { SealFault } from '@waybill/event-log/seal';
import type { Log } from '@waybill/service-kit/logger';
import { shortenedMost } from '../out/kept-attempt.js';
import { advance, type Decision, type Job } from './job.js';

/** A log that is away is tried again after so long. */
const tryAgainMs = 250;

/** What to append, after so many steps of leaving out what may be left out; null where nothing is to be written. */
export type Decide = (steps: number) => Decision | null;

/** Puts what was decided on a job on the record. */
export class Recorder {
  constructor(
    private readonly eventLog: EventLog,
    private readonly log: Log,
    private readonly pauseMs = tryAgainMs,
  ) {}

  /**
   * Appends a decision, and tries again for as long as the log is away or overloaded: an outcome that is known must not become unknown.
   * False when another worker has written to the delivery in the meantime, or when the log will never take it: nothing of ours is written, and
   * that is logged. What `mayWait` goes with the next that may not.
   */
  async write(job: Job, decide: Decide, mayWait = false): Promise<boolean> {
    const { deliveryId } = job;
    for (let steps = 0; ;) {
      try {
        const decision = decide(steps);
        if (decision === null) return false;
        await this.append(decision.append, mayWait, { deliveryId });
        advance(job, decision);
        return true;
      } catch (error) {
        if (error instanceof AppendTooLarge && steps < shortenedMost) steps += 1;
        else if (error instanceof AppendRejected || error instanceof Refused)
          return this.notWritten('warn', 'delivery.stale-write', error, deliveryId);
        else return this.notWritten('error', 'delivery.defect', error, deliveryId);
      }
    }
  }

  private notWritten(level: 'warn' | 'error', what: string, error: unknown, deliveryId: string): false {
    this.log[level]({ err: error, deliveryId }, what);
    return false;
  }

  /** Appends to one stream, and tries again for as long as the log is away or overloaded. Rejects where that would change nothing. */
  async append(append: StreamAppend, mayWait: boolean, about: object): Promise<AppendResult> {
    for (;;) {
      try {
        return await this.eventLog.append({ streams: [append], mayWait });
      } catch (error) {
        if (isFinal(error)) throw error;
        this.log.warn({ err: error, ...about }, 'delivery.write-waits');
        await delay(this.pauseMs);
      }
    }
  }
}

const isFinal = (error: unknown): boolean =>
  error instanceof AppendRejected || error instanceof AppendInvalid || error instanceof SealFault;
