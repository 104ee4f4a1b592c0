import { deploymentSchema } from '@waybill/egress/deployment';
import { commonConfig, jsonOf, logConfig, keks, wholeNumber } from '@waybill/service-kit/config';
import { z } from 'zod';

/** The environment of delivery; every variable may also come from the file that `<NAME>_FILE` names. */
export const configSchema = z.object({
  ...commonConfig,
  ...logConfig,
  /** Opens the secrets of connectors that registry sealed. */
  WAYBILL_SECRETS_KEK: keks,
  /** The deployment file: what no tenant may decide. Usually given as `WAYBILL_CONFIG_FILE`. */
  WAYBILL_CONFIG: jsonOf(deploymentSchema({ production: process.env['NODE_ENV'] === 'production' })).prefault('{}'),
  /**
   * Whether delivery is held after its database server went on on another timeline: a standby that was promoted may lack the last transactions,
   * and what they say was sent would be sent again. `continue` is for clusters whose standbys are synchronous.
   */
  WAYBILL_ON_FAILOVER: z.enum(['hold', 'continue']).default('hold'),
  /** A copy that dies keeps what it was reading waiting for so long. */
  WAYBILL_LEASE_MS: wholeNumber(1_000, 60_000, 5_000),
});

export type Config = z.output<typeof configSchema>;
