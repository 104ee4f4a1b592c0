import { setTimeout as delay } from 'node:timers/promises';
import { Refused } from '@waybill/decider/decider';
import { AppendRejected, type EventLog } from '@waybill/event-log/log';
import type { Log } from '@waybill/service-kit/logger';
import { advance, type Decision, type Job } from './job.js';

/** A log that is away is tried again after so long. */
const tryAgainMs = 250;

/** Puts what was decided on a job on the record. */
export class Recorder {
  constructor(
    private readonly eventLog: EventLog,
    private readonly log: Log,
  ) {}

  /**
   * Appends a decision, and tries again for as long as the log is away or overloaded: an outcome that is known must not become unknown.
   * False when another worker has written to the delivery in the meantime: nothing of ours is written, and that is logged. What `mayWait` goes
   * with the next that may not.
   */
  async write(job: Job, decide: () => Decision | null, mayWait = false): Promise<boolean> {
    for (;;) {
      try {
        const decision = decide();
        if (decision === null) return false;
        await this.eventLog.append({ streams: [decision.append], mayWait });
        advance(job, decision);
        return true;
      } catch (error) {
        if (error instanceof AppendRejected || error instanceof Refused) {
          this.log.warn({ err: error, deliveryId: job.deliveryId }, 'delivery.stale-write');
          return false;
        }
        this.log.warn({ err: error, deliveryId: job.deliveryId }, 'delivery.write-waits');
        await delay(tryAgainMs);
      }
    }
  }
}
