import { keyIdOf } from '@waybill/contracts/http/api-keys';
import { deploymentSchema } from '@waybill/egress/deployment';
import { commonConfig, jsonOf, logConfig, keks, natsUrl, wholeNumber } from '@waybill/service-kit/config';
import { z } from 'zod';

/** The environment of registry; every variable may also come from the file that `<NAME>_FILE` names. */
export const configSchema = z.object({
  ...commonConfig,
  ...logConfig,
  /** Seals the secrets of connectors; delivery holds the same one and nobody else does. */
  WAYBILL_SECRETS_KEK: keks,
  /**
   * The deployment file, as delivery has it, usually given as `WAYBILL_CONFIG_FILE`: its part `egress` judges addresses when they are saved.
   * Without it nothing is opened, as at delivery: an address that would never be dialled is not saved either.
   */
  WAYBILL_CONFIG: jsonOf(deploymentSchema({ production: process.env['NODE_ENV'] === 'production' })).prefault('{}'),
  /** The whole text of a key; where the log has no tenant yet, the tenant `default` and this key are made. */
  WAYBILL_BOOTSTRAP_ADMIN_KEY: z
    .string()
    .refine((text) => keyIdOf(text) !== null, 'must be the whole text of a key (wb_…); remove it if you have none')
    .optional(),
  /**
   * The seed of the account key that the broker's configuration names as issuer (auth callout): with it registry tells the broker what the
   * publishers of tenants may do. Without it a new tenant gets no credentials for the broker.
   */
  WAYBILL_NATS_ISSUER: z
    .string()
    .regex(/^SA[A-Z2-7]{56}$/, 'must be the seed of an account key of nats-server (SA…)')
    .optional(),
  /** Where publishers reach the broker; default: where registry reaches it. */
  WAYBILL_NATS_PUBLIC_URL: natsUrl.optional(),
  /** How much one tenant may have waiting in NATS, in MiB; beyond it a publish is refused (discard new). */
  WAYBILL_STREAM_MIB_MAX: wholeNumber(1, 1_048_576, 1_024),
});

export type Config = z.output<typeof configSchema>;
