import { setTimeout as wait } from 'node:timers/promises';
import type { DatabaseClock } from './database-clock.js';
import { Session, type SessionOptions } from './session.js';
import { statements } from './statement.js';

/** On whose channel whoever begins to watch the head says so. */
const watchChannel = 'waybill_watch';
/** On whose channel whoever changes something beside the log, in its database, says so to those who follow it. */
export const besideChannel = 'waybill_beside';
/** The truth about the head is asked for so often while it moves, whatever was notified. */
const pollMs = 500;
/** A log that has stood still for the first figure is asked every second figure: NOTIFY says when it moves, and an idle service costs nothing. */
const still = { afterMs: 10_000, pollMs: 2_000 } as const;

/**
 * Knows how far the log has come: told directly by this process, by NOTIFY of other copies as a hint, and by a poll as the truth.
 * Whoever has read everything waits here and costs nothing meanwhile.
 */
export class HeadWatch {
  private readonly session: Session;
  private readonly waiting = new Set<() => void>();
  private readonly stop = new AbortController();
  private readonly polling: Promise<void>;
  private known = 0;
  private hasCompany = true;
  /** How often another copy was heard to begin. */
  private begun = 0;
  private movedMs = performance.now();

  constructor(
    options: SessionOptions,
    private readonly shreddedSubject: (subject: string) => void,
    /** The process of PostgreSQL through which this process appends. */
    private readonly ownBackend: () => number | null,
    /** Hears what PostgreSQL says of the time with every poll, so that it is right also where nothing is appended. */
    private readonly clock: Pick<DatabaseClock, 'heard'>,
    /** Told what is said on `besideChannel`, and of every new connection: what was said before it was not heard. */
    private readonly beside: () => void,
  ) {
    this.session = new Session({
      ...options,
      greeting: [
        'LISTEN waybill_log',
        'LISTEN waybill_shred',
        `LISTEN ${besideChannel}`,
        `LISTEN ${watchChannel}`,
        `SELECT pg_advisory_lock_shared(hashtext('waybill-watch'))`,
        `NOTIFY ${watchChannel}`,
      ],
      onNotification: (name, payload, backend) => this.notified(name, payload, backend),
      onConnected: beside,
    });
    this.polling = this.poll();
  }

  /** The highest position known to be committed. */
  get position(): number {
    return this.known;
  }

  /**
   * Whether another process watches this log, and wants to be told what is appended; true also while that is not known. Telling nobody is not
   * free: PostgreSQL lets one commit at a time notify, over all databases of the server, and wakes this process to hear of itself (100
   * notifications/s: 6 % of what PostgreSQL takes for each).
   */
  get isFollowed(): boolean {
    return this.hasCompany;
  }

  /** Never goes back: a late hint is no news. */
  moved(position: number): void {
    if (position <= this.known) return;
    this.known = position;
    this.movedMs = performance.now();
    for (const wake of [...this.waiting]) wake();
  }

  /**
   * Resolves when the head is past this position, when the signal aborts, when the watch ends, or after `withinMs`. For who waits again and
   * again: signals that are made for a time each are garbage that only a full collection takes.
   */
  async past(position: number, signal: AbortSignal, withinMs?: number): Promise<void> {
    if (this.known > position || signal.aborted || this.stop.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const wake = (): void => {
        if (this.known > position || signal.aborted || this.stop.signal.aborted) end();
      };
      const timer = withinMs === undefined ? undefined : setTimeout(end, withinMs).unref();
      this.waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  async end(): Promise<void> {
    this.stop.abort();
    for (const wake of [...this.waiting]) wake();
    await this.polling;
    await this.session.end();
  }

  private notified(name: string, payload: string, backend: number): void {
    if (name === watchChannel) {
      if (backend !== this.session.backend) this.joined();
    } else if (name === 'waybill_shred') this.shreddedSubject(payload);
    else if (name === besideChannel) this.beside();
    // The notice of an append of our own comes before its answer. Whoever it woke would not find the events at hand yet and ask PostgreSQL
    // for them: the relay read half of all that was appended back. `moved` follows in a moment; where it does not, the poll says so.
    else if (backend === this.ownBackend()) return;
    else if (Number.isSafeInteger(Number(payload))) this.moved(Number(payload));
  }

  private joined(): void {
    this.begun += 1;
    this.hasCompany = true;
  }

  private async poll(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      try {
        const { begun } = this;
        const askedMs = performance.now();
        const { rows } = await this.session.query(statements.watchHead);
        const [position = 0, isAlone = false, nowUs] = (rows[0] ?? []) as [number?, boolean?, number?];
        if (nowUs !== undefined) this.clock.heard(nowUs, askedMs);
        this.hasCompany = !isAlone || this.begun !== begun;
        this.moved(position);
      } catch {
        // PostgreSQL is away; the next poll connects and listens anew.
        this.session.drop();
        this.hasCompany = true;
      }
      const isStill = performance.now() - this.movedMs > still.afterMs;
      await wait(isStill ? still.pollMs : pollMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
