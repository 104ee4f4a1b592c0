import { z } from 'zod';
import { fitsIn, jsonObjectSchema, nameSchema, notificationTypeSchema, positionSchema } from './fields.js';
import { listFields, listOf } from './lists.js';

export const typeSchemaBytesMax = 65_536;
export const sampleBytesMax = 262_144;

/** Body of `PUT /v1/notification-types/{type}`. `strict`: a payload that does not fit the schema is refused instead of warned about. */
export const typePutBodySchema = z.strictObject({
  title: nameSchema.optional(),
  schema: jsonObjectSchema
    .refine(fitsIn(typeSchemaBytesMax), `at most ${typeSchemaBytesMax} bytes`)
    .nullable()
    .optional(),
  sample: jsonObjectSchema.refine(fitsIn(sampleBytesMax), `at most ${sampleBytesMax} bytes`).nullable().optional(),
  strict: z.boolean().optional(),
});
/** Input of `types.put`. */
export const typePutInputSchema = typePutBodySchema.extend({ type: notificationTypeSchema });
export const typeGetInputSchema = z.strictObject({ type: notificationTypeSchema });
export const typeListInputSchema = z.strictObject(listFields);

export const notificationTypeReadSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  schema: jsonObjectSchema.nullable(),
  sample: jsonObjectSchema.nullable(),
  strict: z.boolean(),
  position: positionSchema.optional(),
});
export type NotificationType = z.infer<typeof notificationTypeReadSchema>;
export const notificationTypeListSchema = listOf(notificationTypeReadSchema);
