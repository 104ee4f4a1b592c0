import type { DueAttempts } from '../read/due-attempts.js';
import type { Job } from './job.js';
import type { Parked } from './parked.js';

/** Leaves deliveries that nobody holds to the due table, which gives them to whoever has room. Never rejects. */
export type Leave = (jobs: readonly Job[]) => Promise<void>;

/** Their payloads stay at hand here, for it is here that they come back to in most cases. */
export const leaveTo =
  (due: Pick<DueAttempts, 'release'>, parked: Pick<Parked, 'park'>): Leave =>
  async (jobs) => {
    for (const { deliveryId, notification } of jobs) if (notification !== null) parked.park(deliveryId, notification);
    // Where that fails they are this copy's own for some seconds more, and nothing worse.
    await due.release(jobs.map(({ deliveryId }) => deliveryId)).catch(() => undefined);
  };
