import { connectBus } from '@waybill/bus/connect';
import { loadConfig } from '@waybill/service-kit/config';
import { runService } from '@waybill/service-kit/start-service';
import { configSchema } from './config.js';
import { deliveryModule } from './delivery.module.js';

const config = loadConfig(configSchema);

await runService({
  name: 'delivery',
  description: 'Attempts, retries, dead letters; preview and test by the same path',
  config,
  connect: () => connectBus(config.NATS_URL, 'delivery'),
  module: (kit) => deliveryModule(config, kit),
});
