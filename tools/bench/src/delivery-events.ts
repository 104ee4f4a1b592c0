import { decide, type DeliveryCommand } from '@waybill/delivery/decide';
import {
  type AttemptOutcome,
  type DeliveryEvent,
  type DeliveryState,
  evolve,
  initialDelivery,
} from '@waybill/delivery/delivery';
import type { NewEvent, StreamAppend } from '@waybill/event-log/log';
import { append, digestOf, idOf, timeOf } from './made.js';

/**
 * Shares: of a hundred deliveries ninety succeed at once, seven after a retry, two end as dead letters and one never ends; a thing in
 * ten has a correlation key.
 */
/** Deliveries that are under way at the same time: so far apart stand the events of one that waits for nothing. */
const underWay = 200;
/** A retry comes after so many other deliveries have begun. */
const retryAfter = 5_000;

interface Step {
  readonly number: number;
  readonly state: DeliveryState;
  readonly version: number;
  readonly outcomes: readonly AttemptOutcome[];
}

/** `delivery-0`: every event is one that the decider decided. */
export function* deliveryEvents(): Generator<StreamAppend> {
  const waiting: { readonly at: number; readonly step: Step }[][] = [[], []];
  for (let number = 1; ; number += 1) {
    yield* begin(number, waiting);
    for (const [index, queue] of waiting.entries()) {
      while ((queue[0]?.at ?? Infinity) <= number) {
        const { step } = queue.shift() as (typeof queue)[number];
        if (index === 0) yield* finish(step, number, waiting);
        else yield* again(step, number, waiting);
      }
    }
  }
}

type Waiting = { readonly at: number; readonly step: Step }[][];

function* begin(number: number, waiting: Waiting): Generator<StreamAppend> {
  const delivery = {
    deliveryId: idOf('dlv', number),
    notificationId: idOf('ntf', Math.ceil(number / 2)),
    notificationType: 'incident',
    subscriptionId: idOf('sub', number % 40),
    connectorId: idOf('con', number % 25),
    routed: { log: 'subscriptions-0', epoch: 1, position: Math.ceil(number / 2) + 100, at: timeOf(number, -15) },
    ...(number % 10 === 0 ? { correlationMac: digestOf(`thing ${number % 500}`).toString('hex') } : {}),
  };
  const step = { number, state: initialDelivery, version: 0, outcomes: outcomesOf(number) };
  yield* act(step, { type: 'AcceptDelivery', delivery, begin: planOf(number, 1) }, (next) =>
    waiting[0]?.push({ at: number + underWay, step: next }),
  );
}

function* finish(step: Step, number: number, waiting: Waiting): Generator<StreamAppend> {
  const [outcome, ...outcomes] = step.outcomes;
  // One in a hundred is under way for ever.
  if (outcome === undefined || step.state.status !== 'attempting') return;
  const command: DeliveryCommand = {
    type: 'RecordOutcome',
    attemptId: step.state.attempt.attemptId,
    outcome,
    status: outcome.kind === 'accepted' ? 200 : 503,
    timingsMs: { dns: 0.06, connect: 4.06, tls: 0, firstByte: 6.04, total: 17.18 },
    notes: [],
    now: timeOf(number),
    random: 0.5,
    retryDelaysSeconds: null,
  };
  yield* act({ ...step, outcomes }, command, (next) => {
    if (next.state.status === 'retrying') waiting[1]?.push({ at: number + retryAfter, step: next });
  });
}

function* again(step: Step, number: number, waiting: Waiting): Generator<StreamAppend> {
  yield* act(step, { type: 'BeginAttempt', plan: planOf(number, 2) }, (next) =>
    waiting[0]?.push({ at: number + underWay, step: next }),
  );
}

function* act(step: Step, command: DeliveryCommand, then: (next: Step) => void): Generator<StreamAppend> {
  const events = decide(command, step.state);
  const id = idOf('dlv', step.number);
  yield append(
    `delivery-${id}`,
    step.version,
    events.map((event) => deliveryEvent(event, step.number)),
  );
  then({ ...step, state: events.reduce(evolve, step.state), version: step.version + events.length });
}

function deliveryEvent(event: DeliveryEvent, number: number): NewEvent {
  const notificationId = idOf('ntf', Math.ceil(number / 2));
  const hasRequest = event.type === 'DeliveryDelivered' || event.type === 'AttemptFailed';
  return {
    type: event.type,
    schemaVersion: 1,
    data: event.data,
    meta: { actor: 'service:delivery:delivery', correlationId: notificationId },
    ...(hasRequest ? { sealed: { subject: notificationId, text: keptText } } : {}),
  };
}

/** A request and an answer as they are kept. */
const keptText = JSON.stringify({
  request: { method: 'POST', url: 'https://hooks.example.com/in', headers: {}, body: 'x'.repeat(700) },
  response: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok', bodyTruncated: false },
  error: null,
});

function outcomesOf(number: number): AttemptOutcome[] {
  const accepted: AttemptOutcome = {
    kind: 'accepted',
    receipt:
      number % 4 === 0 ? { ticket: `OPS-${number}`, url: `https://jira.example.com/browse/OPS-${number}` } : null,
  };
  const share = number % 100;
  if (share === 0) return [];
  if (share <= 2) return [{ kind: 'refused', retry: 'never', reason: 'bad_request' }];
  if (share <= 9) return [{ kind: 'refused', retry: 'later', reason: 'unavailable' }, accepted];
  return [accepted];
}

function planOf(number: number, attempt: number) {
  return {
    attemptId: idOf('att', number * 3 + attempt),
    connectorVersion: 1,
    secretVersion: 1,
    renderer: '1',
    startedAt: timeOf(number),
    deadline: timeOf(number, 30_000),
  };
}
