import type { EventLog } from '@waybill/event-log/log';
import type { Log } from '@waybill/service-kit/logger';
import type { Connector, Connectors } from './connectors.js';
import { Engine } from './engine.js';
import { jobsMax } from './in-hand.js';
import type { Job } from './job.js';
import { laneWaitingMax } from './lane.js';

const limits = { maxConcurrent: 8, maxPerSecond: null, timeoutMs: 1_000, retryDelaysSeconds: null };

/** A connector is named `<tenant>_<n>`. */
const connectorOf = (id: string): Connector =>
  ({ id, tenant: id.split('_')[0], version: 1, target: 'webhook', state: 'enabled', config: {}, limits, secretVersion: 0 }) as unknown as Connector; // prettier-ignore

/** An engine whose attempts never get onto the record, so that all it takes stays. */
class Trial {
  private number = 0;
  readonly engine = new Engine({
    eventLog: { append: () => new Promise(() => undefined), nowMs: () => 0 } as unknown as EventLog,
    connectors: { get: connectorOf } as unknown as Connectors,
    log: {} as Log,
    actor: 'service:delivery',
    carryOut: () => new Promise(() => undefined),
    leave: () => Promise.resolve(),
    turnIsOver: () => undefined,
  });

  /** Answers how many of so many it took. */
  offer(connectorId: string, count: number): number {
    let taken = 0;
    for (let n = 0; n < count; n += 1) {
      this.number += 1;
      const { tenant } = connectorOf(connectorId);
      const state = { status: 'retrying', attempts: 1, accepted: {} };
      const job = { deliveryId: `dlv_${this.number}`, tenant, connectorId, state, version: 1, notification: null };
      if (this.engine.offer(job as unknown as Job, connectorOf(connectorId))) taken += 1;
    }
    return taken;
  }
}

describe('the memory in which deliveries wait', () => {
  it('has room for another tenant’s retries however many one tenant has waiting', () => {
    const trial = new Trial();
    const taken = [1, 2, 3, 4].map((n) => trial.offer(`big_${n}`, laneWaitingMax));
    expect(taken.reduce((sum, count) => sum + count)).toBe((jobsMax * 3) / 4);
    expect(trial.engine.roomToWait('big_5')).toBe(0);
    // Of what is left again three quarters.
    expect(trial.engine.roomToFetch('small_1')).toBe(Math.floor((3 * jobsMax) / 16));
    expect(trial.offer('small_1', 500)).toBe(500);
  });

  it('is shared alike by those who want all of it, and has room for one more', () => {
    const trial = new Trial();
    const held = { a: 0, b: 0, c: 0 };
    for (let round = 0; round < 60; round += 1)
      for (const tenant of ['a', 'b', 'c'] as const)
        for (const n of [1, 2]) held[tenant] += trial.offer(`${tenant}_${n}`, 500);
    // Three shares of three parts each, and the part that is left.
    expect(Math.max(...Object.values(held)) - Math.min(...Object.values(held))).toBeLessThanOrEqual(1_500);
    expect(trial.engine.roomToWait('d_1')).toBeGreaterThanOrEqual((3 * (jobsMax / 10)) / 4);
  });
});
