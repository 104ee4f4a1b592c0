import { z } from 'zod';
import { redeliveryModeSchema } from '../http/deliveries.js';
import {
  attemptIdSchema,
  connectorIdSchema,
  deliveryIdSchema,
  holdReasonSchema,
  jobIdSchema,
  jsonObjectSchema,
  notificationIdSchema,
  positionSchema,
  subscriptionIdSchema,
  timeSchema,
} from '../http/fields.js';

/** The clear data of every event of `delivery-0`, schema version 1. What came out of a payload or from a target is sealed beside it. */

const deliveryAcceptedSchema = z.object({
  deliveryId: deliveryIdSchema,
  notificationId: notificationIdSchema,
  notificationType: z.string(),
  subscriptionId: subscriptionIdSchema,
  connectorId: connectorIdSchema,
  /** Where the routing decision stands. */
  routed: z.object({ log: z.string(), epoch: z.int(), position: positionSchema, at: timeSchema }),
  /** Keyed hash of connector and correlation key; absent where there is no key. */
  correlationMac: z.string().optional(),
});

/** The first event of its stream, as `DeliveryAccepted` is of the others. */
const deliverySuppressedSchema = deliveryAcceptedSchema.extend({
  reason: z.literal('suppression_window'),
  /** End of the window that an earlier notification opened. */
  until: timeSchema,
});

const attemptStartedSchema = z.object({
  attemptId: attemptIdSchema,
  number: z.int(),
  connectorVersion: z.int(),
  secretVersion: z.int(),
  renderer: z.string(),
  startedAt: timeSchema,
  deadline: timeSchema,
});

const finished = {
  attemptId: attemptIdSchema,
  number: z.int(),
  finishedAt: timeSchema,
  /** The target's HTTP status; null without an answer, and for mail. */
  status: z.int().nullable(),
  timingsMs: z.record(z.string(), z.number()),
  notes: z.array(z.string()),
  receipt: jsonObjectSchema.nullable(),
  /** The entry of the deployment file that let the request out; absent for the public Internet. */
  allowEntry: z.string().optional(),
};
const attemptFailedSchema = z.object({
  ...finished,
  outcome: z.enum(['refused', 'unknown']),
  retry: z.enum(['later', 'never']).nullable(),
  reason: z.string(),
  /** Nothing was sent; the attempt does not count in the plan. */
  unsent: z.literal(true).optional(),
});

const endedSchema = z.object({ reason: z.string(), at: timeSchema });
/** What tells one database from another: a restore into another one, or to an earlier moment, shows in one of the three. */
const placeSchema = z.object({ system: z.string(), database: z.string(), timeline: z.int() });
export type DatabasePlace = z.infer<typeof placeSchema>;
const ofHold = { holdId: z.uuid(), reason: holdReasonSchema };

const switchedAt = z.object({ at: timeSchema });
const ofConnector = { connectorId: connectorIdSchema };
const becauseOf = { because: z.string(), deliveryId: deliveryIdSchema };
const givenUpReasonSchema = z.enum(['target_gone', 'failing_too_long']);

export const deliveryEventSchemas = {
  DeliveryAccepted: deliveryAcceptedSchema,
  DeliverySuppressed: deliverySuppressedSchema,
  AttemptStarted: attemptStartedSchema,
  DeliveryDelivered: z.object(finished),
  AttemptFailed: attemptFailedSchema,
  RetryScheduled: z.object({ dueAt: timeSchema, because: z.string() }),
  DeliveryDeadLettered: endedSchema,
  DeliveryCancelled: endedSchema,
  RedeliveryRequested: z.object({
    mode: redeliveryModeSchema,
    at: timeSchema,
    dueAt: timeSchema,
    jobId: jobIdSchema.nullable(),
  }),
  ConnectorPaused: z.object({ ...ofConnector, until: timeSchema, ...becauseOf }),
  ConnectorFailing: z.object({ ...ofConnector, since: timeSchema, ...becauseOf }),
  ConnectorRecovered: z.object(ofConnector),
  ConnectorGivenUp: z.object({ ...ofConnector, reason: givenUpReasonSchema, ...becauseOf }),
  ConnectorDisableAsked: z.object({ ...ofConnector, reason: givenUpReasonSchema }),
  ConnectorClosed: z.object({
    ...ofConnector,
    reason: z.enum(['connector_deleted', 'connector_disabled', ...givenUpReasonSchema.options]),
  }),
  SubscriptionClosed: z.object({
    subscriptionId: subscriptionIdSchema,
    reason: z.enum(['subscription_deleted', 'subscription_disabled']),
  }),
  ConnectorTested: z.object({
    connectorId: connectorIdSchema.nullable(),
    target: z.string(),
    /** null: only the connection was tested. */
    notificationType: z.string().nullable(),
    outcome: z.enum(['accepted', 'refused', 'unknown']),
    reason: z.string().nullable(),
    status: z.int().nullable(),
    /** Scheme, host and port of every address that it could have sent to, with the secrets that were stored; absent in tests of older versions. */
    origins: z.array(z.string()).optional(),
  }),
  /** `at`: from when on nothing left, which may be before it could be recorded; places are null where somebody held it by hand. */
  DeliveryHeld: z.object({ ...ofHold, at: timeSchema, before: placeSchema.nullable(), after: placeSchema.nullable() }),
  /** The actor is who released; `at` is when they asked. */
  DeliveryReleased: z.object({ ...ofHold, heldAt: timeSchema, at: timeSchema }),
  RedeliveryJobCreated: z.object({
    jobId: jobIdSchema,
    filter: jsonObjectSchema,
    mode: redeliveryModeSchema,
    before: timeSchema,
    total: z.int(),
    ratePerSecond: z.number(),
  }),
  RedeliveryJobProgressed: z.object({ done: z.int(), failed: z.int(), skipped: z.int(), cursor: z.string() }),
  RedeliveryJobPaused: switchedAt,
  RedeliveryJobResumed: switchedAt,
  RedeliveryJobCancelled: switchedAt,
  RedeliveryJobCompleted: switchedAt,
} as const;
