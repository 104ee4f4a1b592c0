import { commonConfig, logConfig, wholeNumber } from '@waybill/service-kit/config';
import { z } from 'zod';

/** The environment of subscriptions; each variable may also come as `…_FILE`. */
export const subscriptionsConfig = z.object({
  ...commonConfig,
  ...logConfig,
  /** A copy that dies keeps its tenants waiting for so long; a shorter time costs more writes. */
  WAYBILL_LEASE_MS: wholeNumber(1_000, 60_000, 5_000),
});

export type SubscriptionsConfig = z.infer<typeof subscriptionsConfig>;
