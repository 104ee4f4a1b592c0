/**
 * One delivery: one notification to one connector by one subscription.
 *
 *   (none) -> pending -> attempting -> delivered
 *                ^           |-> retrying -> attempting ...
 *                |           '-> dead-lettered
 *                '--- redelivery asked for: delivered, dead-lettered, cancelled, suppressed -> pending
 *   pending, retrying -> cancelled
 *   (none) -> suppressed
 *
 * The attempt is recorded before a byte leaves, so that a crash shows as an attempt whose outcome is unknown and never as silence.
 */
export type DeliveryState =
  | { readonly status: 'none' }
  | (Begun & { readonly status: 'pending'; readonly dueAt: string })
  | (Begun & { readonly status: 'attempting'; readonly attempt: AttemptPlan; readonly number: number })
  | (Begun & { readonly status: 'retrying'; readonly dueAt: string })
  | (Begun & { readonly status: 'delivered' })
  | (Begun & { readonly status: 'dead-lettered'; readonly reason: string })
  | (Begun & { readonly status: 'cancelled'; readonly reason: string })
  | (Begun & { readonly status: 'suppressed'; readonly reason: string; readonly until: string });

/** What every delivery knows once it is accepted. */
export interface Begun {
  readonly accepted: Accepted;
  /** Attempts so far, over all redeliveries. */
  readonly attempts: number;
  /** Attempts of the present round: the retry plan starts anew when somebody asks for a redelivery. */
  readonly attemptsOfRound: number;
  /** An attempt of this round has an unknown outcome: the next one may be a duplicate. */
  readonly afterUnknown: boolean;
  /** What the target left behind at an earlier attempt (ticket, recipients still open). */
  readonly receipt: Record<string, unknown> | null;
  /** Which bytes the next attempt sends. */
  readonly mode: RedeliveryMode;
}

export type RedeliveryMode = 'same-bytes' | 'render-again';

export interface Accepted {
  readonly deliveryId: string;
  readonly notificationId: string;
  readonly notificationType: string;
  readonly subscriptionId: string;
  readonly connectorId: string;
  /** Where the routing decision stands: the payload is read from there. */
  readonly routed: { readonly log: string; readonly epoch: number; readonly position: number; readonly at: string };
  /**
   * Names the thing this is about at this connector: a keyed hash of connector and correlation key; the key itself stays sealed.
   * Deliveries with the same one go one after the other, in the order of their acceptance. Absent where there is no key.
   */
  readonly correlationMac?: string | undefined;
}

/** Why a subscription did not have it sent: one with the same key had opened a window that ends then. */
export interface SuppressedBy {
  readonly reason: 'suppression_window';
  readonly until: string;
}

/** What an attempt is pinned to when it starts. */
export interface AttemptPlan {
  readonly attemptId: string;
  readonly connectorVersion: number;
  readonly secretVersion: number;
  /** Which template and renderer make the body; a later replay makes the same bytes from them. */
  readonly renderer: string;
  readonly startedAt: string;
  /** After this moment nobody waits for the outcome any more: it is recorded as unknown. Database time. */
  readonly deadline: string;
}

export type AttemptOutcome =
  | { readonly kind: 'accepted'; readonly receipt: Record<string, unknown> | null }
  | {
      readonly kind: 'refused';
      readonly retry: 'later' | 'never';
      readonly reason: string;
      readonly retryAfterMs?: number | undefined;
      readonly receipt?: Record<string, unknown> | null | undefined;
    }
  /** The receipt holds what was certain before the outcome became unknown. */
  | {
      readonly kind: 'unknown';
      readonly reason: string;
      readonly receipt?: Record<string, unknown> | null | undefined;
    };

interface Finished {
  readonly attemptId: string;
  readonly number: number;
  readonly finishedAt: string;
  /** HTTP status of the target, null where there was no answer or no HTTP. */
  readonly status: number | null;
  readonly timingsMs: Readonly<Record<string, number>>;
  /** Cut values and the like: what the target's room changed before sending. */
  readonly notes: readonly string[];
  readonly receipt: Record<string, unknown> | null;
  /** The entry of the deployment file that let the request out; absent for the public Internet. */
  readonly allowEntry?: string | undefined;
}

