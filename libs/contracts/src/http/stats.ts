import { z } from 'zod';
import { connectorIdSchema, timeSchema } from './fields.js';

/** Query of `GET /v1/stats`, input of `stats`. Without `since` the last 24 hours. */
export const statsInputSchema = z.strictObject({
  since: timeSchema.optional(),
  until: timeSchema.optional(),
  connectorId: connectorIdSchema.optional(),
});

export const statsSchema = z.looseObject({
  since: timeSchema,
  until: timeSchema,
  counts: z.looseObject({
    pending: z.int(),
    attempting: z.int(),
    retrying: z.int(),
    delivered: z.int(),
    deadLettered: z.int(),
    cancelled: z.int(),
    suppressed: z.int(),
  }),
  successRate: z.number().min(0).max(1).nullable().describe('Delivered of all that ended; null when nothing did'),
  latencyMs: z
    .looseObject({ p50: z.number().nullable(), p95: z.number().nullable(), p99: z.number().nullable() })
    .describe('From the record of the notification to the acceptance by the target'),
  oldestUndelivered: z.looseObject({ deliveryId: z.string(), since: timeSchema }).nullable(),
  series: z.array(
    z.looseObject({ at: timeSchema, delivered: z.int(), deadLettered: z.int(), failedAttempts: z.int() }),
  ),
});
