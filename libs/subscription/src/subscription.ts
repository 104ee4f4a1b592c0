/**
 * One subscription: which notifications go to which connectors.
 *
 *   (none) -> enabled <-> disabled
 *                 '-> deleted <-'
 */
export type SubscriptionState =
  | { readonly status: 'none' }
  | {
      readonly status: 'enabled' | 'disabled' | 'deleted';
      readonly subscription: SubscriptionShape;
      readonly createdAt: string;
      readonly createdBy: string;
      readonly updatedAt: string;
      readonly updatedBy: string;
    };

/** The whole shape stands in every Created and Updated event, so that a reader can take the newest and needs no other. */
export interface SubscriptionShape {
  readonly id: string;
  readonly name: string;
  readonly connectorIds: readonly string[];
  readonly types: readonly string[];
  /** null: all of its types. */
  readonly filter: Record<string, unknown> | null;
  /** 0 minutes: nothing is suppressed. */
  readonly suppression: { readonly minutes: number; readonly key: string | null };
  /** Template of the correlation key; null: the target's default. */
  readonly correlationKey: string | null;
}

interface Act {
  readonly at: string;
  readonly by: string;
}

export type SubscriptionEvent =
  | {
      readonly type: 'SubscriptionCreated';
      readonly data: Act & { readonly subscription: SubscriptionShape; readonly enabled: boolean };
    }
  | { readonly type: 'SubscriptionUpdated'; readonly data: Act & { readonly subscription: SubscriptionShape } }
  | { readonly type: 'SubscriptionEnabled'; readonly data: Act & { readonly id: string } }
  | {
      readonly type: 'SubscriptionDisabled';
      readonly data: Act & { readonly id: string; readonly reason: string | null };
    }
  | { readonly type: 'SubscriptionDeleted'; readonly data: Act & { readonly id: string } };

export const initialSubscription: SubscriptionState = { status: 'none' };

/** Folds one event into the state. */
export function evolve(state: SubscriptionState, event: SubscriptionEvent): SubscriptionState {
  const { at, by } = event.data;
  if (event.type === 'SubscriptionCreated') {
    const { subscription, enabled } = event.data;
    return {
      status: enabled ? 'enabled' : 'disabled',
      subscription,
      createdAt: at,
      createdBy: by,
      updatedAt: at,
      updatedBy: by,
    };
  }
  if (state.status === 'none') throw new Error(`${event.type} before SubscriptionCreated`);
  const touched = { ...state, updatedAt: at, updatedBy: by };
  switch (event.type) {
    case 'SubscriptionUpdated':
      return { ...touched, subscription: event.data.subscription };
    case 'SubscriptionEnabled':
      return { ...touched, status: 'enabled' };
    case 'SubscriptionDisabled':
      return { ...touched, status: 'disabled' };
    case 'SubscriptionDeleted':
      return { ...touched, status: 'deleted' };
  }
}
