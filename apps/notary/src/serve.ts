import { connectBus } from '@waybill/bus/connect';
import { runService } from '@waybill/service-kit/start-service';
import type { Config } from './config.js';
import { notaryModule } from './notary.module.js';

/** Runs the service until a signal ends it. */
export function serve(config: Config): Promise<void> {
  return runService({
    name: 'notary',
    description: 'Signs checkpoints of the logs and proves what is in them',
    config,
    connect: () => connectBus(config.NATS_URL, 'notary', config.NATS_CA),
    module: (kit) => notaryModule(config, kit),
  });
}
