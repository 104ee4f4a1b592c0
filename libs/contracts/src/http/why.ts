import { z } from 'zod';
import {
  cursorLengthMax,
  explainableIdSchema,
  notificationIdSchema,
  positionSchema,
  refusalIdSchema,
  subscriptionIdSchema,
  timeSchema,
  versionSchema,
} from './fields.js';
import { clauseSchema } from './subscriptions.js';

export const whyInputSchema = z.strictObject({ id: explainableIdSchema });
/** `cursor`: of a notification, where the subscriptions that are explained go on. */
export const whyQuerySchema = z.strictObject({ cursor: z.string().max(cursorLengthMax).optional() });

/** Subscriptions that one answer explains; `nextCursor` leads to further ones. */
export const explainedMax = 200;

/** Input of `notifications.explain`: why each subscription took the notification or did not, as it stood when that was decided. */
export const explainThenInputSchema = z.strictObject({
  id: notificationIdSchema,
  cursor: z.string().max(cursorLengthMax).optional(),
});

/** One subscription as it stood at the position that the router decided on, folded from the log. */
export const explainedThenSchema = z.looseObject({
  subscriptionId: subscriptionIdSchema,
  name: z.string(),
  version: versionSchema,
  /** Of the event that made it what it was then. */
  position: positionSchema,
  /** null: the payload was shredded, and its filter can no longer be asked. */
  matches: z.boolean().nullable(),
  because: z.array(clauseSchema),
  /** What the record says that the router did with it. */
  recorded: z.enum(['chosen', 'suppressed', 'passed-by']),
});
export type ExplainedThen = z.infer<typeof explainedThenSchema>;

export const explainedThenListSchema = z.looseObject({
  /** Where the subscriptions stood when it was decided; nothing later counts. */
  asOf: z.looseObject({ log: z.string(), position: positionSchema }),
  items: z.array(explainedThenSchema),
  /** Subscriptions among those looked at that were made later, or had been deleted before: they had no say. */
  madeLater: z.int(),
  deletedBefore: z.int(),
  /** Whether folding the log leads to what was recorded; null where the payload was shredded. */
  agrees: z.boolean().nullable(),
  nextCursor: z.string().nullable(),
});
export type ExplainedThenList = z.infer<typeof explainedThenListSchema>;

export const refusalTextMax = 4_000;
/** For the gateway, which reads the body of a publish by HTTP before anybody else does: what it could not take. */
export const refusalRecordInputSchema = z.strictObject({
  code: z.string().max(100),
  detail: z.string().max(refusalTextMax),
  pointer: z.string().max(refusalTextMax).nullable(),
  bytes: z.int().min(0),
});
export type RefusalRecordInput = z.infer<typeof refusalRecordInputSchema>;

export const refusalGetInputSchema = z.strictObject({ id: refusalIdSchema });
/** A refused notification as it is on the record. */
export const refusalSchema = z.looseObject({
  id: refusalIdSchema,
  code: z.string(),
  detail: z.string(),
  pointer: z.string().nullable(),
  subject: z.string().nullable(),
  type: z.string().nullable(),
  source: z.string().nullable(),
  sourceId: z.string().nullable(),
  via: z.string(),
  bytes: z.int(),
  refusedAt: timeSchema,
  refusedBy: z.string(),
  log: z.string(),
  position: positionSchema,
});
export type Refusal = z.infer<typeof refusalSchema>;

/** The explanation of one id: a sentence, the steps in order of time with where they stand in which log, and the data it was made from. */
export const whySchema = z.looseObject({
  id: z.string(),
  kind: z.enum(['connector', 'subscription', 'notification', 'delivery', 'job', 'refusal']),
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
