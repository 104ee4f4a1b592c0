import {
  closedUntilMs,
  type Health,
  hear,
  type HealthEvent,
  type Heard,
  isCutOff,
  probeDelayMsMax,
  probeSpacingMs,
  provenHealth,
  slotsOf,
  unprovenHealth,
} from '@waybill/delivery/connector-health';
import type { HealthRow } from '../read/health-rows.js';
import type { Connector } from './connectors.js';

/** What this copy has told itself is believed for so long against a table that has not heard of it yet. */
const ownNewsMs = 5_000;

/** What waits for a target that opens sooner stays in memory; the rest goes back to the due table, for whoever has room. */
const keptWhileClosedMs = 5_000;

interface Known {
  readonly health: Health;
  readonly changedMs: number;
  /** When this copy last heard a success, epoch ms; 0 before the first. */
  readonly wellMs: number;
}

/** How all connectors are doing: from what this copy hears, and from what all copies have put on the record. */
export class ConnectorHealths {
  private readonly known = new Map<string, Known>();
  /** Epoch ms from which on no open circuit has taken a probe for itself. */
  private probeFreeMs = 0;

  slots({ id, limits }: Connector, nowMs: number): number {
    return slotsOf(this.of(id), limits.maxConcurrent, nowMs);
  }

  /** Whether it has taken something and does not fail since. */
  isWell(connectorId: string): boolean {
    return this.of(connectorId).proven;
  }

  /** Whether only probes are let through to it. */
  isCutOff(connectorId: string): boolean {
    return isCutOff(this.of(connectorId));
  }

  /** Whether what waits for it would only take room: it is cut off, or asked for quiet for a while. */
  isShut(connectorId: string, nowMs: number): boolean {
    return this.isCutOff(connectorId) || this.closedUntilMs(connectorId) - nowMs > keptWhileClosedMs;
  }

  /** Epoch ms before which nothing of it may start; in the past for most. */
  closedUntilMs(connectorId: string): number {
    return closedUntilMs(this.of(connectorId));
  }

  /** Takes in an outcome and answers what is news; nothing for a success of a connector that is doing well, which is most. */
  hear(heard: Heard, subject: { connectorId: string; deliveryId: string }, nowMs: number): readonly HealthEvent[] {
    const before = this.of(subject.connectorId);
    if (heard.kind === 'success' && before === provenHealth) return [];
    const { health, news } = hear(before, heard, subject, nowMs, this.probeFreeMs);
    if (health.probeAtMs > before.probeAtMs) this.takeProbe(nowMs);
    const isPlain =
      health.failuresInRow === 0 && health.failingSinceMs === null && health.pausedUntilMs <= nowMs && !health.gaveUp;
    this.known.set(subject.connectorId, {
      health: isPlain && health.proven ? provenHealth : health,
      changedMs: nowMs,
      wellMs: health.proven && health.failuresInRow === 0 ? nowMs : (this.known.get(subject.connectorId)?.wellMs ?? 0),
    });
    return news;
  }

  /** Takes in what the read model says of the connectors that are paused or failing; answers those whose pause is new here. */
  learn(rows: readonly HealthRow[], nowMs: number): string[] {
    const rowsById = new Map(rows.map((row) => [row.connectorId, row]));
    const paused: string[] = [];
    for (const { connectorId, pausedUntilMs, failingSinceMs } of rows) {
      const before = this.of(connectorId);
      const { changedMs = nowMs, wellMs = 0 } = this.known.get(connectorId) ?? {};
      // The table has not heard yet that it recovered: taking the days back would have it given up at its next failure.
      const told = nowMs - wellMs < ownNewsMs ? null : failingSinceMs;
      const since = before.failingSinceMs === null ? told : Math.min(before.failingSinceMs, told ?? Infinity);
      if (pausedUntilMs <= before.pausedUntilMs && since === before.failingSinceMs) continue;
      if (pausedUntilMs > before.pausedUntilMs) paused.push(connectorId);
      const health = { ...before, pausedUntilMs: Math.max(before.pausedUntilMs, pausedUntilMs), failingSinceMs: since };
      this.known.set(connectorId, { health, changedMs, wellMs });
    }
    for (const [connectorId, { health, changedMs, wellMs }] of this.known) {
      if (health.failingSinceMs === null || nowMs - changedMs < ownNewsMs) continue;
      // Another copy has seen it recover.
      if ((rowsById.get(connectorId)?.failingSinceMs ?? null) === null)
        this.known.set(connectorId, { health: { ...health, failingSinceMs: null }, changedMs, wellMs });
    }
    return paused;
  }

  /** It was changed: what was known against it may not hold any more. */
  forget(connectorId: string): void {
    this.known.delete(connectorId);
  }

  private takeProbe(nowMs: number): void {
    this.probeFreeMs = Math.min(Math.max(this.probeFreeMs, nowMs) + probeSpacingMs, nowMs + probeDelayMsMax);
  }

  private of(connectorId: string): Health {
    return this.known.get(connectorId)?.health ?? unprovenHealth;
  }
}
