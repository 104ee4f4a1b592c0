import { specificationFor } from '@waybill/decider/specification';
import { deliveryDecider, type RecordOutcome } from './decide.js';
import type { Accepted, AttemptOutcome, AttemptPlan, DeliveryEvent } from './delivery.js';

const given = specificationFor(deliveryDecider);

const delivery: Accepted = {
  deliveryId: 'dlv_1',
  notificationId: 'ntf_1',
  notificationType: 'incident',
  subscriptionId: 'sub_1',
  connectorId: 'con_1',
  routed: { log: 'subscriptions-0', epoch: 1, position: 7, at: '2026-11-24T10:00:00.000Z' },
};
const plan = (attemptId = 'att_1'): AttemptPlan => ({
  attemptId,
  connectorVersion: 3,
  secretVersion: 1,
  renderer: 'json@1',
  startedAt: '2026-11-24T10:00:00.000Z',
  deadline: '2026-11-24T10:00:20.000Z',
});
const accepted: DeliveryEvent = { type: 'DeliveryAccepted', data: delivery };
const held = { reason: 'suppression_window', until: '2026-11-24T11:00:00.000Z' } as const;
const suppressed: DeliveryEvent = { type: 'DeliverySuppressed', data: { ...delivery, ...held } };
const started = (number: number): DeliveryEvent => ({
  type: 'AttemptStarted',
  data: { ...plan(`att_${number}`), number },
});
const now = '2026-11-24T10:00:01.000Z';
const finished = (number: number, receipt: Record<string, unknown> | null = null) => ({
  attemptId: `att_${number}`,
  number,
  finishedAt: now,
  status: 503,
  timingsMs: { total: 12 },
  notes: [],
  receipt,
});
const failed = (
  number: number,
  outcome: 'refused' | 'unknown',
  reason: string,
  retry: 'later' | 'never' | null,
): DeliveryEvent => ({
  type: 'AttemptFailed',
  data: { ...finished(number), outcome, reason, retry },
});
const retry = (dueAt: string, because: string): DeliveryEvent => ({ type: 'RetryScheduled', data: { dueAt, because } });
const deadLettered = (reason: string): DeliveryEvent => ({ type: 'DeliveryDeadLettered', data: { reason, at: now } });
/** random 0.5 is the middle of the jitter: exactly the planned delay. */
const record = (number: number, outcome: AttemptOutcome, more: Partial<RecordOutcome> = {}): RecordOutcome => ({
  type: 'RecordOutcome',
  attemptId: `att_${number}`,
  outcome,
  status: 503,
  timingsMs: { total: 12 },
  notes: [],
  now,
  random: 0.5,
  retryDelaysSeconds: null,
  ...more,
});

