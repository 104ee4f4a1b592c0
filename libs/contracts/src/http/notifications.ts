import { z } from 'zod';
import { deliverySchema } from './deliveries.js';
import {
  jsonObjectSchema,
  notificationIdSchema,
  notificationTypeSchema,
  positionSchema,
  publisherIdLengthMax,
  searchLengthMax,
  tenantIdSchema,
  timeSchema,
} from './fields.js';
import { listFields, listOf } from './lists.js';
import { routeSchema } from './subscriptions.js';

/** More deliveries of one notification are refused with `fan_out_limit`. */
export const fanOutMax = 1_000;

const publisherId = z
  .string()
  .min(1)
  .max(publisherIdLengthMax)
  .regex(/^[^\p{Cc}]+$/u, 'must not hold control characters');

/** Body of `POST /v1/notifications` and of the `publish` and `validate` requests. The payload's spelling is kept by whoever reads the text. */
export const publishSchema = z.strictObject({
  type: notificationTypeSchema,
  id: publisherId
    .optional()
    .describe("The publisher's own id: the same (tenant, source, id) is one notification for ever"),
  source: publisherId.optional(),
  time: timeSchema.optional(),
  payload: jsonObjectSchema,
});
export type Publish = z.infer<typeof publishSchema>;

export const receiptSchema = z.looseObject({
  notificationId: notificationIdSchema,
  log: z.string().optional(),
  position: positionSchema,
  duplicate: z.boolean(),
});
export type PublishReceipt = z.infer<typeof receiptSchema>;

export const validSchema = z.looseObject({ valid: z.literal(true) });

/** A row of `GET /v1/notifications`. */
export const notificationSchema = z.looseObject({
  id: notificationIdSchema,
  tenant: tenantIdSchema,
  type: z.string(),
  sourceId: z.string().nullable().optional().describe("The publisher's own id"),
  source: z.string(),
  time: timeSchema.nullable().optional(),
  recordedAt: timeSchema,
  position: positionSchema,
  warnings: z.array(z.looseObject({ code: z.string(), message: z.string() })).optional(),
});

/** With payload, routing decision and deliveries; `payload` is absent and `shredded` true once its key was deleted. */
export const notificationDetailSchema = notificationSchema.extend({
  payload: jsonObjectSchema.nullable().optional(),
  shredded: z.boolean().optional(),
  routing: z
    .looseObject({ routes: z.array(routeSchema), decidedOn: positionSchema.optional() })
    .optional()
    .describe('What the router chose, and the position of the subscription state it was decided on'),
  deliveries: z.array(deliverySchema).optional(),
  deliveriesComplete: z
    .boolean()
    .optional()
    .describe('false: delivery did not answer, or there are more than the first page'),
});
export type NotificationDetail = z.infer<typeof notificationDetailSchema>;
export const notificationListSchema = listOf(notificationSchema);

export const notificationFilterFields = {
  type: notificationTypeSchema.optional(),
  since: timeSchema.optional(),
  until: timeSchema.optional(),
  q: z.string().max(searchLengthMax).optional(),
};
export const notificationListInputSchema = z.strictObject({ ...listFields, ...notificationFilterFields });
export const notificationGetInputSchema = z.strictObject({ id: notificationIdSchema });
