import { DatabaseClock } from './database-clock.js';
import type { FoldPage } from './fold-pages.js';
import { type CommitFaults, GroupCommit } from './group-commit.js';
import { GroupQueue } from './group-queue.js';
import { HeadWatch } from './head-watch.js';
import type { Leases } from './leases.js';
import { readLimitMax } from './limits.js';
import {
  type AppendRequest,
  type AppendResult,
  categoryOf,
  type EventLog,
  type LogCursor,
  type LogHead,
  type LogIdentity,
  LogUnavailable,
  type RecordedEvent,
} from './log.js';
import { LogReader, type WireEvent } from './log-reader.js';
import { PostgresLeases } from './postgres-leases.js';
import { prepare } from './prepare.js';
import { timeText } from './recorded.js';
import { RecentEvent } from './recent-event.js';
import type { FoldedEvent } from './read-model.js';
import { type Follower, RecentEvents, ringAgeMs } from './ring.js';
import { KeyWrapper, parseKekRing } from './seal.js';
import { isPassing, Session, type SessionOptions } from './session.js';
import { statements } from './statement.js';

/** Connections for reading, shared by whoever reads: each pipelines, so that a slow page holds up at most every third question. */
const readSessions = 3;
/**
 * What a group needs is found by its keys whatever the values are. Left to itself PostgreSQL planned the one statement of a small group anew each
 * time, which took as long as running it (100 notifications/s: 3.9 ms of PostgreSQL for each, 2.6 with this).
 */
const plannedOnce = 'SET plan_cache_mode = force_generic_plan';
/** The read model of a log is folded by one follower a process. */
const theFold: Follower = Symbol('fold');

export interface PostgresLogOptions {
  /** Of the role that may INSERT and SELECT (see `schema.ts`). */
  readonly connectionString: string;
  /** `v1:<base64 of 32 bytes>[,v2:…]`, the last one wraps new keys (WAYBILL_LOG_KEK). */
  readonly kek: string;
  /** The name that must stand in `log_head`: a service that was given another one's database refuses to start. */
  readonly log: string;
  /** Seen in pg_stat_activity; the name of this copy. */
  readonly applicationName?: string | undefined;
  readonly faults?: CommitFaults | undefined;
}

/**
 * The log in PostgreSQL. `open` connects and refuses a database whose log has another name; after that it survives restarts of
 * PostgreSQL: reads fail while it is away, appends wait (at most `unavailableAfterMs`). `close` drains.
 */
export class PostgresLog implements EventLog {
  readonly leases: Leases;
  /** Told whenever the connection that appends is made, before an append goes over it: it may lead to another server than the one before. */
  onConnected: () => void = () => undefined;
  /** Told at once when somebody says on `besideChannel` that something beside the log has changed, and whenever that may have gone unheard. */
  onBeside: () => void = () => undefined;
  private readonly queue: GroupQueue;
  private readonly recent = new RecentEvents();
  /** Runs while there is something that grows old. */
  private aging: NodeJS.Timeout | null = null;
  private closing: Promise<void> | null = null;
  private readOnly: string | null = null;

  private constructor(
    readonly identity: LogIdentity,
    private readonly appending: Session,
    private readonly asking: Session,
    private readonly reading: readonly Session[],
    private readonly watch: HeadWatch,
    private readonly reader: LogReader,
    private readonly wrapper: KeyWrapper,
    private readonly clock: DatabaseClock,
    opened: number,
    faults: CommitFaults | undefined,
  ) {
    this.leases = new PostgresLeases(asking);
    const commit = new GroupCommit({
      session: appending,
      wrapper,
      clock,
      committed: (events, headPosition) => this.committed(events, headPosition),
      isFollowed: () => this.watch.isFollowed,
      headPosition: () => Math.max(opened, this.watch.position),
      expire: (beforeMs) => this.queue.expire(beforeMs),
      faults,
    });
    this.queue = new GroupQueue((group) => commit.begin(group));
  }

