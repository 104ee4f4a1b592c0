import { type Decider, Refused } from '@waybill/decider/decider';
import {
  type Accepted,
  type AttemptOutcome,
  type AttemptPlan,
  type DeliveryEvent,
  type DeliveryState,
  evolve,
  initialDelivery,
  type RedeliveryMode,
  type SuppressedBy,
} from './delivery.js';
import { nextTry } from './retry-plan.js';

export type DeliveryCommand =
  /** From the intake; `begin` when a worker is free and the first attempt starts in the same append. */
  | { readonly type: 'AcceptDelivery'; readonly delivery: Accepted; readonly begin: AttemptPlan | null }
  /** From the intake: the subscription matched, and held it back. */
  | { readonly type: 'SuppressDelivery'; readonly delivery: Accepted; readonly by: SuppressedBy }
  | { readonly type: 'BeginAttempt'; readonly plan: AttemptPlan }
  | RecordOutcome
  /** From the timer: the deadline of an attempt passed and nobody wrote its outcome. */
  | {
      readonly type: 'RecordLost';
      readonly now: string;
      readonly random: number;
      readonly retryDelaysSeconds: readonly number[] | null;
    }
  | { readonly type: 'CancelDelivery'; readonly reason: string; readonly now: string }
  /** The delivery cannot be attempted at all: its template does not render, its payload is shredded. */
  | { readonly type: 'GiveUp'; readonly reason: string; readonly now: string }
  | { readonly type: 'Redeliver'; readonly mode: RedeliveryMode; readonly now: string; readonly jobId: string | null };

export interface RecordOutcome {
  readonly type: 'RecordOutcome';
  readonly attemptId: string;
  readonly outcome: AttemptOutcome;
  readonly status: number | null;
  readonly timingsMs: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
  readonly allowEntry?: string | undefined;
  /** Nothing was sent, for a reason of our own: the attempt does not count, and the next one comes when it may. */
  readonly unsent?: true | undefined;
  readonly now: string;
  /** Uniform in [0, 1): the jitter. */
  readonly random: number;
  readonly retryDelaysSeconds: readonly number[] | null;
}

export const deliveryDecider: Decider<DeliveryState, DeliveryCommand, DeliveryEvent> = {
  initialState: initialDelivery,
  decide,
  evolve,
};

/** What follows from a command; the stale and the impossible are refused, so that an expired worker can write nothing. */
export function decide(command: DeliveryCommand, state: DeliveryState): DeliveryEvent[] {
  if (command.type === 'AcceptDelivery') return accept(command.delivery, command.begin, state);
  if (command.type === 'SuppressDelivery') return suppress(command.delivery, command.by, state);
  if (state.status === 'none') throw new Refused('delivery_unknown', 'There is no such delivery.');
  switch (command.type) {
    case 'BeginAttempt':
      return begin(command.plan, state);
    case 'RecordOutcome':
      return recordOutcome(command, state);
    case 'RecordLost':
      return recordLost(command, state);
    case 'CancelDelivery':
      return cancel(command.reason, command.now, state);
    case 'GiveUp':
      return isOver(state) ? [] : [{ type: 'DeliveryDeadLettered', data: { reason: command.reason, at: command.now } }];
    case 'Redeliver':
      return redeliver(command, state);
  }
}

function accept(delivery: Accepted, plan: AttemptPlan | null, state: DeliveryState): DeliveryEvent[] {
  // The same (notification, subscription, connector) is the same delivery: a repeat changes nothing.
  if (state.status !== 'none') return [];
  const accepted: DeliveryEvent = { type: 'DeliveryAccepted', data: delivery };
  return plan === null ? [accepted] : [accepted, { type: 'AttemptStarted', data: { ...plan, number: 1 } }];
}

function suppress(delivery: Accepted, by: SuppressedBy, state: DeliveryState): DeliveryEvent[] {
  return state.status === 'none' ? [{ type: 'DeliverySuppressed', data: { ...delivery, ...by } }] : [];
}

function begin(plan: AttemptPlan, state: Known): DeliveryEvent[] {
  if (state.status !== 'pending' && state.status !== 'retrying') {
    throw new Refused('delivery_not_due', `A delivery that is ${state.status} starts no attempt.`);
  }
  return [{ type: 'AttemptStarted', data: { ...plan, number: state.attempts + 1 } }];
}

