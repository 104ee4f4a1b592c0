import { z } from 'zod';

/** One thing that must hold for deliveries to flow. */
export const checkSchema = z.looseObject({
  id: z.string(),
  title: z.string(),
  state: z.enum(['holds', 'wrong', 'unknown']),
  says: z.string().describe('What was found'),
  fix: z.string().nullable().describe('What to do; null where nothing needs to be done'),
});
export type Check = z.infer<typeof checkSchema>;

/** Answer of `GET /v1/doctor`. */
export const doctorSchema = z.looseObject({ items: z.array(checkSchema) });
