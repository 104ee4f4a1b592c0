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
    .looseObject({
      user: z.string(),
      password: z.string(),
      natsUrl: z
        .string()
        .optional()
        .describe('Both, and where the broker is: any client connects with it as it stands'),
      inboxPrefix: z.string().optional().describe('Answers in an inbox with this prefix are heard by nobody else'),
    })
    .optional()
    .describe(
      'What a NATS publisher of the tenant connects with: an API key with the scope publish, of which the broker asks registry. Every such key of the tenant does, with its id as the user.',
    ),
  position: positionSchema.optional(),
});
export const tenantListSchema = listOf(tenantSchema);
export const tenantListInputSchema = z.strictObject(listFields);
export const tenantGetInputSchema = z.strictObject({ id: tenantIdSchema });
