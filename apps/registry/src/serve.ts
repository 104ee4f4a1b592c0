import { connectBus } from '@waybill/bus/connect';
import { runService } from '@waybill/service-kit/start-service';
import type { Config } from './config.js';
import { registryModule } from './registry.module.js';

/** Runs the service until a signal ends it. */
export function serve(config: Config): Promise<void> {
  return runService({
    name: 'registry',
    description: 'Who may be sent to, with which template; tenants and API keys',
    config,
    connect: () => connectBus(config.NATS_URL, 'registry', config.NATS_CA),
    module: (kit) => registryModule(config, kit),
  });
}
