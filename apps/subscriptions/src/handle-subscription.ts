import { isBy } from '@waybill/contracts/http/moment';
import { fold, Refused } from '@waybill/decider/decider';
import type { EventLog, RecordedEvent } from '@waybill/event-log/log';
import { type SubscriptionCommand, subscriptionDecider } from '@waybill/subscription/decide';
import type { SubscriptionEvent, SubscriptionState } from '@waybill/subscription/subscription';

/** A subscription as its stream says, with the version that guards the next change. */
export interface LoadedSubscription {
  readonly state: SubscriptionState;
  readonly version: number;
  readonly position: number;
}

/** Subscriptions change a few times in their life; a stream longer than this is a program that toggles. */
const streamEventsMax = 5_000;

/** Loads one subscription by folding its stream, with `at` as it was then; another tenant's looks like one that does not exist. */
export async function loadSubscription(
  eventLog: EventLog,
  tenant: string,
  id: string,
  at?: string,
): Promise<LoadedSubscription> {
  const events = await eventLog.readStream(`subscription-${id}`, { limit: streamEventsMax });
  if (events[0] !== undefined && events[0].tenant !== tenant)
    return { state: subscriptionDecider.initialState, version: 0, position: 0 };
  return at === undefined ? stateOf(events) : stateThen(events, at);
}

/** The fold of what was recorded by a moment. */
export function stateThen(events: readonly RecordedEvent[], at: string): LoadedSubscription {
  return stateOf(events.filter((event) => isBy(event, at)));
}

/** The fold of a stream's events, all of them or up to a point in time. */
export function stateOf(events: readonly RecordedEvent[]): LoadedSubscription {
  const state = fold(
    subscriptionDecider.evolve,
    subscriptionDecider.initialState,
    events as unknown as SubscriptionEvent[],
  );
  const last = events.at(-1);
  return { state, version: last?.version ?? 0, position: last?.position ?? 0 };
}

export interface HandleOptions {
  readonly tenant: string;
  readonly id: string;
  /** The version the caller has seen (If-Match); undefined where a change needs none. */
  readonly ifVersion?: number | undefined;
  readonly actor: string;
  readonly traceparent?: string | undefined;
}

/** Loads, decides and appends: the only caller of the subscription's `decide`. Refuses `version_mismatch` when the caller has seen another version. */
export async function handleSubscription(
  eventLog: EventLog,
  options: HandleOptions,
  command: (state: SubscriptionState) => SubscriptionCommand,
): Promise<LoadedSubscription> {
  const { tenant, id, actor } = options;
  const loaded = await loadSubscription(eventLog, tenant, id);
  // A deleted one is gone, whichever version the caller has seen: the decider says so.
  if (options.ifVersion !== undefined && options.ifVersion !== loaded.version && isThere(loaded.state)) {
    throw new Refused('version_mismatch', `The subscription is at version ${loaded.version}; read it again.`);
  }
  const events = subscriptionDecider.decide(command(loaded.state), loaded.state);
  if (events.length === 0) return loaded;
  const result = await eventLog.append({
    streams: [
      {
        stream: `subscription-${id}`,
        tenant,
        expected: loaded.version === 0 ? 'none' : loaded.version,
        events: events.map((event) => ({
          ...event,
          schemaVersion: 1,
          meta: { actor, traceparent: options.traceparent },
        })),
      },
    ],
  });
  const last = result.events.at(-1);
  const state = fold(subscriptionDecider.evolve, loaded.state, events);
  return { state, version: last?.version ?? loaded.version, position: last?.position ?? loaded.position };
}

function isThere(state: SubscriptionState): boolean {
  return state.status === 'enabled' || state.status === 'disabled';
}
