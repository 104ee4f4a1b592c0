import { z } from 'zod';
import { notificationIdSchema, reasonSchema, timeSchema } from './fields.js';

/**
 * How many payloads one request shreds at most, so that it is answered within seconds (each message is overwritten in the broker); where
 * there are others, the same request with `cursor` goes on.
 */
export const shreddedMax = 200;

/** Body of `POST /v1/shredding`: one notification, or all that a tenant published up to a time. */
export const shredBodySchema = z
  .strictObject({
    notificationId: notificationIdSchema.optional(),
    before: timeSchema.optional().describe('Every notification that was recorded up to then'),
    reason: reasonSchema.min(1),
    cursor: z.string().max(512).optional().describe('`nextCursor` of the answer before'),
  })
  .refine(
    (body) => (body.notificationId === undefined) !== (body.before === undefined),
    'names a notification or a time',
  );

export const shreddedSchema = z.looseObject({
  /** Payloads whose keys are gone now, also those that were gone before. */
  shredded: z.int(),
  /** Those that a legal hold keeps. */
  held: z.array(z.string()),
  more: z.boolean(),
  /** Where the next request goes on; null when everything is done. */
  nextCursor: z.string().nullable(),
});

/** Body of `POST /v1/legal-holds`; without a notification it is about everything of the tenant. */
export const legalHoldBodySchema = z.strictObject({
  notificationId: notificationIdSchema.optional(),
  held: z.boolean().describe('false releases'),
  reason: reasonSchema.min(1),
});
export const legalHoldSchema = z.looseObject({ notificationId: z.string().nullable(), held: z.boolean() });

/** Inputs of `payloads.shred` and `payloads.hold` of the services that seal payloads. */
export const payloadsShredInputSchema = z.strictObject({
  subjects: z.array(z.string().min(1).max(256)).min(1).max(200),
  reason: reasonSchema,
});
export const payloadsHoldInputSchema = z.strictObject({
  subject: z.string().min(1).max(256).nullable(),
  held: z.boolean(),
  reason: reasonSchema,
});
