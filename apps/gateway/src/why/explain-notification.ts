import type { Delivery } from '@waybill/contracts/http/deliveries';
import type { NotificationDetail } from '@waybill/contracts/http/notifications';
import type { Explanation, NotificationRoute } from '@waybill/contracts/http/subscriptions';
import type { Why } from '@waybill/contracts/http/why';
import { endOfDelivery, type Names, named, stepsOfDelivery } from './explain-delivery.js';

export interface NotificationFacts {
  readonly notification: NotificationDetail;
  readonly deliveries: readonly Delivery[];
  /** False: delivery did not answer, or there are more than were read. */
  readonly deliveriesComplete: boolean;
  /** Every subscription of the tenant as it is now; empty where the payload was shredded. */
  readonly explanations: readonly Explanation[];
  readonly names: Names;
}

const subscriptionsLog = 'subscriptions-0';

/** Why a notification went where it went, and why it did not go elsewhere. */
export function explainNotification(facts: NotificationFacts): Why {
  const { notification, deliveries, deliveriesComplete, explanations, names } = facts;
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
  const passedBy = explanations.filter(({ subscriptionId }) =>
    routes.every((route) => route.subscriptionId !== subscriptionId),
  );
  return {
    id: notification.id,
    kind: 'notification',
    words: [
      summary(routes, deliveries, deliveriesComplete),
      ...deliveries.map((one) => endOfDelivery(one, names)),
    ].join(' '),
    steps: [recorded, ...decided, ...passedBy.map(passedByStep), ...sent],
    data: { notification, deliveries, deliveriesComplete, notChosen: passedBy },
  };
}

function summary(routes: readonly NotificationRoute[], deliveries: readonly Delivery[], complete: boolean): string {
  const suppressed = routes.filter((route) => route.suppressed).length;
  const chosen = routes.length - suppressed;
  if (routes.length === 0) return 'It was recorded, and no subscription chose it, so it was sent to nobody.';
  const held = suppressed === 0 ? '' : ` and ${count(suppressed, 'subscription')} suppressed it`;
  const known = complete || deliveries.length >= chosen ? '' : ' What became of them cannot all be told now.';
  return `It was recorded; it was to go to ${count(chosen, 'connector')}${held}.${known}`;
}

function wordsOfRoute(route: NotificationRoute, names: Names): string {
  const subscription = named(route.subscriptionId, names);
  if (!route.suppressed)
    return `Subscription ${subscription} chose connector ${named(route.connectorId ?? '', names)}.`;
  return `Subscription ${subscription} suppressed it until ${route.until ?? 'its window ended'}, because one with the same key was sent before.`;
}

/** The rules are those of now: the position the router decided on stands in the data, for whoever wants the proof. */
function passedByStep(explanation: Explanation): Why['steps'][number] {
  const name = named(
    explanation.subscriptionId,
    new Map(explanation.name === undefined ? [] : [[explanation.subscriptionId, explanation.name]]),
  );
  const failing = explanation.because.filter(({ holds }) => !holds).map(({ words }) => words);
  const why = explanation.matches
    ? 'As it is now it would, so it was changed since.'
    : failing.join(' ') || 'Its filter as a whole is not true.';
  return { at: null, words: `Subscription ${name} did not choose it. ${why}` };
}

/** `1 connector`, `2 connectors`. */
export const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
