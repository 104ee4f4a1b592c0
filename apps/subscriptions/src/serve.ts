import { connectBus } from '@waybill/bus/connect';
import { runService } from '@waybill/service-kit/start-service';
import type { SubscriptionsConfig } from './config.js';
import { subscriptionsModule } from './subscriptions.module.js';

/** Runs the service until a signal ends it. */
export function serve(config: SubscriptionsConfig): Promise<void> {
  return runService({
    name: 'subscriptions',
    description: 'Which notification goes where, and the record of every notification',
    config,
    connect: () => connectBus(config.NATS_URL, 'subscriptions', config.NATS_CA),
    module: (kit) => subscriptionsModule(config, kit),
  });
}
