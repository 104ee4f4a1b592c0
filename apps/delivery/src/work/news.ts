import { setTimeout as delay } from 'node:timers/promises';
import type { PostgresLog } from '@waybill/event-log/postgres-log';
import type { Projection } from '@waybill/event-log/projection';

export interface Wait {
  /** After the log has moved: time for the read model to follow, and for what comes together to be seen together. */
  readonly beatMs: number;
  /** Looked at again after so long in any case. */
  readonly atMostMs: number;
  readonly signal: AbortSignal;
}

/** Lets those who look at the read model sleep while nothing happens: an idle service costs nothing. */
export class News {
  constructor(
    private readonly log: Pick<PostgresLog, 'past' | 'knownPosition'>,
    private readonly model: Pick<Projection, 'position'>,
  ) {}

  /** What a look that begins now will see; hand it to `wait` afterwards. */
  get mark(): number {
    return Math.min(this.log.knownPosition, this.model.position);
  }

  /** Resolves a beat after there is more than the mark, after `atMostMs`, or when the signal aborts. */
  async wait(mark: number, { beatMs, atMostMs, signal }: Wait): Promise<void> {
    const endsMs = performance.now() + atMostMs;
    await this.log.past(mark, signal, atMostMs);
    const leftMs = Math.max(0, endsMs - performance.now());
    await delay(Math.min(beatMs, leftMs), undefined, { signal }).catch(() => undefined);
  }
}
