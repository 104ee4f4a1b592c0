import { z } from 'zod';
import {
  attemptIdSchema,
  connectorIdSchema,
  deliveryIdSchema,
  holdReasonSchema,
  jobIdSchema,
  notificationIdSchema,
  notificationTypeSchema,
  positionSchema,
  reasonSchema,
  ticketLengthMax,
  subscriptionIdSchema,
  timeSchema,
} from './fields.js';
import { listFields, listOf } from './lists.js';
import { momentSchema } from './moment.js';

export const deliveryStatuses = [
  'pending',
  'attempting',
  'retrying',
  'delivered',
  'dead-lettered',
  'cancelled',
  'suppressed',
] as const;
export const deliveryStatusSchema = z.enum(deliveryStatuses);

export const outcomeSchema = z.enum(['accepted', 'refused', 'unknown']);

const headers = z.record(z.string(), z.string());

/** The answer of a target, unchanged (first 16 KiB, own secrets masked); for mail one row a recipient. */
export const responseSchema = z.union([
  z.looseObject({ status: z.int(), headers, body: z.string(), bodyTruncated: z.boolean() }),
  z.looseObject({
    recipients: z.array(
      z.looseObject({ stage: z.string(), recipient: z.string(), code: z.int().nullable(), text: z.string() }),
    ),
  }),
]);

export const timingsSchema = z.looseObject({
  dns: z.number().optional(),
  connect: z.number().optional(),
  tls: z.number().optional(),
  firstByte: z.number().optional(),
  greeting: z.number().optional().describe('Mail: the first words of the server, EHLO and STARTTLS'),
  auth: z.number().optional().describe('Mail: the login'),
  data: z.number().optional().describe('Mail: envelope, content and the reply to it'),
  total: z.number().optional(),
});

export const attemptSchema = z.looseObject({
  id: attemptIdSchema,
  number: z.int().min(1),
  startedAt: timeSchema,
  finishedAt: timeSchema.nullable(),
  outcome: outcomeSchema.nullable().describe('null while it runs'),
  retry: z.enum(['later', 'never']).nullable(),
  reason: z.string().nullable(),
  connectorVersion: z.int().optional(),
  request: z
    .looseObject({ method: z.string(), url: z.string(), headers, bodySha256: z.string(), bodyBytes: z.int() })
    .nullable(),
  response: responseSchema.nullable(),
  error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
  timingsMs: timingsSchema,
});
export type Attempt = z.infer<typeof attemptSchema>;

/** An event of the delivery's stream. */
const loggedSchema = z.looseObject({
  position: positionSchema,
  type: z.string(),
  at: timeSchema,
  actor: z.string().optional().describe('Of a `RedeliveryRequested`: who asked for it, or made the job that did'),
  jobId: jobIdSchema
    .nullable()
    .optional()
    .describe('Of a `RedeliveryRequested`: the job that asked for it; null where somebody asked for this one alone'),
});

/** A time in which nothing was sent to anybody, as a delivery meets it that was routed before. */
export const heldSchema = z.looseObject({
  reason: holdReasonSchema,
  at: timeSchema,
  position: positionSchema.describe('Of `DeliveryHeld` in the log of delivery'),
  releasedAt: timeSchema.nullable().describe('null: it is held still'),
  releasedBy: z.string().nullable(),
  releasedPosition: positionSchema.nullable(),
});
export type Held = z.infer<typeof heldSchema>;

/** A row of `GET /v1/deliveries`; `GET /v1/deliveries/{id}` adds all attempts and the log. */
export const deliverySchema = z.looseObject({
  id: deliveryIdSchema,
  notificationId: notificationIdSchema,
  type: z.string(),
  connectorId: connectorIdSchema,
  connectorVersion: z.int().nullable(),
  subscriptionId: subscriptionIdSchema,
  status: deliveryStatusSchema,
  reason: z.string().nullable(),
  nextAttemptAt: timeSchema.nullable(),
  receipt: z.looseObject({ ticket: z.string().optional(), url: z.string().optional() }).nullable(),
  routedAt: timeSchema
    .optional()
    .describe('When the notification was routed; lists are in this order, and `since` and `until` mean it'),
  acceptedAt: timeSchema.optional(),
  updatedAt: timeSchema.optional(),
  attemptCount: z.int().optional().describe('Of a row of a list'),
  waitsFor: deliveryIdSchema
    .optional()
    .describe('Of one that is pending: the earlier delivery of the same thing (correlation key) that goes first'),
  suppressedUntil: timeSchema.optional().describe('Of one that was suppressed: when the window ends'),
  held: z
    .array(heldSchema)
    .optional()
    .describe(
      'Of one delivery: holds that it waits for, or after which it was attempted. After a restore such an attempt may repeat one that the restored log does not know',
    ),
  attempts: z.array(attemptSchema).optional(),
  log: z.array(loggedSchema).optional(),
});
export type Delivery = z.infer<typeof deliverySchema>;
export const deliveryListSchema = listOf(deliverySchema);

export const deliveryFilterFields = {
  status: deliveryStatusSchema.optional(),
  connectorId: connectorIdSchema.optional(),
  subscriptionId: subscriptionIdSchema.optional(),
  notificationId: notificationIdSchema.optional(),
  type: notificationTypeSchema.optional(),
  since: timeSchema.optional().describe('Routed then or later'),
  until: timeSchema.optional().describe('Routed before'),
  q: z
    .string()
    .max(ticketLengthMax)
    .optional()
    .describe('An id of a delivery or notification, a reason, or a ticket; as it is spelled'),
};
export const deliveryListInputSchema = z.strictObject({ ...listFields, ...deliveryFilterFields });
/** Query of `GET /v1/deliveries/facets`, input of `deliveries.facets`. */
export const deliveryFacetsInputSchema = z.strictObject({ ...deliveryFilterFields });
const facet = z.array(z.looseObject({ value: z.string(), count: z.int() }));
/** How many deliveries each choice of a filter would show, the other filters as they are; the most frequent first. */
export const deliveryFacetsSchema = z.looseObject({
  counted: z.int().describe('Deliveries that the filter finds, as far as they were counted'),
  complete: z.boolean().describe('false: only the newest were counted, and the counts are of those'),
  facets: z.looseObject({ status: facet, type: facet, connectorId: facet, subscriptionId: facet }),
});
export type DeliveryFacets = z.infer<typeof deliveryFacetsSchema>;

/** `at`: as it was then. */
export const deliveryGetInputSchema = z.strictObject({ id: deliveryIdSchema, at: momentSchema.optional() });

/** `same-bytes` sends the stored body again, `render-again` today's template; both on the same delivery and `webhook-id`. */
export const redeliveryModeSchema = z.enum(['same-bytes', 'render-again']);
export const redeliverBodySchema = z.strictObject({ mode: redeliveryModeSchema });
export const redeliverInputSchema = redeliverBodySchema.extend({ id: deliveryIdSchema });
export const cancelBodySchema = z.strictObject({ reason: reasonSchema.optional() });
export const cancelInputSchema = cancelBodySchema.extend({ id: deliveryIdSchema });
