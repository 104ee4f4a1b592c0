import { parseJson } from '@waybill/contracts/payload/json-text';
import { compileFilter } from '@waybill/subscription/filter';
import { lookInto, type NotificationFacts } from '@waybill/subscription/look';
import {
  evolve,
  initialSubscription,
  type SubscriptionEvent,
  type SubscriptionState,
} from '@waybill/subscription/subscription';
import type { LoggedEvent } from './folded-log.js';

/** What a subscription says of one notification, and what is on the record. */
export interface SubscriptionAnswer {
  readonly subscriptionId: string;
  readonly name: string;
  /** Chosen or suppressed: it wanted the notification. */
  readonly recorded: boolean;
  readonly decided: boolean;
  readonly because: string;
}

export interface DecidedAgain {
  readonly notificationId: string;
  readonly position: number;
  /** Every subscription that stood, also those that did not want it. */
  readonly subscriptions: readonly SubscriptionAnswer[];
  readonly same: boolean;
}

type Present = Exclude<SubscriptionState, { status: 'none' }>;

/** The subscriptions of a tenant, folded event by event, as the router knew them at each position. */
export class Rules {
  private readonly states = new Map<string, SubscriptionState>();

  take({ stream, type, data }: LoggedEvent): void {
    if (!stream.startsWith('subscription-')) return;
    const before = this.states.get(stream) ?? initialSubscription;
    this.states.set(stream, evolve(before, { type, data } as unknown as SubscriptionEvent));
  }

  /**
   * Decides a routed notification once more with these rules and compares it with the record. Whether a window suppressed it is not
   * decided again: a suppressed subscription wanted it as a chosen one did. Null for a shredded payload: nothing can be decided.
   */
  decide(event: LoggedEvent): DecidedAgain | null {
    const payload = event.data['payload'];
    if (payload === undefined) return null;
    const { tenant } = event;
    const { notificationId, type, id, source, time } = event.data as unknown as NotificationFacts & {
      notificationId: string;
    };
    const look = lookInto({ tenant, id, type, source, time }, parseJson(JSON.stringify(payload)));
    const recorded = new Set([...idsIn(event.data['chosen']), ...idsIn(event.data['suppressed'])]);
    const subscriptions = [...this.states.values()]
      .filter((state): state is Present => state.status !== 'none')
      .map((state) => {
        const { id: subscriptionId, name } = state.subscription;
        const because = refusalOf(state, type, look);
        return {
          subscriptionId,
          name,
          recorded: recorded.has(subscriptionId),
          decided: because === null,
          because: because ?? 'it matches',
        };
      });
    const known = new Set(subscriptions.map(({ subscriptionId }) => subscriptionId));
    const same =
      subscriptions.every((one) => one.recorded === one.decided) && [...recorded].every((one) => known.has(one));
    return { notificationId, position: event.position, subscriptions, same };
  }
}

/** Why a subscription does not want it; null when it does. */
function refusalOf({ status, subscription }: Present, type: string, look: ReturnType<typeof lookInto>): string | null {
  if (status !== 'enabled') return `it is ${status}`;
  if (!subscription.types.includes(type)) return `${type} is not one of its types`;
  if (subscription.filter === null) return null;
  const filter = compileFilter(subscription.filter);
  if (filter.matches(look)) return null;
  const reason = filter.explain(look).find(({ prevents }) => prevents);
  return `its filter is false${reason === undefined ? '' : ` at ${reason.pointer}`}`;
}

function idsIn(list: unknown): string[] {
  return Array.isArray(list) ? list.map((one) => (one as { subscriptionId: string }).subscriptionId) : [];
}
