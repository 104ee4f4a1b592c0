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
    suppressed: z.int().describe('Not sent, because a window of the subscription was open'),
  }),
  successRate: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe('Delivered of all that was to be sent and ended; null when nothing did'),
  latencyMs: z
    .looseObject({ p50: z.number().nullable(), p95: z.number().nullable(), p99: z.number().nullable() })
    .describe('From the record of the notification to the acceptance by the target'),
  oldestUndelivered: z.looseObject({ deliveryId: z.string(), since: timeSchema }).nullable(),
  series: z.array(
    z.looseObject({ at: timeSchema, delivered: z.int(), deadLettered: z.int(), failedAttempts: z.int() }),
  ),
});
export type Stats = z.infer<typeof statsSchema>;

/** Query of `GET /v1/stats/connectors`, input of `stats.connectors`. Without `since` the last 24 hours. */
export const connectorStatsInputSchema = z.strictObject({
  since: timeSchema.optional(),
  until: timeSchema.optional(),
});

/** How one connector did: of the deliveries that were routed in the window, and what stands against it now. */
export const connectorStatsSchema = z.looseObject({
  connectorId: connectorIdSchema,
  delivered: z.int(),
  deadLettered: z.int(),
  failedAttempts: z.int(),
  underWay: z.int().describe('Not over now, whenever they were routed'),
  lastDeliveredAt: timeSchema.nullable().describe('Within the window'),
  lastError: z
    .looseObject({ reason: z.string(), at: timeSchema, deliveryId: z.string() })
    .nullable()
    .describe('Of the newest delivery that is a dead letter or waits for a retry, whenever it was routed'),
  pausedUntil: timeSchema.nullable().describe('The target asked for quiet until then'),
  failing: z
    .looseObject({ since: timeSchema, because: z.string().nullable() })
    .nullable()
    .describe('Several failures in a row: only a probe goes through now and then'),
  points: z.array(
    z.looseObject({ at: timeSchema, delivered: z.int(), deadLettered: z.int(), failedAttempts: z.int() }),
  ),
});
export type ConnectorStats = z.infer<typeof connectorStatsSchema>;
export const connectorStatsListSchema = z.looseObject({
  since: timeSchema,
  until: timeSchema,
  pointMs: z.int().describe('What one point of `points` spans; points without deliveries are left out'),
  items: z.array(connectorStatsSchema),
});
