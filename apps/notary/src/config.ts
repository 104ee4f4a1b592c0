import { commonConfig, wholeNumber } from '@waybill/service-kit/config';
import { z } from 'zod';

const { DATABASE_URL: _noDatabase, ...withoutDatabase } = commonConfig;

const yes = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

/** The environment of the notary. It has no database: what it believes about the logs, it has read and kept itself. */
export const configSchema = z.object({
  ...withoutDatabase,
  /** Holds the signing key, and for each log every leaf that was seen and every checkpoint that was signed. Never share it, back it up. */
  WAYBILL_NOTARY_DIR: z.string().min(1),
  /** Where checkpoints are laid down for others to take away; a folder on another machine makes them worth more. */
  WAYBILL_NOTARY_ANCHOR_DIR: z.string().min(1).optional(),
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

export type Config = z.output<typeof configSchema>;

/** The logs that are watched: one a service (design.md section 3.1). */
export const watchedLogs = ['registry-0', 'subscriptions-0', 'delivery-0'] as const;
