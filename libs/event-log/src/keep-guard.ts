import type { NatsConnection } from '@nats-io/transport-node';
import { noTenant, rpcSubject } from '@waybill/contracts/subjects';
import { parseCheckpoint } from './checkpoint.js';
import { Frontier, hashBytes } from './merkle.js';
import type { PostgresLog } from './postgres-log.js';
import type { ServiceHost } from './service-host.js';
import { leavesPageMax, type StoredEvents } from './stored-events.js';

/** How often the log is compared with the newest checkpoint. The notary itself looks every second. */
export const guardEveryMs = 10_000;
/** A start waits so long for the notary and then goes on: a notary that is away must not keep notifications from being recorded. */
const notaryWaitMs = 1_000;

interface NotaryAnswer {
  readonly ok?: {
    readonly note: string;
    readonly alarm: { readonly position: number | null; readonly reason: string } | null;
  };
}

/**
 * Compares the log with what protects it (grants, triggers) and with the newest checkpoint, at the start and for as long as the service
 * runs. A log that can be changed, is behind its checkpoint or differs from it is served read-only: appends are answered with
 * `LogUnavailable`, readiness says why. Resolves after the first look.
 */
export async function keepGuard(options: {
  log: PostgresLog;
  stored: StoredEvents;
  nats: NatsConnection;
  host: ServiceHost;
}): Promise<void> {
  const { log, stored, nats, host } = options;
  const guard = new Guard(log.identity.log, stored, nats);
  let said: string | null = null;
  const look = async (): Promise<void> => {
    try {
      const fault = await guard.fault();
      if (fault !== said) {
        if (fault !== null) host.log.fatal({ log: log.identity.log, fault }, 'log.read-only');
        else host.log.warn({ log: log.identity.log }, 'log.writable-again');
      }
      said = fault;
      log.suspend(fault);
    } catch (error) {
      // Not being able to look is no finding; the database says for itself when it is away.
      host.log.warn({ err: error, log: log.identity.log }, 'log.not-guarded');
    }
  };
  await look();
  host.ops.check('log guard', () => said);
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, guardEveryMs);
  host.onDrain('log guard', async () => {
    clearInterval(timer);
    await looking;
  });
}

class Guard {
  /** What was compared already: the next look only reads what came after. */
  private compared = Frontier.empty();

  constructor(
    private readonly log: string,
    private readonly stored: StoredEvents,
    private readonly nats: NatsConnection,
  ) {}

  /** Why nothing may be appended; null when nothing speaks against it. */
  async fault(): Promise<string | null> {
    const unguarded = await this.stored.guardFaults();
    if (unguarded.length > 0) return unguarded.join('; ');
    const newest = await this.newestCheckpoint();
    if (newest === undefined) return null;
    if (newest.alarm !== null)
      return `the notary: ${newest.alarm.reason} (position ${newest.alarm.position ?? 'unknown'})`;
    return this.differs(newest.note);
  }

  private async differs(note: string): Promise<string | null> {
    const { size, rootHash } = parseCheckpoint(note);
    if (this.compared.size > size) this.compared = Frontier.empty();
    while (this.compared.size < size) {
      const { head, leaves } = await this.stored.leaves(
        this.compared.size,
        Math.min(leavesPageMax, size - this.compared.size),
      );
      if (head < size) return this.reset(`the log ends at ${head}, its newest checkpoint is about ${size} events`);
      const bytes = Buffer.from(leaves, 'base64');
      if (bytes.length === 0) return this.reset(`the row ${this.compared.size + 1} is missing`);
      for (let at = 0; at < bytes.length; at += hashBytes) this.compared.append(bytes.subarray(at, at + hashBytes));
    }
    return this.compared.root().equals(rootHash)
      ? null
      : this.reset(`the first ${size} events are not those of the newest checkpoint`);
  }

  private reset(fault: string): string {
    this.compared = Frontier.empty();
    return fault;
  }

  private async newestCheckpoint(): Promise<NotaryAnswer['ok']> {
    try {
      const subject = rpcSubject('notary', noTenant, 'checkpoint');
      const answer = await this.nats.request(subject, JSON.stringify({ log: this.log }), { timeout: notaryWaitMs });
      return answer.json<NotaryAnswer>().ok;
    } catch {
      // No notary, or none that answers in time: then nothing is known that could be compared.
      return undefined;
    }
  }
}
