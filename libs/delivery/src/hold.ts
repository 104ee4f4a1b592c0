import type { Held } from '@waybill/contracts/http/deliveries';
import type { DatabasePlace } from '@waybill/contracts/log/delivery';
import type { HoldReason } from '@waybill/contracts/codes/hold-reasons';

/** What another timeline of the same database means: `hold`, or `continue` where a failover cannot lose what was committed. */
export type OnFailover = 'hold' | 'continue';

/**
 * Why delivery must be held when it finds itself at `now` and worked at `before` last; null when nothing speaks for a restore. A timeline
 * only goes up by a failover: a lower one is an older copy, whatever a failover means here.
 */
export function reasonToHold(before: DatabasePlace, now: DatabasePlace, onFailover: OnFailover): HoldReason | null {
  if (before.system !== now.system || before.database !== now.database) return 'database_changed';
  if (before.timeline === now.timeline) return null;
  return onFailover === 'continue' && now.timeline > before.timeline ? null : 'timeline_changed';
}

/** What of the log says how a delivery stands to holds. */
export interface Straddling {
  readonly routedAt: string;
  /** Whether something of it is still to be sent. */
  readonly isOpen: boolean;
  /** Positions of its `AttemptStarted`. */
  readonly attempts: readonly number[];
}

/**
 * The holds that a delivery waits for, or was attempted after although it was routed before. When it was accepted says nothing: the log of
 * routings may have been read again after the restore.
 */
export function holdsOf({ routedAt, isOpen, attempts }: Straddling, holds: readonly Held[]): Held[] {
  return holds.filter(({ at, releasedPosition }) => {
    if (releasedPosition === null) return isOpen;
    return Date.parse(routedAt) <= Date.parse(at) && attempts.some((position) => position > releasedPosition);
  });
}
