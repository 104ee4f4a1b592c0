import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { followLog } from '@waybill/bus/follow-log';
import { registryLog } from '@waybill/contracts/log/registry';
import { logStream } from '@waybill/contracts/subjects';
import type { Log } from '@waybill/service-kit/logger';
import type { LogMirror } from '@waybill/service-kit/log-mirror';
import type { Connector } from '../work/connectors.js';
import type { ConnectorClosings } from './connector-closings.js';

/** Registry's log is read within milliseconds; where it cannot be read, delivery begins to work with what it knows after so long. */
export const registryReadMsMax = 5_000;
const batchMax = 500;

export interface RegistryParts {
  readonly nc: NatsConnection;
  readonly mirror: LogMirror<Connector>;
  readonly closings: Pick<ConnectorClosings, 'record'>;
  readonly log: Log;
}

/** Reads registry's log for this copy: the connectors, and that they were closed. */
export class RegistryReader {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: RegistryParts) {}

  start(): void {
    const { nc, mirror, closings, log } = this.parts;
    this.running = followLog({
      nc,
      log: registryLog,
      after: mirror.after,
      onBatch: async (events) => {
        await closings.record(events);
        await mirror.take(events);
      },
      batchMax,
      signal: this.stopping.signal,
      onFault: (error) => log.warn({ err: error, log: registryLog }, 'follow.fault'),
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /**
   * Answers whether all that registry's log holds now was read, after so long at the latest: then what comes from elsewhere is met with what
   * was known when it was made. Never rejects: without the broker nobody can tell, and nothing comes from elsewhere either.
   */
  readonly caughtUp = async (withinMs: number): Promise<boolean> => {
    const { nc, mirror, log } = this.parts;
    try {
      const manager = await jetstreamManager(nc, { checkAPI: false });
      const { state } = await manager.streams.info(logStream(registryLog));
      if (await mirror.reached(state.last_seq, withinMs)) return true;
      log.debug({ log: registryLog, position: state.last_seq }, 'registry.behind');
    } catch (error) {
      log.debug({ err: error, log: registryLog }, 'registry.behind');
    }
    return false;
  };
}
