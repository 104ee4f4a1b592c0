import type { Attempt, Delivery } from '@waybill/contracts/http/deliveries';
import { meaningOfReason } from '@waybill/contracts/codes/end-reasons';
import { meaningOfEvent } from '@waybill/contracts/codes/event-types';
import type { Why } from '@waybill/contracts/http/why';
import { stepsOfHolds, wordsOfHolds } from './explain-hold.js';

type Step = Why['steps'][number];
type Logged = NonNullable<Delivery['log']>[number];

/** Names of connectors and subscriptions by id, where they are known; a deleted one keeps its id. */
export type Names = ReadonlyMap<string, string>;

export const deliveryLog = 'delivery-0';

/** What became of a delivery, in one sentence, and one more where it was held. */
export function endOfDelivery(delivery: Delivery, names: Names): string {
  return `${endInWords(delivery, names)}${wordsOfHolds(delivery)}`;
}

function endInWords(delivery: Delivery, names: Names): string {
  const to = `to ${named(delivery.connectorId, names)}`;
  const attempts = delivery.attempts?.length ?? delivery.attemptCount ?? 0;
  const tries = attempts === 1 ? 'at the first attempt' : `after ${attempts} attempts`;
  const because = delivery.reason === null ? '' : ` because of ${reasonInWords(delivery.reason)}`;
  switch (delivery.status) {
    case 'delivered':
      return `It was delivered ${to} ${tries}${ticketOf(delivery)}.`;
    case 'dead-lettered':
      return `It was given up ${to} ${tries}${because}; it can be redelivered.`;
    case 'cancelled':
      return wasAccepted(delivery)
        ? `It was delivered ${to} once, and a redelivery was cancelled${because}.`
        : `It was cancelled before it was delivered ${to}${because}.`;
    case 'suppressed':
      return `It was suppressed and not sent ${to}${because}${windowOf(delivery)}.`;
    case 'retrying':
      return `It was not taken yet ${to}${because} and is tried again at ${delivery.nextAttemptAt ?? 'the next due time'}.`;
    case 'attempting':
      return `It is being sent ${to} now.`;
    case 'pending':
      return `It waits for its ${attempts === 0 ? 'first' : 'next'} attempt ${to}${behind(delivery)}.`;
  }
}

/** The steps of a delivery in order of the log: each of its events, what the target said, and between which of them delivery was held. */
export function stepsOfDelivery(delivery: Delivery, names: Names): Step[] {
  const events = (delivery.log ?? []).map((event) => ({ ...event, words: wordsOfEvent(event, delivery, names) }));
  let outcome = 0;
  const steps = events.map(({ position, at, type, words }) => {
    const finished = type === 'DeliveryDelivered' || type === 'AttemptFailed';
    const attempt = finished ? delivery.attempts?.[outcome] : undefined;
    if (finished) outcome += 1;
    return { at, words: attempt === undefined ? words : wordsOfAttempt(attempt), log: deliveryLog, position };
  });
  return [...steps, ...stepsOfHolds(delivery)].toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0));
}

function wordsOfEvent(event: Logged, delivery: Delivery, names: Names): string {
  const { type } = event;
  const words: Record<string, string> = {
    DeliveryAccepted: `Subscription ${named(delivery.subscriptionId, names)} chose connector ${named(delivery.connectorId, names)}.`,
    DeliverySuppressed: `Subscription ${named(delivery.subscriptionId, names)} suppressed it for connector ${named(delivery.connectorId, names)}${delivery.suppressedUntil === undefined ? '' : ` until ${delivery.suppressedUntil}`}, because one with the same key was sent before.`,
    AttemptStarted: 'An attempt began.',
    RetryScheduled: 'Another attempt was planned.',
    DeliveryDeadLettered: `It was given up${delivery.reason === null ? '' : ` because of ${reasonInWords(delivery.reason)}`}.`,
    DeliveryCancelled: `It was cancelled${causeOfCancel(event, delivery)}.`,
    RedeliveryRequested: wordsOfRedelivery(event),
  };
  return words[type] ?? meaningOfEvent(deliveryLog, type) ?? `${type} was recorded.`;
}

/** The delivery knows the reason of its end; one that was cancelled before a redelivery may have had another. */
function causeOfCancel({ position }: Logged, { status, reason, log = [] }: Delivery): string {
  const isEnd =
    status === 'cancelled' && log.findLast(({ type }) => type === 'DeliveryCancelled')?.position === position;
  return isEnd && reason !== null ? ` because of ${reasonInWords(reason)}` : '';
}

/** A service of an earlier version does not say who it was. */
function wordsOfRedelivery({ actor = 'Somebody', jobId }: Logged): string {
  if (typeof jobId === 'string') return `Job ${jobId}, made by ${actor}, asked for a redelivery.`;
  return `${actor} asked for a redelivery.`;
}

function wordsOfAttempt(attempt: Attempt): string {
  const status =
    attempt.response !== null && 'status' in attempt.response ? ` (${String(attempt.response.status)})` : '';
  // Its sentence goes on, or ends with a stop of our own.
  const error = attempt.error === null ? '' : `: ${attempt.error.message.replace(/\.$/, '')}`;
  switch (attempt.outcome) {
    case 'accepted':
      return `Attempt ${attempt.number} was accepted by the target${status}.`;
    case 'refused':
      return `Attempt ${attempt.number} was refused${status} with ${reasonInWords(attempt.reason ?? 'no reason')}${error}${
        attempt.retry === 'never' ? '; trying again would not help' : ''
      }.${wordsOfTarget(attempt)}`;
    case 'unknown':
      return `The outcome of attempt ${attempt.number} is unknown (${attempt.reason ?? 'no answer'})${error}; it may have arrived, so a later attempt may be a duplicate.`;
    case null:
      return `Attempt ${attempt.number} is under way.`;
  }
}

/** A code with what it means; the words of a person as they stand. */
export function reasonInWords(reason: string): string {
  const meaning = meaningOfReason(reason);
  return meaning === null ? reason : `${reason} (${meaning.slice(0, -1)})`;
}

/** Characters of the target's answer that a sentence shows; all of it stands in the data. */
const targetWordsMax = 500;

function wordsOfTarget({ response }: Attempt): string {
  if (response === null) return '';
  const said =
    'recipients' in response
      ? (response.recipients as { recipient: string; text: string }[])
          .map(({ recipient, text }) => `${recipient}: ${text}`)
          .join('; ')
      : String(response['body'] ?? '');
  const line = said.replace(/\s+/g, ' ').trim();
  if (line === '') return '';
  return ` The target said: ${line.length > targetWordsMax ? `${line.slice(0, targetWordsMax)}…` : line}`;
}

/** An earlier round of attempts may have arrived before somebody asked for a redelivery. */
function wasAccepted({ attempts = [] }: Delivery): boolean {
  return attempts.some(({ outcome }) => outcome === 'accepted');
}

function ticketOf({ receipt }: Delivery): string {
  return receipt?.ticket === undefined ? '' : ` as ${receipt.ticket}`;
}

const behind = ({ waitsFor }: Delivery): string =>
  waitsFor === undefined
    ? ''
    : `, which comes after delivery ${waitsFor}: that one is about the same thing and not over`;

const windowOf = ({ suppressedUntil }: Delivery): string =>
  suppressedUntil === undefined ? '' : `; the window is open until ${suppressedUntil}`;

/** A name with its id; the id alone where the name is not known. */
export function named(id: string, names: Names): string {
  const name = names.get(id);
  return name === undefined ? id : `“${name}” (${id})`;
}
