import { z } from 'zod';
import { logNameSchema, positionSchema } from './fields.js';

export const logReadLimitMax = 1_000;
export const streamNameLengthMax = 200;

/** One event as it stands on the bus (contract.md section 3). */
export const logEventSchema = z.looseObject({
  log: z.string(),
  epoch: z.int(),
  position: positionSchema,
  eventId: z.string(),
  stream: z.string(),
  version: z.int(),
  type: z.string(),
  schemaVersion: z.int(),
  tenant: z.string(),
  at: z.string(),
  actor: z.string(),
  correlationId: z.string().nullish(),
  causationId: z.string().nullish(),
  traceparent: z.string().nullish(),
  data: z.unknown(),
});

/** Query of `GET /v1/log/{log}/events`. */
export const logEventsQuerySchema = z.strictObject({
  after: positionSchema.default(0),
  limit: z.int().min(1).max(logReadLimitMax).default(100),
  stream: z.string().min(1).max(streamNameLengthMax).optional(),
  type: z
    .string()
    .regex(/^[A-Z][A-Za-z]{0,99}$/, 'must be the type of an event, such as DeliveryAccepted')
    .optional(),
});

/** Input of `log.read` of every service. */
export const logReadInputSchema = z.strictObject({ after: positionSchema, limit: z.int().min(1).max(logReadLimitMax) });
/** Answer of `log.read`: wire texts, so that a payload keeps its spelling; the tenant's filter is the asker's duty. */
export const logReadAnswerSchema = z.looseObject({
  events: z.array(z.looseObject({ text: z.string(), sealedAt: z.int().nullable() })),
  head: positionSchema,
});
export type LogReadAnswer = z.infer<typeof logReadAnswerSchema>;

/** `nextAfter`: where to go on; null when the head was reached. */
export const logEventsSchema = z.looseObject({
  items: z.array(logEventSchema),
  nextAfter: positionSchema.nullable(),
  head: positionSchema,
});

export const logHeadSchema = z.looseObject({
  log: logNameSchema,
  position: positionSchema,
  epoch: z.int(),
  rootHash: z.string(),
  at: z.string().nullable(),
});
export const logHeadInputSchema = z.strictObject({});

/** Input and answer of delivery's `caught-up`. */
export const caughtUpInputSchema = z.strictObject({
  log: logNameSchema,
  position: positionSchema,
  timeoutMs: z.int().min(0).max(10_000),
});
export const caughtUpAnswerSchema = z.looseObject({ reached: z.boolean() });
