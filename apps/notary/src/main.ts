import { connectBus } from '@waybill/bus/connect';
import { loadConfig } from '@waybill/service-kit/config';
import { runService } from '@waybill/service-kit/start-service';
import { configSchema } from './config.js';
import { notaryModule } from './notary.module.js';

const config = loadConfig(configSchema);

await runService({
  name: 'notary',
  description: 'Signs checkpoints of the logs and proves what is in them',
  config,
  connect: () => connectBus(config.NATS_URL, 'notary'),
  module: (kit) => notaryModule(config, kit),
});
