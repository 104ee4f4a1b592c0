import type { JsonTree } from '@waybill/contracts/payload/json-tree';
import { Refused } from '@waybill/decider/decider';
import type { Filter, Look } from './filter.js';
import type { SubscriptionShape } from './subscription.js';

/** An enabled subscription, made ready for the router once and used for every notification. */
export interface Route {
  readonly subscription: SubscriptionShape;
  readonly version: number;
  readonly filter: Filter;
  /** Renders the suppression key; null where the subscription has none (then all of its notifications share one window). */
  readonly suppressionKey: ((payload: JsonTree) => string) | null;
  readonly correlationKey: ((payload: JsonTree) => string) | null;
}

export interface RoutingDecision {
  readonly chosen: readonly Chosen[];
  readonly suppressed: readonly Suppressed[];
  /** Windows that this notification opens: the caller remembers them once the decision is on the record. */
  readonly opened: readonly OpenedWindow[];
}

export interface Chosen {
  readonly subscriptionId: string;
  readonly subscriptionVersion: number;
  readonly connectorIds: readonly string[];
  /** null: the target's default. Derived from the payload, so it is sealed like the payload. */
  readonly correlationKey: string | null;
}

export interface Suppressed {
  readonly subscriptionId: string;
  readonly subscriptionVersion: number;
  readonly connectorIds: readonly string[];
  /** End of the window that an earlier notification opened. */
  readonly until: string;
  readonly key: string;
  /** As of what is chosen: somebody may have it sent after all. */
  readonly correlationKey: string | null;
}

export interface OpenedWindow {
  readonly subscriptionId: string;
  readonly key: string;
  readonly untilMs: number;
}

/** Answers until when (epoch ms) a window is open, undefined where there is none. */
export type WindowOf = (subscriptionId: string, key: string) => number | undefined;

/** contract.md section 3: a notification leads to at most so many deliveries; one that is suppressed is a delivery that ends so. */
export const fanOutMax = 1_000;

/**
 * Decides where one notification goes: every subscription that matches is chosen, or suppressed because its window is open.
 * Refuses `fan_out_limit` when it would lead to more than `fanOutMax` deliveries, whichever windows are open: the record of one
 * notification is bounded, and a notification is not refused or taken by what came before it.
 */
export function route(
  routes: Iterable<Route>,
  notification: { readonly look: Look; readonly payload: JsonTree },
  windowOf: WindowOf,
  nowMs: number,
): RoutingDecision {
  const chosen: Chosen[] = [];
  const suppressed: Suppressed[] = [];
  const opened: OpenedWindow[] = [];
  let deliveries = 0;
  for (const candidate of routes) {
    if (!candidate.filter.matches(notification.look)) continue;
    const { id: subscriptionId, connectorIds, suppression } = candidate.subscription;
    const subscriptionVersion = candidate.version;
    deliveries += connectorIds.length;
    if (deliveries > fanOutMax) {
      throw new Refused('fan_out_limit', `The notification would lead to more than ${fanOutMax} deliveries.`);
    }
    const correlationKey = candidate.correlationKey?.(notification.payload) ?? null;
    if (suppression.minutes > 0) {
      const key = candidate.suppressionKey?.(notification.payload) ?? '';
      const untilMs = windowOf(subscriptionId, key);
      if (untilMs !== undefined && nowMs < untilMs) {
        const until = new Date(untilMs).toISOString();
        suppressed.push({ subscriptionId, subscriptionVersion, connectorIds, until, key, correlationKey });
        continue;
      }
      opened.push({ subscriptionId, key, untilMs: nowMs + suppression.minutes * 60_000 });
    }
    chosen.push({ subscriptionId, subscriptionVersion, connectorIds, correlationKey });
  }
  return { chosen, suppressed, opened };
}
