import { connectBus } from '@waybill/bus/connect';
import { loadConfig } from '@waybill/service-kit/config';
import { runService } from '@waybill/service-kit/start-service';
import { subscriptionsConfig } from './config.js';
import { subscriptionsModule } from './subscriptions.module.js';

const config = loadConfig(subscriptionsConfig);

await runService({
  name: 'subscriptions',
  description: 'Which notification goes where, and the record of every notification',
  config,
  connect: () => connectBus(config.NATS_URL, 'subscriptions'),
  module: (kit) => subscriptionsModule(config, kit),
});
