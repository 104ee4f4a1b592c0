import { ownMember } from '../own-member.js';
import type { z } from 'zod';
import { deliveryEventSchemas } from '../log/delivery.js';
import { everyLogEventSchemas } from '../log/every-log.js';
import { registryEventSchemas } from '../log/registry.js';
import { subscriptionsEventSchemas } from '../log/subscriptions.js';

const registryMeanings: Readonly<Record<keyof typeof registryEventSchemas, string>> = {
  TenantCreated: 'A tenant was made.',
  ApiKeyCreated: 'An API key was made; the event holds its hash.',
  ApiKeyRevoked: 'An API key may no longer be used.',
  NotificationTypePut: 'A notification type was described: schema, sample, whether it is strict.',
  ConnectorCreated: 'A connector was made.',
  ConnectorUpdated: 'A connector was changed; `changed` names the members.',
  ConnectorSecretsReplaced:
    'Secrets of a connector were replaced or removed; the event names them and never their values.',
  ConnectorEnabled: 'A connector was turned on.',
  ConnectorDisabled: 'A connector was turned off, by a person or because it was given up, with the reason.',
  ConnectorDeleted: 'A connector was deleted.',
};

const subscriptionsMeanings: Readonly<Record<keyof typeof subscriptionsEventSchemas, string>> = {
  SubscriptionCreated: 'A subscription was made.',
  SubscriptionUpdated: 'A subscription was changed; the event holds its whole shape.',
  SubscriptionEnabled: 'A subscription was turned on.',
  SubscriptionDisabled: 'A subscription was turned off; what waited because of it is cancelled.',
  SubscriptionDeleted: 'A subscription was deleted; what waited because of it is cancelled.',
  NotificationRouted: 'A notification was recorded, with every subscription that chose or suppressed it.',
  NotificationRefused: 'A notification was refused, with the code; it does not consume the id.',
};

const deliveryMeanings: Readonly<Record<keyof typeof deliveryEventSchemas, string>> = {
  DeliveryAccepted: 'One notification is to go to one connector by one subscription.',
  DeliverySuppressed:
    'One notification is not sent to one connector, because an earlier one opened a window of the subscription that has not ended.',
  AttemptStarted: 'An attempt begins; nothing has left before this event.',
  DeliveryDelivered: 'The target accepted it.',
  AttemptFailed: 'An attempt was refused, or its outcome is unknown; `unsent` says that nothing left.',
  RetryScheduled: 'Another attempt is due at the time it names.',
  DeliveryDeadLettered: 'The delivery was given up, with the reason; it can be redelivered.',
  DeliveryCancelled: 'The delivery was cancelled before it was sent, with the reason.',
  RedeliveryRequested: 'Somebody, or a job, asked for the delivery again.',
  ConnectorPaused: 'The target asked for quiet; nothing goes to the connector before `until`.',
  ConnectorFailing: 'Deliveries to the connector fail one after the other.',
  ConnectorRecovered: 'The connector takes deliveries again.',
  ConnectorGivenUp: 'The target is gone or has failed for five days: the connector is going to be disabled.',
  ConnectorDisableAsked: 'The registry was asked to disable the connector, and the tenant was notified.',
  ConnectorClosed:
    'A connector was disabled or deleted: what waited for it ends, also when it was enabled again at once.',
  SubscriptionClosed: 'A subscription takes no more: what waited because of it is cancelled.',
  ConnectorTested: 'Somebody sent a test.',
  DeliveryHeld:
    'From `at` on no attempt begins (in a copy that runs: as soon as it has heard of it), because of the `reason`; what is recorded is accepted and waits.',
  DeliveryReleased: 'The actor released what was held: what waits is sent from here on.',
  RedeliveryJobCreated: 'Many deliveries are to be sent again, oldest first.',
  RedeliveryJobProgressed: 'The job asked for some of them; the counts are of this step.',
  RedeliveryJobPaused: 'Somebody paused the job.',
  RedeliveryJobResumed: 'Somebody let the job go on.',
  RedeliveryJobCancelled: 'Somebody ended the job before its end.',
  RedeliveryJobCompleted: 'The job has asked for all of them.',
};

const everyLogMeanings: Readonly<Record<keyof typeof everyLogEventSchemas, string>> = {
  CheckpointWitnessed: 'Another log stood at this size with this root, signed by the notary.',
  PayloadShredded: 'The key of a payload was deleted: nobody can read it any more.',
  LegalHoldPlaced: 'A payload, or everything of the tenant, may not be shredded.',
  LegalHoldReleased: 'A legal hold ended.',
};

export interface EventTypeListed {
  readonly schema: z.ZodType;
  readonly meaning: string;
}

/** Every type of event of every log: the schema of its clear data and what it means. Nobody records one that is not here (`tools/tidy` looks). */
export const eventTypes: Readonly<Record<string, Readonly<Record<string, EventTypeListed>>>> = {
  'registry-0': listed(registryEventSchemas, registryMeanings),
  'subscriptions-0': listed(subscriptionsEventSchemas, subscriptionsMeanings),
  'delivery-0': listed(deliveryEventSchemas, deliveryMeanings),
};

function listed(schemas: Readonly<Record<string, z.ZodType>>, meanings: Readonly<Record<string, string>>) {
  const all = { ...schemas, ...everyLogEventSchemas };
  const meaningOf: Readonly<Record<string, string>> = { ...meanings, ...everyLogMeanings };
  return Object.fromEntries(
    Object.entries(all).map(([type, schema]) => [type, { schema, meaning: meaningOf[type] ?? '' }]),
  );
}

/** What an event says, in one sentence; null for a type that this version does not know. */
export function meaningOfEvent(log: string, type: string): string | null {
  return ownMember(ownMember(eventTypes, log) ?? {}, type)?.meaning ?? null;
}