export type DeliveryEvent =
  | { readonly type: 'DeliveryAccepted'; readonly data: Accepted }
  | { readonly type: 'DeliverySuppressed'; readonly data: Accepted & SuppressedBy }
  | { readonly type: 'AttemptStarted'; readonly data: AttemptPlan & { readonly number: number } }
  /** Sealed beside it: the request as sent (secrets as placeholders) and the target's answer. */
  | { readonly type: 'DeliveryDelivered'; readonly data: Finished }
  /** Sealed beside it, as above, where there was a request. */
  | {
      readonly type: 'AttemptFailed';
      readonly data: Finished & {
        readonly outcome: 'refused' | 'unknown';
        readonly retry: 'later' | 'never' | null;
        readonly reason: string;
        /** Nothing was sent: the attempt does not count in the plan. */
        readonly unsent?: true | undefined;
      };
    }
  | { readonly type: 'RetryScheduled'; readonly data: { readonly dueAt: string; readonly because: string } }
  | { readonly type: 'DeliveryDeadLettered'; readonly data: { readonly reason: string; readonly at: string } }
  | { readonly type: 'DeliveryCancelled'; readonly data: { readonly reason: string; readonly at: string } }
  | {
      readonly type: 'RedeliveryRequested';
      readonly data: {
        readonly mode: RedeliveryMode;
        readonly at: string;
        readonly dueAt: string;
        readonly jobId: string | null;
      };
    };

export const initialDelivery: DeliveryState = { status: 'none' };

/** Folds one event into the state. An event that does not fit the state is a defect of the writer, so it stops the reader. */
export function evolve(state: DeliveryState, event: DeliveryEvent): DeliveryState {
  if (event.type === 'DeliveryAccepted')
    return { ...untouched(event.data), status: 'pending', dueAt: event.data.routed.at };
  if (event.type === 'DeliverySuppressed') {
    const { reason, until, ...accepted } = event.data;
    return { ...untouched(accepted), status: 'suppressed', reason, until };
  }
  if (state.status === 'none') throw new Error(`${event.type} before DeliveryAccepted`);
  const begun = begunOf(state);
  switch (event.type) {
    case 'AttemptStarted':
      return {
        ...begun,
        status: 'attempting',
        attempt: event.data,
        number: event.data.number,
        attempts: begun.attempts + 1,
        attemptsOfRound: begun.attemptsOfRound + 1,
      };
    case 'DeliveryDelivered':
      return { ...begun, status: 'delivered', afterUnknown: false, receipt: event.data.receipt ?? begun.receipt };
    case 'AttemptFailed':
      // Between AttemptFailed and the event that follows it in the same append the delivery waits without a due time.
      return {
        ...begun,
        status: 'retrying',
        dueAt: event.data.finishedAt,
        attemptsOfRound: begun.attemptsOfRound - (event.data.unsent ? 1 : 0),
        afterUnknown: begun.afterUnknown || event.data.outcome === 'unknown',
        receipt: event.data.receipt ?? begun.receipt,
      };
    case 'RetryScheduled':
      return { ...begun, status: 'retrying', dueAt: event.data.dueAt };
    case 'DeliveryDeadLettered':
      return { ...begun, status: 'dead-lettered', reason: event.data.reason };
    case 'DeliveryCancelled':
      return { ...begun, status: 'cancelled', reason: event.data.reason };
    case 'RedeliveryRequested':
      return { ...begun, status: 'pending', dueAt: event.data.dueAt, attemptsOfRound: 0, mode: event.data.mode };
  }
}

const untouched = (accepted: Accepted): Begun => ({
  accepted,
  attempts: 0,
  attemptsOfRound: 0,
  afterUnknown: false,
  receipt: null,
  mode: 'same-bytes',
});

function begunOf(state: Exclude<DeliveryState, { status: 'none' }>): Begun {
  const { accepted, attempts, attemptsOfRound, afterUnknown, receipt, mode } = state;
  return { accepted, attempts, attemptsOfRound, afterUnknown, receipt, mode };
}