function recordOutcome(command: RecordOutcome, state: Known): DeliveryEvent[] {
  if (state.status !== 'attempting' || state.attempt.attemptId !== command.attemptId) {
    throw new Refused('stale_attempt', 'Another attempt has begun, or this one is over: its outcome is not written.');
  }
  const { outcome } = command;
  const finished = {
    attemptId: command.attemptId,
    number: state.number,
    finishedAt: command.now,
    status: command.status,
    timingsMs: command.timingsMs,
    notes: command.notes,
    receipt: outcome.receipt ?? null,
    ...(command.allowEntry === undefined ? {} : { allowEntry: command.allowEntry }),
  };
  if (outcome.kind === 'accepted') return [{ type: 'DeliveryDelivered', data: finished }];
  const retry = outcome.kind === 'refused' ? outcome.retry : null;
  const failed: DeliveryEvent = {
    type: 'AttemptFailed',
    data: {
      ...finished,
      outcome: outcome.kind,
      retry,
      reason: outcome.reason,
      ...(command.unsent ? { unsent: true } : {}),
    },
  };
  return [failed, whatNext(command, outcome, state)];
}

function recordLost(command: Extract<DeliveryCommand, { type: 'RecordLost' }>, state: Known): DeliveryEvent[] {
  // The worker wrote its outcome after all, just before the timer came.
  if (state.status !== 'attempting') return [];
  if (command.now < state.attempt.deadline) {
    throw new Refused('deadline_not_passed', 'The attempt may still be under way.');
  }
  const outcome: AttemptOutcome = { kind: 'unknown', reason: 'worker_lost' };
  return recordOutcome(
    {
      ...command,
      type: 'RecordOutcome',
      attemptId: state.attempt.attemptId,
      outcome,
      status: null,
      timingsMs: {},
      notes: [],
    },
    state,
  );
}

function whatNext(
  command: RecordOutcome,
  outcome: Exclude<AttemptOutcome, { kind: 'accepted' }>,
  state: Known,
): DeliveryEvent {
  if (outcome.kind === 'refused' && outcome.retry === 'never') {
    return { type: 'DeliveryDeadLettered', data: { reason: outcome.reason, at: command.now } };
  }
  const retryAfterMs = outcome.kind === 'refused' ? outcome.retryAfterMs : undefined;
  if (command.unsent) {
    const dueAt = new Date(Date.parse(command.now) + (retryAfterMs ?? 0)).toISOString();
    return { type: 'RetryScheduled', data: { dueAt, because: outcome.reason } };
  }
  const next = nextTry(state.attemptsOfRound, command.random, retryAfterMs, command.retryDelaysSeconds, outcome.reason);
  if (next.kind === 'give-up') {
    return { type: 'DeliveryDeadLettered', data: { reason: 'attempts_exhausted', at: command.now } };
  }
  const dueAt = new Date(Date.parse(command.now) + next.afterMs).toISOString();
  return { type: 'RetryScheduled', data: { dueAt, because: outcome.reason } };
}

function cancel(reason: string, now: string, state: Known): DeliveryEvent[] {
  if (isOver(state)) throw new Refused('not_cancellable', `A delivery that is ${state.status} cannot be cancelled.`);
  // Its outcome would have nowhere to go, and the record would say cancelled of something that may have arrived.
  if (state.status === 'attempting') throw new Refused('not_cancellable', 'Wait for the attempt that is under way.');
  return [{ type: 'DeliveryCancelled', data: { reason, at: now } }];
}

function redeliver(command: Extract<DeliveryCommand, { type: 'Redeliver' }>, state: Known): DeliveryEvent[] {
  if (!isOver(state))
    throw new Refused('not_redeliverable', `A delivery that is ${state.status} is still being tried.`);
  const { mode, now, jobId } = command;
  return [{ type: 'RedeliveryRequested', data: { mode, at: now, dueAt: now, jobId } }];
}

type Known = Exclude<DeliveryState, { status: 'none' }>;

function isOver(state: Known): boolean {
  return state.status !== 'pending' && state.status !== 'attempting' && state.status !== 'retrying';
}
