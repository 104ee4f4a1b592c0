import { connectBus } from '@waybill/bus/connect';
import { loadConfig } from '@waybill/service-kit/config';
import { runService } from '@waybill/service-kit/start-service';
import { configSchema } from './config.js';
import { registryModule } from './registry.module.js';

const config = loadConfig(configSchema);

await runService({
  name: 'registry',
  description: 'Who may be sent to, with which template; tenants and API keys',
  config,
  connect: () => connectBus(config.NATS_URL, 'registry'),
  module: (kit) => registryModule(config, kit),
});
