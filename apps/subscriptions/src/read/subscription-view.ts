import type { Subscription } from '@waybill/contracts/http/subscriptions';
import { Refused } from '@waybill/decider/decider';
import type { LoadedSubscription } from '../handle-subscription.js';

/** A subscription in the form of contract.md section 4; refuses what does not exist (404) or was deleted (410). */
export function subscriptionView(tenant: string, { state, version }: LoadedSubscription): Subscription {
  if (state.status === 'none') throw new Refused('subscription_unknown', 'There is no such subscription.');
  if (state.status === 'deleted') throw new Refused('subscription_deleted', 'The subscription was deleted.');
  const { subscription, createdAt, createdBy, updatedAt, updatedBy } = state;
  return {
    id: subscription.id,
    tenant,
    version,
    name: subscription.name,
    connectorIds: [...subscription.connectorIds],
    types: [...subscription.types],
    enabled: state.status === 'enabled',
    filter: subscription.filter,
    suppression: subscription.suppression,
    correlationKey: subscription.correlationKey,
    createdAt,
    createdBy,
    updatedAt,
    updatedBy,
  };
}
