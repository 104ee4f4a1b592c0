import type { NatsConnection } from '@nats-io/transport-node';
import type { LogStanding } from '@waybill/contracts/http/log-proofs';
import { Refused } from '@waybill/decider/decider';
import { type Checkpoint, logOfOrigin, openCheckpoint, parseCheckpoint } from './checkpoint.js';
import { keepGuard } from './keep-guard.js';
import { type NoteKey, NoteRefused, parseVkeys } from './note.js';
import type { LogHead } from './log.js';
import { type LogPage, readPage } from './log-page.js';
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
    private readonly keys: readonly NoteKey[] | null,
    /** Whether appends are let in, and by which checkpoint that was judged. */
    readonly standing: () => LogStanding,
  ) {}

  /**
   * Resolves after the log was compared with what protects it and with its newest checkpoint (see `keep-guard.ts`). `vkey` holds the notary's
   * verification keys; refuses to start with one that is none.
   */
  static async open(options: {
    log: PostgresLog;
    connectionString: string;
    kek: string;
    vkey: string | undefined;
    nats: NatsConnection;
    host: ServiceHost;
  }): Promise<LogProofs> {
    const { log, connectionString, kek, vkey, nats, host } = options;
    const keys = vkey === undefined ? null : parseVkeys(vkey);
    const stored = StoredEvents.open({ connectionString, kek, log: log.identity.log });
    host.onDrain('proofs', () => stored.close());
    const standing = await keepGuard({ log, stored, nats, host, keys });
    return new LogProofs(log, stored, new Shredding(log, stored, nats), keys, standing);
  }

  /** The events after a position as they go on the wire, as many as fit into one reply: for whoever has a hole to fill. */
  read(after: number, limit: number): Promise<LogPage> {
    return readPage(this.log, after, limit);
  }

  async head(): Promise<LogHead & { readonly log: string }> {
    return { log: this.log.identity.log, ...(await this.log.head()) };
  }

  /**
   * Keeps a checkpoint of another log in this one, so that both would have to be forged together; answers the event's position. Refuses
   * one that the notary's key did not sign, where it is known.
   */
  async witness(note: string, actor: string): Promise<number> {
    const { origin, size, rootHash } = this.readCheckpoint(note);
    const stream = `checkpoint-${logOfOrigin(origin)}`;
    const data = { origin, size, rootHash: rootHash.toString('hex'), checkpoint: note };
    const event = { type: checkpointWitnessed, schemaVersion: 1, data, meta: { actor } };
    const { headPosition, events } = await this.log.append({
      streams: [{ stream, tenant: noTenant, expected: 'any', events: [event] }],
    });
    return events[0]?.position ?? headPosition;
  }

  /** The newest checkpoint of another log that `witness` kept; null when there is none. */
  async newestWitness(log: string): Promise<string | null> {
    const [event] = await this.log.readStream(`checkpoint-${log}`, { backwards: true, limit: 1 });
    return typeof event?.data['checkpoint'] === 'string' ? event.data['checkpoint'] : null;
  }

  private readCheckpoint(note: string): Checkpoint {
    try {
      return this.keys === null ? parseCheckpoint(note) : openCheckpoint(note, this.keys);
    } catch (error) {
      if (error instanceof NoteRefused) throw new Refused('validation_failed', error.message, '/checkpoint');
      throw error;
    }
  }
}
