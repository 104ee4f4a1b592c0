import type { EventLog } from '@waybill/event-log/log';
import type { RecordedWindow, SuppressionWindows } from '../routing/suppression-windows.js';

/** Windows that have ended are forgotten so often. */
const sweepEveryMs = 60_000;
/** What is asked about may be so much older than the oldest message that waits: requests wait too, and the broker's clock is another one. */
const olderByMs = 600_000;

export interface IntakeWindowsParts {
  readonly eventLog: Pick<EventLog, 'nowMs'>;
  readonly windows: SuppressionWindows;
  /** Reads the windows that were open at that time or later from the read model, caught up with the log; null: all that are kept. */
  readonly loadWindows: (sinceMs: number | null) => Promise<RecordedWindow[]>;
  /** When the oldest message came that is not decided yet; null when none waits. Rejects when the broker does not say. */
  readonly oldestWaitingMs: () => Promise<number | null>;
}

/**
 * Which suppression windows an intake knows: all that may be asked about, and not for ever. Whether one is open is asked about the time at which
 * a notification was received, so that one that has ended by now holds for what waited in the stream meanwhile.
 */
export class IntakeWindows {
  /** Resolves when the windows are known; nothing is decided before. Rejects when they cannot be read. */
  known: Promise<void> = Promise.resolve();
  private sweepDueMs = 0;

  constructor(private readonly parts: IntakeWindowsParts) {}

  /** Reads them, for who takes over; answers `known`. */
  load(): Promise<void> {
    this.known = this.read();
    return this.known;
  }

  /** Forgets those that have ended, now and then; where the broker does not say what waits, the next time takes more. */
  sweepWhenDue(): void {
    const { windows, eventLog } = this.parts;
    const nowMs = eventLog.nowMs();
    if (windows.isEmpty || nowMs < this.sweepDueMs) return;
    this.sweepDueMs = nowMs + sweepEveryMs;
    void this.askedAboutSince().then(
      (since) => windows.sweep(since),
      () => undefined,
    );
  }

  private async read(): Promise<void> {
    const since = await this.askedAboutSince().catch(() => null);
    this.parts.windows.load(await this.parts.loadWindows(since));
  }

  /** Nothing that was received before this time will be decided any more. */
  private async askedAboutSince(): Promise<number> {
    const nowMs = this.parts.eventLog.nowMs();
    return Math.min(nowMs, (await this.parts.oldestWaitingMs()) ?? nowMs) - olderByMs;
  }
}
