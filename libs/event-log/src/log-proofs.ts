import type { NatsConnection } from '@nats-io/transport-node';
import { logOfOrigin, parseCheckpoint } from './checkpoint.js';
import { keepGuard } from './keep-guard.js';
import type { PostgresLog } from './postgres-log.js';
import type { ServiceHost } from './service-host.js';
import { Shredding } from './shredding.js';
import { StoredEvents } from './stored-events.js';

/** Events that belong to no tenant: every auditor may read them. */
export const noTenant = '_';
/** The type of the events that keep another log's checkpoint. */
export const checkpointWitnessed = 'CheckpointWitnessed';

/** What a service answers to the notary and to auditors about its own log. */
export class LogProofs {
  private constructor(
    private readonly log: PostgresLog,
    readonly stored: StoredEvents,
    readonly shredding: Shredding,
  ) {}

  /** Resolves after the log was compared with what protects it and with its newest checkpoint (see `keep-guard.ts`). */
  static async open(options: {
    log: PostgresLog;
    connectionString: string;
    kek: string;
    nats: NatsConnection;
    host: ServiceHost;
  }): Promise<LogProofs> {
    const { log, connectionString, kek, nats, host } = options;
    const stored = StoredEvents.open({ connectionString, kek, log: log.identity.log });
    host.onDrain('proofs', () => stored.close());
    await keepGuard({ log, stored, nats, host });
    return new LogProofs(log, stored, new Shredding(log, stored, nats));
  }

  /**
   * Keeps a checkpoint of another log in this one, so that both would have to be forged together; answers the event's position.
   * The signature is not checked here: who reads it checks it with the notary's key.
   */
  async witness(note: string, actor: string): Promise<number> {
    const { origin, size, rootHash } = parseCheckpoint(note);
    const stream = `checkpoint-${logOfOrigin(origin)}`;
    const data = { origin, size, rootHash: rootHash.toString('hex'), checkpoint: note };
    const event = { type: checkpointWitnessed, schemaVersion: 1, data, meta: { actor } };
    const { headPosition, events } = await this.log.append({
      streams: [{ stream, tenant: noTenant, expected: 'any', events: [event] }],
    });
    return events[0]?.position ?? headPosition;
  }
}
