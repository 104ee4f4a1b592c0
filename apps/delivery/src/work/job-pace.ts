/** How many attempts a second a connector takes; null: no limit of its own. */
export type RateOf = (connectorId: string) => number | null;

/**
 * How fast jobs ask for redeliveries: all of them together at the pace of one, and none faster than its connectors take them. What was asked for
 * and waits would leave long after its job was paused or cancelled.
 */
export class JobPace {
  private readonly allowances = new Map<string, { tokens: number; atMs: number }>();

  constructor(
    private readonly rateOf: RateOf,
    private readonly stepMs: number,
  ) {}

  /** How many deliveries a step looks for, of a job with so many redeliveries a second beside others. */
  stepMax(perSecond: number, jobs: number): number {
    return Math.max(1, Math.round((perSecond * this.stepMs) / 1_000 / jobs));
  }

  /** Answers how many of these, from the first on, are asked for now; the others wait for a later step, so that the order stays. */
  take(connectorIds: readonly string[], nowMs: number): number {
    const first = connectorIds.findIndex((id) => !this.takeOne(id, nowMs));
    return first < 0 ? connectorIds.length : first;
  }

  private takeOne(connectorId: string, nowMs: number): boolean {
    const rate = this.rateOf(connectorId);
    if (rate === null) return true;
    const most = Math.max(1, (rate * this.stepMs) / 1_000);
    const before = this.allowances.get(connectorId) ?? { tokens: most, atMs: nowMs };
    const tokens = Math.min(most, before.tokens + ((nowMs - before.atMs) * rate) / 1_000);
    const isTaken = tokens >= 1;
    this.allowances.set(connectorId, { tokens: isTaken ? tokens - 1 : tokens, atMs: nowMs });
    return isTaken;
  }

  /** Nobody asks any more: what was saved up is forgotten. */
  forget(): void {
    this.allowances.clear();
  }
}

/** In seconds, how long it takes until so many of each connector were asked for, at so many a second in all. */
export function secondsOf(counts: ReadonlyMap<string, number>, perSecond: number, rateOf: RateOf): number {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const each = [...counts].map(([connectorId, count]) => count / (rateOf(connectorId) ?? Infinity));
  return Math.ceil(Math.max(all / perSecond, ...each));
}