  static async open(options: PostgresLogOptions): Promise<PostgresLog> {
    const applicationName = options.applicationName ?? `waybill ${options.log}`;
    const session = (role: string, more: Partial<SessionOptions> = {}): SessionOptions => ({
      connectionString: options.connectionString,
      applicationName: `${applicationName} ${role}`,
      pipeline: true,
      ...more,
    });
    const wrapper = new KeyWrapper(parseKekRing(options.kek), options.log);
    const asking = new Session(session('ask'));
    const clock = new DatabaseClock();
    try {
      const [identity, head] = await readIdentity(asking, options.log, clock);
      const reading = Array.from({ length: readSessions }, () => new Session(session('read')));
      const reader = new LogReader(identity, reading, wrapper);
      let forget: (subject: string) => void = () => undefined;
      let [connected, beside] = [(): void => undefined, (): void => undefined];
      const appending = new Session(session('append', { greeting: [plannedOnce], onConnected: () => connected() }));
      const watch = new HeadWatch(
        session('watch', { pipeline: false }),
        (subject) => forget(subject),
        () => appending.backend,
        clock,
        () => beside(),
      );
      const log = new PostgresLog(
        identity, appending, asking, reading, watch, reader, wrapper, clock, head, options.faults,
      ); // prettier-ignore
      forget = (subject) => log.forget(subject);
      connected = () => log.onConnected();
      beside = () => log.onBeside();
      return log;
    } catch (error) {
      await asking.end();
      throw error;
    }
  }

  /** From now on appends are refused with `LogUnavailable` and this reason, reads go on; null lets appends in again. */
  suspend(reason: string | null): void {
    this.readOnly = reason;
  }

  async append(request: AppendRequest): Promise<AppendResult> {
    if (this.readOnly !== null) throw new LogUnavailable(`the log is read-only: ${this.readOnly}`);
    return this.queue.submit(prepare(request));
  }

  /** PostgreSQL's clock, as its answers to whatever was asked anyway say it: at least every other second, while it is there. */
  nowMs(): number {
    return Math.floor(this.clock.nowUs / 1_000);
  }

  /** What waits to be appended, for metrics and back-pressure. */
  get depth(): { readonly requests: number; readonly events: number } {
    return this.queue.depth;
  }

  readStream(
    stream: string,
    options: { fromVersion?: number; backwards?: boolean; limit?: number } = {},
  ): Promise<RecordedEvent[]> {
    return this.reader.stream(stream, options);
  }

  readStreams(streams: string[]): Promise<Map<string, RecordedEvent[]>> {
    return this.reader.streams(streams);
  }

  async readAll(options: { after: number; limit: number; backwards?: boolean }): Promise<RecordedEvent[]> {
    return options.backwards ? this.reader.all(options) : this.readForward(options.after, options.limit);
  }

  /** The events of some categories after a position, out of the next `limit` of all, as the fold gets them: the others are not even parsed. */
  async readFolded(after: number, limit: number, categories: readonly string[]): Promise<FoldPage> {
    const recent = this.recent.after(after, Math.min(limit, readLimitMax), theFold);
    const all = recent.length > 0 ? recent : await this.reader.folded(after, limit);
    const own = (stream: string): boolean => categories.includes(categoryOf(stream));
    const events = all.flatMap((event): FoldedEvent[] => {
      if (event instanceof RecentEvent) return own(event.facts.stream) ? [event.folded()] : [];
      return own(event.stream) ? [event] : [];
    });
    return { events, position: all.at(-1)?.position ?? after };
  }

  /** The events after a position as they go on the wire, at most `limit`: for the relay, which follows the log, and for `log.read`. */
  async readWire(after: number, limit: number, follower?: Follower): Promise<WireEvent[]> {
    const recent = this.recent.after(after, Math.min(limit, readLimitMax), follower);
    return recent.length > 0 ? recent.map((entry) => entry.wireEvent()) : this.reader.wire(after, limit);
  }

