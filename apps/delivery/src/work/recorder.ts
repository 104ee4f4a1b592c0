import { setTimeout as delay } from 'node:timers/promises';
import { Refused } from '@waybill/decider/decider';
import {
  AppendInvalid,
  AppendRejected,
  type AppendResult,
  type EventLog,
  type StreamAppend,
} from '@waybill/event-log/log';
import { SealFault } from '@waybill/event-log/seal';
import type { Log } from '@waybill/service-kit/logger';
import { advance, type Decision, type Job } from './job.js';

/** A log that is away is tried again after so long. */
const tryAgainMs = 250;

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
  async write(job: Job, decide: () => Decision | null, mayWait = false): Promise<boolean> {
    const { deliveryId } = job;
    try {
      const decision = decide();
      if (decision === null) return false;
      await this.append(decision.append, mayWait, { deliveryId });
      advance(job, decision);
      return true;
    } catch (error) {
      if (error instanceof AppendRejected || error instanceof Refused)
        this.log.warn({ err: error, deliveryId }, 'delivery.stale-write');
      else this.log.error({ err: error, deliveryId }, 'delivery.defect');
      return false;
    }
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
