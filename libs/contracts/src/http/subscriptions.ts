import { z } from 'zod';
import {
  connectorIdSchema,
  jsonObjectSchema,
  nameSchema,
  notificationTypeSchema,
  positionSchema,
  publisherIdLengthMax,
  reasonSchema,
  searchLengthMax,
  subscriptionIdSchema,
  tenantIdSchema,
  timeSchema,
  versionSchema,
} from './fields.js';
import { filterSchema } from './filter.js';
import { listFields, listOf } from './lists.js';
import { momentSchema } from './moment.js';

export const connectorsMax = 50;
export const typesMax = 100;
/** A week, as in the original system. */
export const suppressionMinutesMax = 10_080;
export const keyTemplateLengthMax = 500;

const connectorIds = z
  .array(connectorIdSchema)
  .min(1)
  .max(connectorsMax)
  .refine((ids) => new Set(ids).size === ids.length, 'must not name a connector twice');
const types = z.array(notificationTypeSchema).min(1).max(typesMax);
const keyTemplate = z.string().min(1).max(keyTemplateLengthMax);

export const suppressionSchema = z.strictObject({
  minutes: z.int().min(0).max(suppressionMinutesMax),
  key: keyTemplate.nullable().optional().describe('Template; notifications with the same text count as the same'),
});

/** Body of `POST /v1/subscriptions`, input of `subscriptions.create`. No filter = all of its types. */
export const subscriptionCreateSchema = z.strictObject({
  name: nameSchema,
  connectorIds,
  types,
  enabled: z.boolean().optional(),
  filter: filterSchema.nullable().optional(),
  suppression: suppressionSchema.optional(),
  correlationKey: keyTemplate.nullable().optional(),
});
export type SubscriptionCreate = z.infer<typeof subscriptionCreateSchema>;

/** JSON merge patch; `filter` is replaced whole, because a merged tree of operators would mean something nobody wrote. */
export const subscriptionPatchSchema = z.strictObject({
  name: nameSchema.optional(),
  connectorIds: connectorIds.optional(),
  types: types.optional(),
  enabled: z.boolean().optional(),
  filter: filterSchema.nullable().optional(),
  suppression: suppressionSchema.partial().nullable().optional(),
  correlationKey: keyTemplate.nullable().optional(),
});
export type SubscriptionPatch = z.infer<typeof subscriptionPatchSchema>;

export const subscriptionSchema = z.looseObject({
  id: subscriptionIdSchema,
  tenant: tenantIdSchema,
  version: versionSchema,
  name: z.string(),
  connectorIds: z.array(z.string()),
  types: z.array(z.string()),
  enabled: z.boolean(),
  filter: jsonObjectSchema.nullable(),
  suppression: z.looseObject({ minutes: z.int(), key: z.string().nullable() }),
  correlationKey: z.string().nullable(),
  createdAt: timeSchema,
  createdBy: z.string(),
  updatedAt: timeSchema,
  updatedBy: z.string(),
});
export type Subscription = z.infer<typeof subscriptionSchema>;

export const subscriptionWrittenSchema = subscriptionSchema.extend({ position: positionSchema.optional() });
export const subscriptionListSchema = listOf(subscriptionSchema);

export const subscriptionFilterFields = {
  connectorId: connectorIdSchema.optional(),
  type: notificationTypeSchema.optional(),
  q: z.string().max(searchLengthMax).optional(),
  at: momentSchema
    .optional()
    .describe('As they were then, with those that were deleted since: a time, or a position of the log'),
};
export const subscriptionListInputSchema = z.strictObject({ ...listFields, ...subscriptionFilterFields });
/** `at`: as it was then. */
export const subscriptionGetInputSchema = z.strictObject({ id: subscriptionIdSchema, at: momentSchema.optional() });
export const subscriptionUpdateInputSchema = z.strictObject({
  id: subscriptionIdSchema,
  ifVersion: versionSchema,
  patch: subscriptionPatchSchema,
});
export const subscriptionHistoryInputSchema = z.strictObject({ id: subscriptionIdSchema, ...listFields });
export const subscriptionDeleteInputSchema = z.strictObject({ id: subscriptionIdSchema, ifVersion: versionSchema });
export const subscriptionEnableInputSchema = z.strictObject({
  id: subscriptionIdSchema,
  reason: reasonSchema.optional(),
});
export const subscriptionDisableInputSchema = subscriptionEnableInputSchema;

/** Body of `POST /v1/explain`: would this notification be sent, by whom, and why (not). */
export const explainBodySchema = z.strictObject({
  type: notificationTypeSchema,
  payload: jsonObjectSchema,
  id: z.string().max(publisherIdLengthMax).optional(),
  source: z.string().max(publisherIdLengthMax).optional(),
  time: timeSchema.optional(),
});
/** Input of `explain`: one subscription, or all of the tenant when `subscriptionId` is absent. */
export const explainInputSchema = explainBodySchema.extend({ subscriptionId: subscriptionIdSchema.optional() });

/** One rule or operator that was decided, in words; `pointer` names its place in the subscription's filter. */
export const clauseSchema = z.looseObject({
  clause: z.unknown().describe('The filter node, or the rule (`enabled`, `types`) that was looked at'),
  holds: z.boolean(),
  prevents: z
    .boolean()
    .optional()
    .describe('It is one of the reasons why the subscription does not match; behind a `not` one that holds may be'),
  words: z.string(),
  pointer: z.string().optional(),
});
export const explanationSchema = z.looseObject({
  subscriptionId: subscriptionIdSchema,
  name: z.string().optional(),
  matches: z.boolean(),
  because: z.array(clauseSchema),
});
export type Explanation = z.infer<typeof explanationSchema>;
export const explanationListSchema = z.looseObject({ items: z.array(explanationSchema) });

/** The routing decision of one notification: one row a (subscription, connector) that was chosen, one a subscription that was suppressed. */
export const routeSchema = z.looseObject({
  subscriptionId: subscriptionIdSchema,
  subscriptionVersion: versionSchema.optional(),
  connectorId: connectorIdSchema
    .nullable()
    .describe('null: suppressed before November 2026, when only the subscription was recorded'),
  suppressed: z.boolean(),
  until: timeSchema.optional().describe('End of the window that suppressed it'),
});
export type NotificationRoute = z.infer<typeof routeSchema>;
