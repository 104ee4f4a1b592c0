import type { JsonTree } from '@waybill/contracts/payload/json-tree';
import { Refused } from '@waybill/decider/decider';
import type { Filter, Look } from './filter.js';
import type { NotificationFacts } from './look.js';
import type { SubscriptionShape } from './subscription.js';

/** An enabled subscription, made ready for the router once and used for every notification. */
export interface Route {
  readonly subscription: SubscriptionShape;
  readonly version: number;
  readonly filter: Filter;
  /** Renders the suppression key; null where the subscription has none (then all of its notifications share one window). */
  readonly suppressionKey: RenderKey | null;
  readonly correlationKey: RenderKey | null;
}

/** Makes a key of a notification. */
export type RenderKey = (notification: Pick<Routable, 'facts' | 'payload'>) => RenderedKey;

export interface RenderedKey {
  readonly text: string;
  /** Paths that its template asks for and the notification does not have. */
  readonly missing: readonly string[];
}

export interface Routable {
  readonly facts: NotificationFacts;
  readonly payload: JsonTree;
  readonly look: Look;
}

export interface RoutingDecision {
  readonly chosen: readonly Chosen[];
  readonly suppressed: readonly Suppressed[];
  /** Windows that this notification opens: the caller remembers them once the decision is on the record. */
  readonly opened: readonly OpenedWindow[];
  readonly incomplete: readonly IncompleteKey[];
}

/** A key of a subscription asks for something that the notification does not have. */
export interface IncompleteKey {
  readonly subscriptionId: string;
  readonly key: 'suppression' | 'correlation';
  readonly missing: readonly string[];
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
  readonly minutes: number;
  readonly untilMs: number;
}

/**
 * Answers until when (epoch ms) a window is open, undefined where there is none. A subscription whose minutes are changed has other windows: one
 * that was opened for a week by mistake ends with the mistake.
 */
export type WindowOf = (subscriptionId: string, key: string, minutes: number) => number | undefined;

/** contract.md section 3: a notification leads to at most so many deliveries; one that is suppressed is a delivery that ends so. */
export const fanOutMax = 1_000;

/**
 * Decides where one notification goes: every subscription that matches is chosen, or suppressed because its window is open.
 * Refuses `fan_out_limit` when it would lead to more than `fanOutMax` deliveries, whichever windows are open: the record of one
 * notification is bounded, and a notification is not refused or taken by what came before it.
 *
 * A correlation key for which something is missing is none, or things that have nothing to do with each other would end in one ticket. A
 * suppression key counts with what is there: its window is shared with those that miss the same. Both are said in `incomplete`.
 */
export function route(
  routes: Iterable<Route>,
  notification: Routable,
  windowOf: WindowOf,
  nowMs: number,
): RoutingDecision {
  const chosen: Chosen[] = [];
  const suppressed: Suppressed[] = [];
  const opened: OpenedWindow[] = [];
  const incomplete: IncompleteKey[] = [];
  const keyOf = (key: IncompleteKey['key'], subscriptionId: string, render: RenderKey | null): RenderedKey | null => {
    const rendered = render === null ? null : render(notification);
    if (rendered !== null && rendered.missing.length > 0)
      incomplete.push({ subscriptionId, key, missing: rendered.missing });
    return rendered;
  };
  let deliveries = 0;
  for (const candidate of routes) {
    if (!candidate.filter.matches(notification.look)) continue;
    const { id: subscriptionId, connectorIds, suppression } = candidate.subscription;
    const subscriptionVersion = candidate.version;
    deliveries += connectorIds.length;
    if (deliveries > fanOutMax) {
      throw new Refused('fan_out_limit', `The notification would lead to more than ${fanOutMax} deliveries.`);
    }
    const correlation = keyOf('correlation', subscriptionId, candidate.correlationKey);
    const correlationKey = correlation === null || correlation.missing.length > 0 ? null : correlation.text;
    const { minutes } = suppression;
    if (minutes > 0) {
      const key = keyOf('suppression', subscriptionId, candidate.suppressionKey)?.text ?? '';
      const untilMs = windowOf(subscriptionId, key, minutes);
      if (untilMs !== undefined && nowMs < untilMs) {
        const until = new Date(untilMs).toISOString();
        suppressed.push({ subscriptionId, subscriptionVersion, connectorIds, until, key, correlationKey });
        continue;
      }
      opened.push({ subscriptionId, key, minutes, untilMs: nowMs + minutes * 60_000 });
    }
    chosen.push({ subscriptionId, subscriptionVersion, connectorIds, correlationKey });
  }
  return { chosen, suppressed, opened, incomplete };
}
