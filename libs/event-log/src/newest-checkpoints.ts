import type { NatsConnection } from '@nats-io/transport-node';
import { logKeepers, noTenant, rpcSubject, type ServiceName } from '@waybill/contracts/subjects';
import { type Checkpoint, logOfOrigin, openCheckpoint, parseCheckpoint } from './checkpoint.js';
import { type NoteKey, NoteRefused } from './note.js';
import type { StoredEvents } from './stored-events.js';

/** Nobody waits longer for the notary or a peer: one that is away must not keep notifications from being recorded. */
const answerWaitMs = 1_000;

export interface FoundCheckpoint extends Checkpoint {
  /** Who gave it: `notary`, `memory`, or the peer's log. */
  readonly from: string;
  readonly note: string;
}

export interface NotaryAlarm {
  readonly position: number | null;
  readonly reason: string;
}

export interface Found {
  /** Each differs from the others; smallest tree first. */
  readonly checkpoints: readonly FoundCheckpoint[];
  readonly alarm: NotaryAlarm | null;
  /** What was offered as a checkpoint of this log and is none, in words. */
  readonly refused: readonly string[];
}

/**
 * The newest checkpoints of one log, wherever one may be: at the notary, in this service's own memory, and in the logs of the other
 * services, which record one another's. Each is enough to show that a log was cut or rewritten; to hide it, all would have to be forged.
 * With a key, only what it signed counts. Rejects only when the own database does not answer.
 */
export class NewestCheckpoints {
  constructor(
    private readonly log: string,
    private readonly stored: StoredEvents,
    private readonly nats: NatsConnection,
    private readonly keys: readonly NoteKey[] | null,
  ) {}

  async find(): Promise<Found> {
    const peers = logKeepers.filter((service) => `${service}-0` !== this.log);
    const [memory, notary, ...copies] = await Promise.all([
      this.stored.rememberedCheckpoint(),
      this.ask<{ note: string; alarm: NotaryAlarm | null }>('notary', 'checkpoint'),
      ...peers.map((service) => this.ask<{ checkpoint: string | null }>(service, 'log.newest-witness')),
    ]);
    const offered: [from: string, note: string | null | undefined][] = [
      ['notary', notary?.note],
      ['memory', memory],
      ...copies.map((copy, at): [string, string | null | undefined] => [`${peers[at]}-0`, copy?.checkpoint]),
    ];
    const refused: string[] = [];
    const checkpoints = new Map<string, FoundCheckpoint>();
    for (const [from, note] of offered) {
      if (note === null || note === undefined || note === '') continue;
      try {
        const read = this.read(note);
        const same = `${read.size} ${read.rootHash.toString('hex')}`;
        if (!checkpoints.has(same)) checkpoints.set(same, { ...read, from, note });
      } catch (error) {
        if (!(error instanceof NoteRefused)) throw error;
        refused.push(`${from}: ${error.message}`);
      }
    }
    const sorted = [...checkpoints.values()].sort((a, b) => a.size - b.size);
    return { checkpoints: sorted, alarm: notary?.alarm ?? null, refused };
  }

  private read(note: string): Checkpoint {
    const checkpoint = this.keys === null ? parseCheckpoint(note) : openCheckpoint(note, this.keys);
    const isOurs =
      this.keys === null
        ? logOfOrigin(checkpoint.origin) === this.log
        : this.keys.some(({ name }) => checkpoint.origin === `${name}/${this.log}`);
    if (!isOurs) throw new NoteRefused(`a checkpoint of ${checkpoint.origin} was offered`);
    return checkpoint;
  }

  /** Null when nobody answers in time: then nothing is known that could be compared. */
  private async ask<T>(service: ServiceName, call: string): Promise<T | null> {
    try {
      const subject = rpcSubject(service, noTenant, call);
      const answer = await this.nats.request(subject, JSON.stringify({ log: this.log }), { timeout: answerWaitMs });
      return answer.json<{ ok?: T }>().ok ?? null;
    } catch {
      return null;
    }
  }
}
