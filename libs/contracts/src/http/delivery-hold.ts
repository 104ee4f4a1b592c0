import { z } from 'zod';
import { holdReasonSchema, timeSchema } from './fields.js';

/** Those that an operator may give; the others are found. */
export const givenHoldReasonSchema = holdReasonSchema.extract(['restored', 'operator_asked']);
export type GivenHoldReason = z.infer<typeof givenHoldReasonSchema>;

/** One reason for which nothing is sent. */
export const holdSchema = z.looseObject({
  id: z.uuid(),
  reason: holdReasonSchema,
  since: timeSchema,
  by: z.string().describe('Who held it: the service that noticed, or an operator'),
  releaseAskedAt: timeSchema.nullable().describe('Set when somebody has released it and that is not on the record yet'),
});
export type Hold = z.infer<typeof holdSchema>;

/** Answer of `GET /v1/delivery-hold`: whether deliveries leave. */
export const deliveryHoldSchema = z.looseObject({
  held: z.boolean(),
  since: timeSchema.nullable().describe('Of the oldest hold; null while nothing is held'),
  holds: z.array(holdSchema),
  mayRelease: z
    .boolean()
    .optional()
    .describe('Whether the key that asks may release and hold: one of the home tenant with the scope `admin`'),
});
export type DeliveryHold = z.infer<typeof deliveryHoldSchema>;

export const deliveryHoldBodySchema = z.strictObject({
  reason: givenHoldReasonSchema.default('operator_asked').describe('`restored` where a backup was put back'),
});
