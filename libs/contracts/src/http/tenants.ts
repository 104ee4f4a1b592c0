import { z } from 'zod';
import { apiKeyCreatedSchema } from './api-keys.js';
import { nameSchema, positionSchema, tenantIdSchema, timeSchema } from './fields.js';
import { listFields, listOf } from './lists.js';

/** Body of `POST /v1/tenants`, input of `tenants.create`. */
export const tenantCreateSchema = z.strictObject({ id: tenantIdSchema, name: nameSchema });

export const tenantSchema = z.looseObject({
  id: tenantIdSchema,
  name: z.string(),
  createdAt: timeSchema,
  createdBy: z.string().optional(),
});

/** `apiKey` and `publisher` are shown once. */
export const tenantCreatedSchema = tenantSchema.extend({
  apiKey: apiKeyCreatedSchema.optional(),
  publisher: z
    .looseObject({ user: z.string(), password: z.string(), natsUrl: z.string().optional() })
    .optional()
    .describe('What a NATS publisher of the tenant connects with'),
  position: positionSchema.optional(),
});
export const tenantListSchema = listOf(tenantSchema);
export const tenantListInputSchema = z.strictObject(listFields);
export const tenantGetInputSchema = z.strictObject({ id: tenantIdSchema });
