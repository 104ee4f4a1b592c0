import { z } from 'zod';
import { type HoldReason, holdReasons } from '../codes/hold-reasons.js';
import { isStorableTime } from '../text/storable.js';

/** Bounds of single fields. Each stands in the contract documents, so that a client meets no limit that it could not have read. */
export const nameLengthMax = 200;
export const reasonLengthMax = 500;
export const searchLengthMax = 200;
export const urlLengthMax = 2_048;
/** What targets name a thing by is short; PagerDuty takes the longest, a key of 255 characters, and a person looks for all of it. */
export const ticketLengthMax = 255;
export const secretLengthMax = 16_384;
export const templateBodyLengthMax = 32_768;
export const notificationTypeLengthMax = 100;
export const cursorLengthMax = 1_000;
/** A publisher's own id and source: both go into the derived notification id, so their length is free of cost, but not of sense. */
export const publisherIdLengthMax = 256;
export const listLimitMax = 200;
export const listLimitDefault = 50;

const suffix = '[0-7][0-9a-hjkmnp-tv-z]{25}';

const typeId = (prefix: string, what: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_${suffix}$`), `must be the id of a ${what} (${prefix}_ and 26 characters)`)
    .describe(`Id of a ${what}`);

export const connectorIdSchema = typeId('con', 'connector');
export const subscriptionIdSchema = typeId('sub', 'subscription');
export const notificationIdSchema = typeId('ntf', 'notification');
export const deliveryIdSchema = typeId('dlv', 'delivery');
export const attemptIdSchema = typeId('att', 'attempt');
export const jobIdSchema = typeId('job', 'job');
/** A refused notification; the same id stands in the problem and in the message on the subject `refused`. */
export const refusalIdSchema = typeId('ref', 'refused notification');
export const apiKeyIdSchema = typeId('key', 'API key');

/** Any id that `/v1/why/{id}` can explain. */
export const explainableIdSchema = z
  .string()
  .regex(new RegExp(`^(con|sub|ntf|dlv|job|ref)_${suffix}$`), 'must be an id of Waybill');

export const tenantIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and hyphen, not beginning with a hyphen')
  .describe('Id of a tenant');

export const notificationTypeSchema = z
  .string()
  .max(notificationTypeLengthMax)
  .regex(/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/, 'must be words of a-z, 0-9, _ and - with dots between them')
  .describe('Type of a notification, such as incident or deploy.finished');

/** Control characters and bidirectional overrides would let a name show as something else in a list or a log. */
export const nameSchema = z
  .string()
  .min(1)
  .max(nameLengthMax)
  .regex(/^[^\p{Cc}\u202a-\u202e\u2066-\u2069]+$/u, 'must not hold control or direction characters')
  .regex(/\S/, 'must not be blank');

export const reasonSchema = z.string().max(reasonLengthMax);

/** RFC 3339; answers are always UTC with milliseconds. PostgreSQL counts no year 0 and reads none of five digits. */
export const timeSchema = z.iso
  .datetime({ offset: true })
  .refine(isStorableTime, 'must be of the years 1 to 9999, in UTC');

/** Counts from 1; the same number stands in `ETag`. */
export const versionSchema = z.int().min(1);

/** A log position: contiguous from 1; 0 is before the first event. */
export const positionSchema = z.int().min(0);

/** `<service>-<shard>`. */
export const logNameSchema = z
  .string()
  .regex(/^(registry|subscriptions|delivery)-\d{1,4}$/, 'must be the name of a log, such as delivery-0');

export const jsonObjectSchema = z.record(z.string(), z.unknown());

/** Where a write answers, the position of its last event: the gateway waits for delivery to have read that far. */
export const writtenFields = { position: positionSchema };

export const versionedInput = { ifVersion: versionSchema };

/** True when a value's JSON has at most `bytesMax` characters; a cheap bound for objects whose shape is not ours. */
export const fitsIn = (bytesMax: number) => (value: unknown) => JSON.stringify(value).length <= bytesMax;

export const holdReasonSchema = z.enum(Object.keys(holdReasons) as [HoldReason, ...HoldReason[]]);
