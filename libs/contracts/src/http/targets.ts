import { z } from 'zod';
import { targetIdSchema } from './connector-configs.js';
import { jsonObjectSchema } from './fields.js';

/** What can be connected; `form` and `secrets` are JSON Schemas (2020-12), `help` is Markdown. */
export const targetSchema = z.looseObject({
  id: targetIdSchema,
  name: z.string(),
  category: z.enum(['ticketing', 'messaging', 'universal']),
  description: z.string(),
  form: jsonObjectSchema,
  secrets: jsonObjectSchema,
  templates: z.record(z.string(), z.looseObject({ format: z.enum(['json', 'jq']), body: z.string() })),
  connectionTest: z
    .looseObject({ offered: z.boolean(), says: z.string() })
    .describe('Whether the connection can be tested without sending, and what is asked then'),
  help: z.string(),
});
export const targetListSchema = z.looseObject({ items: z.array(targetSchema), nextCursor: z.string().nullable() });
export const targetListInputSchema = z.strictObject({});
export const targetGetInputSchema = z.strictObject({ id: targetIdSchema });
