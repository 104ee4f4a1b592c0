import type { NatsConnection } from '@nats-io/transport-node';
import type { LogStanding } from '@waybill/contracts/http/log-proofs';
import { LogComparison } from './log-comparison.js';
import { type Found, NewestCheckpoints } from './newest-checkpoints.js';
import type { NoteKey } from './note.js';
import type { PostgresLog } from './postgres-log.js';
import type { ServiceHost } from './service-host.js';
import type { StoredEvents } from './stored-events.js';

/** How often the log is compared with the newest checkpoint. The notary itself looks every second. */
export const guardEveryMs = 10_000;

export interface GuardOptions {
  readonly log: PostgresLog;
  readonly stored: StoredEvents;
  readonly nats: NatsConnection;
  readonly host: ServiceHost;
  /** Who is believed about checkpoints; null compares with unsigned ones too, and says so. */
  readonly keys: readonly NoteKey[] | null;
}

/**
 * Compares the log with what protects it (grants, triggers, who owns it) and with the newest checkpoint that can be found, at the start
 * and for as long as the service runs. A log that can be changed, is behind a checkpoint or differs from it is served read-only: appends
 * are answered with `LogUnavailable`, readiness and metrics say why; once it is right again, appends are let in. Resolves after the first
 * look, with what `log.standing` answers.
 */
export async function keepGuard(options: GuardOptions): Promise<() => LogStanding> {
  const { log, host, keys } = options;
  const guard = new Guard(options);
  await guard.look();
  if (keys === null) host.log.warn({ log: log.identity.log }, 'log.guard-without-key');
  host.ops.check('log guard', () => guard.standing.readOnly);
  host.ops.gauge('waybill_log_read_only', 'Whether appends are refused because the log is not what was signed', () =>
    guard.standing.readOnly === null ? 0 : 1,
  );
  host.ops.gauge(
    'waybill_log_checkpoint_positions',
    'Size of the newest checkpoint that the log was compared with',
    () => guard.standing.checkpoint?.size ?? 0,
  );
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(() => guard.look());
  }, guardEveryMs);
  host.onDrain('log guard', async () => {
    clearInterval(timer);
    await looking;
  });
  return () => guard.standing;
}

class Guard {
  standing: LogStanding;
  private readonly newest: NewestCheckpoints;
  private readonly comparison: LogComparison;
  private saidRefused = '';

  constructor(private readonly options: GuardOptions) {
    const { log, stored, nats, keys } = options;
    this.newest = new NewestCheckpoints(log.identity.log, stored, nats, keys);
    this.comparison = new LogComparison(stored);
    this.standing = { readOnly: null, lookedAt: null, checkpoint: null, keyed: keys !== null };
  }

  async look(): Promise<void> {
    const { log, host } = this.options;
    const before = this.standing.readOnly;
    try {
      const found = await this.newest.find();
      this.sayRefused(found);
      const readOnly = await this.fault(found);
      if (readOnly !== before) {
        if (readOnly !== null) host.log.fatal({ log: log.identity.log, fault: readOnly }, 'log.read-only');
        else host.log.warn({ log: log.identity.log }, 'log.writable-again');
      }
      const last = found.checkpoints.at(-1);
      const checkpoint = last === undefined ? null : { size: last.size, from: last.from };
      this.standing = { ...this.standing, readOnly, checkpoint, lookedAt: new Date().toISOString() };
      log.suspend(readOnly);
      if (readOnly === null && last !== undefined) await this.options.stored.rememberCheckpoint(last.size, last.note);
    } catch (error) {
      // Not being able to look is no finding; the database says for itself when it is away.
      host.log.warn({ err: error, log: log.identity.log }, 'log.not-guarded');
    }
  }

  /** Why nothing may be appended; null when nothing speaks against it. */
  private async fault({ checkpoints, alarm }: Found): Promise<string | null> {
    const unguarded = await this.options.stored.guardFaults();
    if (unguarded.length > 0) return unguarded.join('; ');
    if (alarm !== null) return `the notary: ${alarm.reason} (position ${alarm.position ?? 'unknown'})`;
    return this.comparison.fault(checkpoints);
  }

  /** Somebody offers what the notary never signed: no reason to stop recording, and one to look. */
  private sayRefused({ refused }: Found): void {
    const said = refused.join('; ');
    if (said !== '' && said !== this.saidRefused)
      this.options.host.log.fatal({ log: this.options.log.identity.log, refused }, 'log.false-checkpoint');
    this.saidRefused = said;
  }
}
