import { logKeepers } from '@waybill/contracts/subjects';
import { commonConfig, wholeNumber } from '@waybill/service-kit/config';
import { z } from 'zod';

const { DATABASE_URL: _noDatabase, ...withoutDatabase } = commonConfig;

const yes = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

const webUrl = z.string().refine((text) => ['http:', 'https:'].includes(URL.parse(text)?.protocol ?? ''), {
  message: 'must be an http or https URL',
});

/** A bucket with object lock, and a time stamp authority: places out of reach of whoever holds this machine. All optional. */
const anchorConfig = {
  /** Where checkpoints are laid down for others to take away; a folder on another machine makes them worth more. */
  WAYBILL_NOTARY_ANCHOR_DIR: z.string().min(1).optional(),
  /** `https://<endpoint>/<bucket>[/<prefix>]` of S3 or what speaks its protocol; the bucket was made with object lock. */
  WAYBILL_NOTARY_S3_URL: webUrl.optional(),
  WAYBILL_NOTARY_S3_REGION: z.string().min(1).default('us-east-1'),
  /** May put and read objects, and nothing else. */
  WAYBILL_NOTARY_S3_ACCESS_KEY_ID: z.string().min(1).optional(),
  WAYBILL_NOTARY_S3_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  /** `compliance`: not even the account's owner takes an object away before its time. */
  WAYBILL_NOTARY_S3_LOCK: z.enum(['compliance', 'governance']).default('compliance'),
  WAYBILL_NOTARY_S3_LOCK_DAYS: wholeNumber(1, 36_500, 3_650),
  /** Answers RFC 3161 requests over HTTP. */
  WAYBILL_NOTARY_TSA_URL: webUrl.optional(),
  /** PEM of the roots that its certificate must lead to; usually given as WAYBILL_NOTARY_TSA_CA_FILE. */
  WAYBILL_NOTARY_TSA_CA: z.string().includes('BEGIN CERTIFICATE', { error: 'must be a PEM certificate' }).optional(),
};

/** The environment of the notary. It has no database: what it believes about the logs, it has read and kept itself. */
const environmentSchema = z.object({
  ...withoutDatabase,
  /** Holds the signing key, and for each log every leaf that was seen and every checkpoint that was signed. Never share it, back it up. */
  WAYBILL_NOTARY_DIR: z.string().min(1),
  ...anchorConfig,
  /** Stands in the origin of every checkpoint; two deployments must not share it. */
  WAYBILL_DEPLOYMENT: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 of a-z 0-9 . -')
    .default('local'),
  /** `true` (or the argument `--init`) lets a notary that remembers nothing begin with logs that hold events already. */
  WAYBILL_NOTARY_INIT: yes,
  /** The shortest time between two checkpoints of a log. */
  WAYBILL_NOTARY_SIGN_MS: wholeNumber(100, 60_000, 1_000),
  /** How often checkpoints go to the anchor and into the other services' logs. */
  WAYBILL_NOTARY_HEARTBEAT_MS: wholeNumber(500, 3_600_000, 60_000),
  /** How often every stored row is hashed again and compared with what was seen before. */
  WAYBILL_NOTARY_AUDIT_MS: wholeNumber(500, 86_400_000, 3_600_000),
});

type Environment = z.output<typeof environmentSchema>;
const together = (names: readonly (keyof Environment)[], given: Environment): boolean =>
  new Set(names.map((name) => given[name] === undefined)).size === 1;

export const configSchema = environmentSchema
  .refine(
    (given) =>
      together(
        ['WAYBILL_NOTARY_S3_URL', 'WAYBILL_NOTARY_S3_ACCESS_KEY_ID', 'WAYBILL_NOTARY_S3_SECRET_ACCESS_KEY'],
        given,
      ),
    {
      path: ['WAYBILL_NOTARY_S3_URL'],
      message: 'a bucket needs its URL, WAYBILL_NOTARY_S3_ACCESS_KEY_ID and WAYBILL_NOTARY_S3_SECRET_ACCESS_KEY',
    },
  )
  .refine((given) => together(['WAYBILL_NOTARY_TSA_URL', 'WAYBILL_NOTARY_TSA_CA'], given), {
    path: ['WAYBILL_NOTARY_TSA_URL'],
    message: 'a time stamp authority needs its URL and WAYBILL_NOTARY_TSA_CA, the roots that are believed',
  });

export type Config = z.output<typeof configSchema>;

/** The logs that are watched: one a service (design.md section 3.1). */
export const watchedLogs = logKeepers.map((service) => `${service}-0`);
