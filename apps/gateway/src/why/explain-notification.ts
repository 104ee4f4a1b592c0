import type { Delivery } from '@waybill/contracts/http/deliveries';
import type { NotificationDetail } from '@waybill/contracts/http/notifications';
import type { NotificationRoute } from '@waybill/contracts/http/subscriptions';
import type { ExplainedThen, ExplainedThenList, Why } from '@waybill/contracts/http/why';
import { endOfDelivery, type Names, named, stepsOfDelivery } from './explain-delivery.js';

export interface NotificationFacts {
  readonly notification: NotificationDetail;
  readonly deliveries: readonly Delivery[];
  /** False: delivery did not answer, or there are more than were read. */
  readonly deliveriesComplete: boolean;
  /** Every subscription of the tenant as it stood when it was decided, or a page of them. */
  readonly subscriptions: ExplainedThenList;
  readonly names: Names;
}

const subscriptionsLog = 'subscriptions-0';
/** Subscriptions that the summary says a sentence of; every one has a step. */
const toldMax = 5;

/** Why a notification went where it went, and why it did not go elsewhere. */
export function explainNotification(facts: NotificationFacts): Why {
  const { notification, deliveries, deliveriesComplete, subscriptions, names } = facts;
  const routes = notification.routing?.routes ?? [];
  const recorded = {
    at: notification.recordedAt,
    words: `A notification of type ${notification.type} from ${notification.source} was recorded.`,
    log: subscriptionsLog,
    position: notification.position,
  };
  const decided = routes.map((route) => ({ ...recorded, words: wordsOfRoute(route, names) }));
  const sent = deliveries.flatMap((delivery) => {
    const steps = stepsOfDelivery(delivery, names);
    return steps.length > 0 ? steps : [{ at: delivery.updatedAt ?? null, words: endOfDelivery(delivery, names) }];
  });
  const passedBy = subscriptions.items.filter(({ recorded: was }) => was === 'passed-by');
  return {
    id: notification.id,
    kind: 'notification',
    words: [
      summary(routes, deliveries, deliveriesComplete),
      ...(routes.length === 0 ? [whyNobody(passedBy, subscriptions)] : []),
      ...deliveries.map((one) => endOfDelivery(one, names)),
      ...(subscriptions.agrees === false ? [disagreement] : []),
    ].join(' '),
    steps: [recorded, ...decided, ...passedBy.map((one) => passedByStep(one, notification, subscriptions)), ...sent],
    data: { notification, deliveries, deliveriesComplete, subscriptions, notChosen: passedBy },
  };
}

/** It cannot happen while nobody changes the log by hand; whoever reads it should have the log verified. */
const disagreement =
  'The subscriptions folded from the log do not lead to what was recorded: have the log verified (waybill verify).';

function summary(routes: readonly NotificationRoute[], deliveries: readonly Delivery[], complete: boolean): string {
  const held = routes.filter((route) => route.suppressed);
  const chosen = routes.length - held.length;
  if (routes.length === 0) return 'It was recorded, and no subscription chose it, so it was sent to nobody.';
  const by = new Set(held.map(({ subscriptionId }) => subscriptionId)).size;
  const suppressed = held.length === 0 ? '' : ` and ${count(by, 'subscription')} suppressed it`;
  const known = complete || deliveries.length >= routes.length ? '' : ' What became of them cannot all be told now.';
  return `It was recorded; it was to go to ${count(chosen, 'connector')}${suppressed}.${known}`;
}

/** "No subscription matched, because …", of each as it stood then. */
function whyNobody(passedBy: readonly ExplainedThen[], then: ExplainedThenList): string {
  const { log, position } = then.asOf;
  const stood = `as they stood at position ${position} of ${log}`;
  const later = then.madeLater === 0 ? '' : ` ${count(then.madeLater, 'subscription')} of now came later.`;
  if (passedBy.length === 0)
    return `No subscription matched, because there was none at position ${position} of ${log}.${later}`;
  const told = passedBy.slice(0, toldMax).map((one) => `${nameOf(one)}: ${whyNot(one)}`);
  const more = passedBy.length - told.length;
  const others = more > 0 || then.nextCursor !== null ? ' The others stand in the steps.' : '';
  return `No subscription matched, because, ${stood}: ${told.join(' ')}${others}${later}`;
}

function wordsOfRoute(route: NotificationRoute, names: Names): string {
  const subscription = named(route.subscriptionId, names);
  if (!route.suppressed)
    return `Subscription ${subscription} chose connector ${named(route.connectorId ?? '', names)}.`;
  const forWhom = route.connectorId === null ? '' : ` for connector ${named(route.connectorId, names)}`;
  return `Subscription ${subscription} suppressed it${forWhom} until ${route.until ?? 'its window ended'}, because one with the same key was sent before.`;
}

/** Proven by the log: the step names the event that made the subscription what it was then. */
function passedByStep(
  explained: ExplainedThen,
  notification: NotificationDetail,
  { asOf }: ExplainedThenList,
): Why['steps'][number] {
  return {
    at: notification.recordedAt,
    words: `Subscription ${nameOf(explained)}, as it stood at position ${asOf.position} (version ${explained.version}), did not choose it. ${whyNot(explained)}`,
    log: asOf.log,
    position: explained.position,
  };
}

function whyNot({ matches, because }: ExplainedThen): string {
  // A service of an earlier version does not say what prevents: then all that does not hold is told, as it was before.
  const reasons = because.filter(({ holds, prevents = !holds }) => prevents).map(({ words }) => words);
  if (reasons.length > 0) return reasons.join(' ');
  return matches === null
    ? 'Its filter cannot be asked any more, because the payload was shredded.'
    : 'Its filter as a whole is not true.';
}

const nameOf = ({ subscriptionId, name }: ExplainedThen): string =>
  named(subscriptionId, new Map([[subscriptionId, name]]));

/** `1 connector`, `2 connectors`. */
export const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