describe('a delivery', () => {
  it('is accepted and begins its first attempt in one append when a worker is free', () => {
    given().when({ type: 'AcceptDelivery', delivery, begin: plan() }).then(accepted, started(1));
  });

  it('is accepted and waits when no worker is free', () => {
    given().when({ type: 'AcceptDelivery', delivery, begin: null }).then(accepted);
  });

  it('ends at once where its subscription suppresses it, and is the same delivery when it is routed again', () => {
    given().when({ type: 'SuppressDelivery', delivery, by: held }).then(suppressed);
    given(suppressed).when({ type: 'SuppressDelivery', delivery, by: held }).then();
    given(suppressed).when({ type: 'AcceptDelivery', delivery, begin: plan() }).then();
    given(accepted).when({ type: 'SuppressDelivery', delivery, by: held }).then();
  });

  it('is sent after all when somebody asks for one that was suppressed', () => {
    given(suppressed)
      .when({ type: 'Redeliver', mode: 'render-again', now, jobId: null })
      .thenState((state) => expect(state).toMatchObject({ status: 'pending', accepted: delivery, attempts: 0 }));
    given(suppressed).when({ type: 'CancelDelivery', reason: 'x', now }).thenRefused('not_cancellable');
    given(suppressed).when({ type: 'BeginAttempt', plan: plan() }).thenRefused('delivery_not_due');
    given(suppressed).when({ type: 'GiveUp', reason: 'x', now }).then();
  });

  it('is the same delivery when it is routed again', () => {
    given(accepted, started(1)).when({ type: 'AcceptDelivery', delivery, begin: plan() }).then();
  });

  it('ends when the target accepts it, with what the target gave back', () => {
    const receipt = { ticket: 'OPS-17' };
    given(accepted, started(1))
      .when(record(1, { kind: 'accepted', receipt }, { status: 201 }))
      .then({ type: 'DeliveryDelivered', data: { ...finished(1, receipt), status: 201 } });
  });

  it('is tried again after five seconds when the target refuses for now', () => {
    given(accepted, started(1))
      .when(record(1, { kind: 'refused', retry: 'later', reason: 'target_unavailable' }))
      .then(
        failed(1, 'refused', 'target_unavailable', 'later'),
        retry('2026-11-24T10:00:06.000Z', 'target_unavailable'),
      );
  });

  it('waits as long as the target asks when that is longer than the plan', () => {
    given(accepted, started(1))
      .when(record(1, { kind: 'refused', retry: 'later', reason: 'rate_limited', retryAfterMs: 60_000 }))
      .then(failed(1, 'refused', 'rate_limited', 'later'), retry('2026-11-24T10:01:01.000Z', 'rate_limited'));
  });

  it('does not count an attempt that was given back before anything was sent', () => {
    const outcome: AttemptOutcome = { kind: 'refused', retry: 'later', reason: 'worker_stopped' };
    given(accepted, started(1))
      .when(record(1, outcome, { unsent: true, retryDelaysSeconds: [0] }))
      .thenState((state) =>
        expect(state).toMatchObject({ status: 'retrying', dueAt: now, attempts: 1, attemptsOfRound: 0 }),
      );
  });

  it('is a dead letter at once when the target refuses for good, with the reason', () => {
    given(accepted, started(1))
      .when(record(1, { kind: 'refused', retry: 'never', reason: 'bad_request' }))
      .then(failed(1, 'refused', 'bad_request', 'never'), deadLettered('bad_request'));
  });

  it('is tried again after an unknown outcome and remembers that the next attempt may be a duplicate', () => {
    given(accepted, started(1))
      .when(record(1, { kind: 'unknown', reason: 'reset' }))
      .thenState((state) => expect(state).toMatchObject({ status: 'retrying', afterUnknown: true, attempts: 1 }));
  });

  it('keeps what was certain before the outcome became unknown', () => {
    const receipt = { ticket: 'OPS-17', memory: { id: '10017' } };
    given(accepted, started(1))
      .when(record(1, { kind: 'unknown', reason: 'reset', receipt }))
      .thenState((state) => expect(state).toMatchObject({ status: 'retrying', receipt }));
  });

  it('uses the delays of its connector where it has some', () => {
    given(accepted, started(1))
      .when(record(1, { kind: 'refused', retry: 'later', reason: 'timeout' }, { retryDelaysSeconds: [0, 7] }))
      .then(failed(1, 'refused', 'timeout', 'later'), retry('2026-11-24T10:00:08.000Z', 'timeout'));
  });

  it('is a dead letter when the last attempt of the plan fails', () => {
    given(accepted, started(1))
      .when(record(1, { kind: 'refused', retry: 'later', reason: 'timeout' }, { retryDelaysSeconds: [0] }))
      .then(failed(1, 'refused', 'timeout', 'later'), deadLettered('attempts_exhausted'));
  });

  it('writes no outcome of an attempt that another has replaced', () => {
    const history = [
      accepted,
      started(1),
      failed(1, 'unknown', 'worker_lost', null),
      retry(now, 'worker_lost'),
      started(2),
    ];
    given(...history)
      .when(record(1, { kind: 'accepted', receipt: null }))
      .thenRefused('stale_attempt');
  });

  it('records an attempt as unknown when its deadline passed and nobody wrote an outcome', () => {
    const late = '2026-11-24T10:00:20.000Z';
    given(accepted, started(1))
      .when({ type: 'RecordLost', now: late, random: 0.5, retryDelaysSeconds: null })
      .thenState((state) =>
        expect(state).toMatchObject({ status: 'retrying', dueAt: '2026-11-24T10:00:25.000Z', afterUnknown: true }),
      );
  });

  it('is not given up as lost before the deadline', () => {
    given(accepted, started(1))
      .when({ type: 'RecordLost', now, random: 0.5, retryDelaysSeconds: null })
      .thenRefused('deadline_not_passed');
  });

  it('changes nothing when the timer comes after the outcome', () => {
    given(accepted, started(1), { type: 'DeliveryDelivered', data: finished(1) })
      .when({ type: 'RecordLost', now, random: 0.5, retryDelaysSeconds: null })
      .then();
  });

  it('counts attempts over a redelivery and starts the plan anew', () => {
    const history: DeliveryEvent[] = [
      accepted,
      started(1),
      failed(1, 'refused', 'bad_request', 'never'),
      deadLettered('bad_request'),
      { type: 'RedeliveryRequested', data: { mode: 'render-again', at: now, dueAt: now, jobId: null } },
    ];
    given(...history)
      .when({ type: 'BeginAttempt', plan: plan('att_2') })
      .thenState((state) =>
        expect(state).toMatchObject({ status: 'attempting', number: 2, attemptsOfRound: 1, mode: 'render-again' }),
      );
  });

  it('is not redelivered while it is still being tried', () => {
    given(accepted, started(1))
      .when({ type: 'Redeliver', mode: 'same-bytes', now, jobId: null })
      .thenRefused('not_redeliverable');
  });

  it('is cancelled while it waits, with the reason', () => {
    given(accepted)
      .when({ type: 'CancelDelivery', reason: 'connector_deleted', now })
      .then({ type: 'DeliveryCancelled', data: { reason: 'connector_deleted', at: now } });
  });

  it('is not cancelled while an attempt is under way, because it may arrive', () => {
    given(accepted, started(1)).when({ type: 'CancelDelivery', reason: 'by_hand', now }).thenRefused('not_cancellable');
  });

  it('starts no attempt once it is over', () => {
    given(accepted, { type: 'DeliveryCancelled', data: { reason: 'by_hand', at: now } })
      .when({ type: 'BeginAttempt', plan: plan('att_2') })
      .thenRefused('delivery_not_due');
  });

  it('is a dead letter when it cannot be rendered', () => {
    given(accepted).when({ type: 'GiveUp', reason: 'template_limit', now }).then(deadLettered('template_limit'));
  });
});
