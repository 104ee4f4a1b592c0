import { z } from 'zod';
import { deliveryIdSchema } from './fields.js';

/** Query of `GET /v1/deliveries/{id}/replay`: the number of an attempt, the last one that sent something when absent. */
export const replayQuerySchema = z.strictObject({ attempt: z.int().min(1).optional() });
export const replayInputSchema = replayQuerySchema.extend({ id: deliveryIdSchema });

/** The request of a past attempt, made once more out of the logs, beside the digest that was recorded. */
export const replayedSchema = z.looseObject({
  deliveryId: z.string(),
  attempt: z.int(),
  connectorVersion: z.int(),
  renderer: z.string(),
  recorded: z.looseObject({ method: z.string(), url: z.string(), bodySha256: z.string(), bodyBytes: z.int() }),
  replayed: z.looseObject({
    method: z.string(),
    url: z.string(),
    body: z.string(),
    bodySha256: z.string(),
    bodyBytes: z.int(),
  }),
  same: z.boolean().describe('The bytes that come out of the log today are those that were sent'),
  notes: z.array(z.string()),
});
