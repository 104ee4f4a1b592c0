import { setTimeout as delay } from 'node:timers/promises';
import type { LogEvent } from '@waybill/contracts/log-event';
import type { NotificationRouted } from '@waybill/contracts/log/subscriptions';
import type { Connectors } from '../work/connectors.js';

/** Far longer than the log of registry lags behind that of subscriptions while both are followed. */
export const unknownWaitMs = 2_000;
const lookEveryMs = 20;
/** Connectors that were waited for in vain and are remembered as such; beyond it the memory begins anew. */
const inVainMax = 10_000;

/**
 * The logs of registry and subscriptions come on two ways, so a connector can be chosen before this copy has heard of it. Which target it
 * goes to says what a notification is about: a delivery that was accepted without that would open a second ticket for a thing that has one.
 */
export class ConnectorsKnown {
  private inVain = new Set<string>();

  constructor(
    private readonly connectors: Pick<Connectors, 'get'>,
    private readonly pause: (ms: number) => Promise<unknown> = delay,
  ) {}

  /** Waits until all connectors that these events chose are known; a connector that does not come is waited for once. */
  async of(events: readonly LogEvent[]): Promise<void> {
    let missing = this.missing(chosenBy(events));
    for (let waitedMs = 0; missing.length > 0 && waitedMs < unknownWaitMs; waitedMs += lookEveryMs) {
      await this.pause(lookEveryMs);
      missing = this.missing(missing);
    }
    if (this.inVain.size + missing.length > inVainMax) this.inVain.clear();
    for (const id of missing) this.inVain.add(id);
  }

  private missing(ids: readonly string[]): string[] {
    return ids.filter((id) => !this.inVain.has(id) && this.connectors.get(id) === undefined);
  }
}

const chosenBy = (events: readonly LogEvent[]): string[] => [
  ...new Set(
    events
      .filter(({ type }) => type === 'NotificationRouted')
      .flatMap(({ data }) => (data as unknown as NotificationRouted).chosen)
      .flatMap(({ connectorIds }) => connectorIds),
  ),
];
