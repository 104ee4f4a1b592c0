import { connectBus } from '@waybill/bus/connect';
import { drainOnSignals } from '@waybill/service-kit/drain';
import { watchLoad } from '@waybill/service-kit/load-watch';
import { manageMemory } from '@waybill/service-kit/memory';
import { Transit } from '@waybill/service-kit/transit';
import type { GatewayConfig } from './config.js';
import { startGateway } from './start-gateway.js';

/** Runs the gateway until a signal ends it. */
export async function serve(config: GatewayConfig): Promise<void> {
  const secrets = new Transit();
  manageMemory(watchLoad, secrets);
  process.on('uncaughtException', fail).on('unhandledRejection', fail);
  try {
    const gateway = await startGateway(config, () => connectBus(config.NATS_URL, 'gateway', config.NATS_CA), secrets);
    drainOnSignals(gateway.log, () => gateway.stop());
  } catch (error) {
    fail(error);
  }
}

/** A defect must not leave half a gateway: it ends at once, because whoever supervises it starts a whole one. */
function fail(error: unknown): never {
  process.stderr.write(`gateway: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