  async head(): Promise<LogHead> {
    const { rows } = await this.asking.query(statements.readHead);
    const [, epoch, position, atUs, root] = rows[0] as [string, number, number, number, Buffer];
    return { position, epoch, rootHash: root.toString('hex'), at: position === 0 ? null : timeText(atUs) };
  }

  async cursor(source: string): Promise<LogCursor | null> {
    const { rows } = await this.asking.query(statements.readCursor, [source]);
    const [sourceEpoch, position] = (rows[0] ?? []) as number[];
    return sourceEpoch === undefined || position === undefined ? null : { sourceEpoch, position };
  }

  async *tail(options: { after: number; batchMax: number; signal: AbortSignal }): AsyncIterable<RecordedEvent[]> {
    let { after } = options;
    const follower = Symbol('tail');
    try {
      while (!options.signal.aborted && this.closing === null) {
        await this.past(after, options.signal);
        const batch = await this.tryRead(after, options.batchMax, follower);
        const last = batch.at(-1);
        if (last === undefined) continue;
        after = last.position;
        yield batch;
      }
    } finally {
      this.recent.leave(follower);
    }
  }

  /** Resolves once there is something after this position, when the signal aborts, the log closes, or the time is over. */
  past(position: number, signal: AbortSignal, withinMs?: number): Promise<void> {
    return this.watch.past(position, signal, withinMs);
  }

  /** The highest position that this process knows to be committed, without asking; half a second old at most while the log moves, two where a NOTIFY was lost. */
  get knownPosition(): number {
    return this.watch.position;
  }

  /** Deletes the key of a subject: nothing sealed for it can be read again, by anybody. The event that says so is the caller's. */
  async shredSubject(subject: string): Promise<void> {
    await this.asking.query(statements.shredSubject, [subject]);
    this.forget(subject);
    await this.asking.query(statements.notifyShredded, [subject]);
  }

  close(): Promise<void> {
    this.closing ??= (async () => {
      await this.queue.close();
      this.stopAging();
      await Promise.all([
        this.appending.end(),
        this.asking.end(),
        this.watch.end(),
        ...this.reading.map((session) => session.end()),
      ]);
    })();
    return this.closing;
  }

  private committed(events: readonly RecentEvent[], headPosition: number): void {
    this.recent.push(events);
    this.aging ??= setInterval(() => this.age(), ringAgeMs).unref();
    this.watch.moved(headPosition);
  }

  private age(): void {
    this.recent.age();
    if (this.recent.isEmpty) this.stopAging();
  }

  private stopAging(): void {
    if (this.aging !== null) clearInterval(this.aging);
    this.aging = null;
  }

  private forget(subject: string): void {
    this.wrapper.forget(subject);
    this.recent.dropSubject(subject);
  }

  private async readForward(after: number, limit: number, follower?: Follower): Promise<RecordedEvent[]> {
    const recent = this.recent.after(after, Math.min(limit, readLimitMax), follower);
    return recent.length > 0 ? recent.map((entry) => entry.recorded()) : this.reader.all({ after, limit });
  }

  /** A tail outlives PostgreSQL being away; a fault of another kind ends it. */
  private async tryRead(after: number, limit: number, follower: Follower): Promise<RecordedEvent[]> {
    try {
      return await this.readForward(after, limit, follower);
    } catch (error) {
      if (!isPassing(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
      return [];
    }
  }
}

async function readIdentity(session: Session, expected: string, clock: DatabaseClock): Promise<[LogIdentity, number]> {
  const askedMs = performance.now();
  const { rows } = await session.query(statements.readHead);
  const [log, epoch, position, , , nowUs] = (rows[0] ?? []) as [string, number, number, number, Buffer, number];
  if (log !== expected) throw new Error(`this database keeps the log ${log ?? '(none)'}, not ${expected}`);
  clock.heard(nowUs, askedMs);
  return [{ log, epoch }, position];
}
