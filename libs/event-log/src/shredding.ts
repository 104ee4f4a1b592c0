import { JetStreamApiError, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { logStream } from '@waybill/contracts/subjects';
import type { EventMeta, NewEvent } from './log.js';
import type { PostgresLog } from './postgres-log.js';
import type { StoredEvents } from './stored-events.js';

/** The relay is milliseconds behind; one that stands still is no reason to wait longer. */
const publishedWithinMs = 10_000;
const publishedLookMs = 50;
/** JSNoMessageFoundErr and JSSequenceNotFoundErrF of nats-server's errors.json. */
const gone: ReadonlySet<number> = new Set([10037, 10043]);

export interface ShredAnswer {
  readonly shredded: readonly string[];
  readonly held: readonly string[];
}

/**
 * Makes payloads unreadable for ever, and keeps them from it. The log first says that a key goes (`PayloadShredded`), then the key goes,
 * then the messages that the broker still holds in clear. Each step may be done again after a crash; leaves hash what is sealed, so every
 * proof stays. A legal hold is an event too, and refuses.
 */
export class Shredding {
  constructor(
    private readonly log: PostgresLog,
    private readonly stored: StoredEvents,
    private readonly nats: NatsConnection,
  ) {}

  async shred(tenant: string, subjects: readonly string[], reason: string, meta: EventMeta): Promise<ShredAnswer> {
    const held = await this.heldOf(tenant, subjects);
    const free = subjects.filter((subject) => !held.has(subject));
    if (free.length === 0) return { shredded: [], held: [...held] };
    await this.say(tenant, free, reason, meta);
    for (const subject of free) await this.log.shredSubject(subject);
    await this.forgetMessages(free);
    return { shredded: free, held: [...held] };
  }

  /** Places or releases a hold on one subject, or with null on everything of the tenant. */
  async hold(tenant: string, subject: string | null, held: boolean, reason: string, meta: EventMeta): Promise<void> {
    const event: NewEvent = {
      type: held ? 'LegalHoldPlaced' : 'LegalHoldReleased',
      schemaVersion: 1,
      data: { subject, reason },
      meta,
    };
    await this.log.append({
      streams: [{ stream: holdStream(tenant, subject), tenant, expected: 'any', events: [event] }],
    });
  }

  /** The subjects that may not be shredded. */
  private async heldOf(tenant: string, subjects: readonly string[]): Promise<Set<string>> {
    const found = await this.log.readStreams([null, ...subjects].map((subject) => holdStream(tenant, subject)));
    const isHeld = (subject: string | null): boolean =>
      found.get(holdStream(tenant, subject))?.at(-1)?.type === 'LegalHoldPlaced';
    return new Set(isHeld(null) ? subjects : subjects.filter(isHeld));
  }

  private async say(tenant: string, subjects: readonly string[], reason: string, meta: EventMeta): Promise<void> {
    await this.log.append({
      streams: subjects.map((subject) => ({
        stream: `shredding-${subject}`,
        tenant,
        expected: 'none' as const,
        // It was said before, by a request that did not come to its end.
        onConflict: 'skip' as const,
        events: [{ type: 'PayloadShredded', schemaVersion: 1, data: { subject, reason }, meta }],
      })),
    });
  }

  /**
   * The window of the log in the broker holds payloads in clear; a sequence there is a position here. They are found in the log itself: a
   * read model may be behind, and what it does not know yet would stay. What the relay has in hand is waited for: it would come after the
   * deletion. Rejects where the broker does not do it, so that nobody believes it was done.
   */
  private async forgetMessages(subjects: readonly string[]): Promise<void> {
    const manager = await jetstreamManager(this.nats, { checkAPI: false });
    const name = logStream(this.log.identity.log);
    const { first_seq: first } = (await manager.streams.info(name)).state;
    const positions = await this.stored.positionsSealedFor(subjects, first);
    const newest = positions.at(-1);
    if (newest === undefined) return;
    await this.published(manager, name, newest);
    // Overwritten on disk, not only forgotten.
    for (const position of positions) await manager.streams.deleteMessage(name, position, true).catch(unlessGone);
  }

  /** Resolves once the window holds everything up to a position. */
  private async published(manager: JetStreamManager, name: string, position: number): Promise<void> {
    for (const until = Date.now() + publishedWithinMs; ;) {
      const { last_seq: last } = (await manager.streams.info(name)).state;
      if (last >= position) return;
      if (Date.now() > until)
        throw new Error(`the relay has not published position ${position} yet: shred again when it has`);
      await new Promise((resolve) => setTimeout(resolve, publishedLookMs));
    }
  }
}

/** A message that is gone already is as it should be: shredded before, or older than the window. */
function unlessGone(error: unknown): void {
  if (error instanceof JetStreamApiError && gone.has(error.code)) return;
  throw error;
}

function holdStream(tenant: string, subject: string | null): string {
  return subject === null ? `hold-tenant.${tenant}` : `hold-${subject}`;
}
