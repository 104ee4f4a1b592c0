import { z } from 'zod';
import { explainableIdSchema, positionSchema, timeSchema } from './fields.js';

export const whyInputSchema = z.strictObject({ id: explainableIdSchema });

/** The explanation of one id: a sentence, the steps in order of time with where they stand in which log, and the data it was made from. */
export const whySchema = z.looseObject({
  id: z.string(),
  kind: z.enum(['connector', 'subscription', 'notification', 'delivery', 'job']),
  words: z.string(),
  steps: z.array(
    z.looseObject({
      at: timeSchema.nullable(),
      words: z.string(),
      log: z.string().optional(),
      position: positionSchema.optional(),
    }),
  ),
  data: z.unknown(),
});
export type Why = z.infer<typeof whySchema>;
