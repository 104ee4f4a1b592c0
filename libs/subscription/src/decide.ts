import { type Decider, Refused } from '@waybill/decider/decider';
import {
  evolve,
  initialSubscription,
  type SubscriptionEvent,
  type SubscriptionShape,
  type SubscriptionState,
} from './subscription.js';

interface By {
  readonly now: string;
  readonly by: string;
}

export type SubscriptionCommand =
  | (By & { readonly type: 'CreateSubscription'; readonly subscription: SubscriptionShape; readonly enabled: boolean })
  | (By & { readonly type: 'UpdateSubscription'; readonly subscription: SubscriptionShape })
  | (By & { readonly type: 'EnableSubscription' })
  | (By & { readonly type: 'DisableSubscription'; readonly reason: string | null })
  | (By & { readonly type: 'DeleteSubscription' });

export const subscriptionDecider: Decider<SubscriptionState, SubscriptionCommand, SubscriptionEvent> = {
  initialState: initialSubscription,
  decide,
  evolve,
};

/** What follows from a command. The shape is checked before it comes here (schema, filter, key templates). */
export function decide(command: SubscriptionCommand, state: SubscriptionState): SubscriptionEvent[] {
  const act = { at: command.now, by: command.by };
  if (command.type === 'CreateSubscription') {
    if (state.status !== 'none') throw new Refused('subscription_exists', 'There is a subscription with this id.');
    return [
      { type: 'SubscriptionCreated', data: { ...act, subscription: command.subscription, enabled: command.enabled } },
    ];
  }
  if (state.status === 'none') throw new Refused('subscription_unknown', 'There is no such subscription.');
  if (state.status === 'deleted') throw new Refused('subscription_deleted', 'The subscription was deleted.');
  const { id } = state.subscription;
  switch (command.type) {
    case 'UpdateSubscription':
      if (sameShape(state.subscription, command.subscription)) return [];
      return [{ type: 'SubscriptionUpdated', data: { ...act, subscription: command.subscription } }];
    case 'EnableSubscription':
      return state.status === 'enabled' ? [] : [{ type: 'SubscriptionEnabled', data: { ...act, id } }];
    case 'DisableSubscription':
      return state.status === 'disabled'
        ? []
        : [{ type: 'SubscriptionDisabled', data: { ...act, id, reason: command.reason } }];
    case 'DeleteSubscription':
      return [{ type: 'SubscriptionDeleted', data: { ...act, id } }];
  }
}

function sameShape(left: SubscriptionShape, right: SubscriptionShape): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
