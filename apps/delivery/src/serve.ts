import { connectBus } from '@waybill/bus/connect';
import { attemptMsMax } from '@waybill/contracts/attempt-time';
import { drainTimeoutMs } from '@waybill/contracts/drain';
import { runService } from '@waybill/service-kit/start-service';
import type { Config } from './config.js';
import { deliveryModule } from './delivery.module.js';

/** Runs the service until a signal ends it. */
export function serve(config: Config): Promise<void> {
  return runService({
    name: 'delivery',
    description: 'Attempts, retries, dead letters; preview and test by the same path',
    config,
    connect: () => connectBus(config.NATS_URL, 'delivery', config.NATS_CA),
    module: (kit) => deliveryModule(config, kit),
    // An attempt that is cut off counts as lost and is sent again. Once the last one is over, the rest ends as fast as in any other service.
    drainTimeoutMs: attemptMsMax + drainTimeoutMs,
  });
}
