import { setTimeout as wait } from 'node:timers/promises';
import { type Admission, isAdmission } from './admit.js';
import type { DatabaseClock } from './database-clock.js';
import type { FaultPoint } from './fault-points.js';
import { type AloneGroup, layOutAlone } from './group-alone.js';
import type { Waiting } from './group-lines.js';
import type { Answer, Begun } from './group-queue.js';
import { type Attempt, readHeadLocked, stageGroup } from './group-transaction.js';
import { KnownHead } from './known-head.js';
import { AppendRejected, type AppendResult, LogUnavailable, type RecordedEvent } from './log.js';
import type { RecentEvent } from './recent-event.js';
import type { KeyWrapper } from './seal.js';
import { type Connection, isAnswered, isPassing, isReadOnly, type Session } from './session.js';
import { statements } from './statement.js';

/** How long a caller waits for a PostgreSQL that is away before it hears `LogUnavailable`. */
export const unavailableAfterMs = 30_000;
/** A lost PostgreSQL is asked again after 50 ms, then twice as long each time, up to a second. */
const pauseMs = { first: 50, most: 1_000 };
/** Partitions hold 10 million positions; the next one is made when fewer than these are left. */
export const partitionsAheadMin = 5_000_000;
const partitionCheckEvery = 1_000_000;

/** Places at which a spec may stop or break a group; empty in a service. */
export type CommitFaults = {
  readonly [Point in Extract<FaultPoint, 'afterLock' | 'beforeCommit'>]?: () => Promise<void>;
};

export interface CommitOptions {
  readonly session: Session;
  readonly wrapper: KeyWrapper;
  /** Hears what PostgreSQL says of the time with every group. */
  readonly clock: DatabaseClock;
  /** Told once a group is durable, before its callers: what it wrote and where the head stands. */
  readonly committed: (recent: readonly RecentEvent[], headPosition: number) => void;
  /** Whether other processes want to hear of what is appended. */
  readonly isFollowed: () => boolean;
  /** Where the log ends, at least. */
  readonly headPosition: () => number;
  /** Requests that wait in the queue since before this moment, to be refused while PostgreSQL is away. */
  readonly expire: (beforeMs: number) => Waiting[];
  readonly faults?: CommitFaults | undefined;
}

type Outcome = 'committed' | 'nothing' | 'unknown';

/** What has to be known of an attempt to find out whether it is there, and to answer its callers. */
type Written = Pick<Attempt, 'answers' | 'recent' | 'headPosition' | 'cursors'>;

/** After a group that was laid out on what did not hold, so many are decided under the head lock: what was in the way may come again. */
const restGroups = 16;

/**
 * Writes groups, in the order in which they are begun. While nobody else writes to the log, what a group needs to know is known here, and it
 * goes in one statement, before the one before it has answered (`group-alone.ts`). Otherwise it takes two round trips, and nothing else
 * meanwhile: [BEGIN, lock the head, read] and [write, COMMIT].
 *
 * It settles every caller: in the answer that `answered` resolves with by what was committed or with the rejection, or at once with the error. An
 * answer that was lost is never guessed and never repeated blindly: under the head lock the leaves that should be there are compared with those
 * that are.
 */
export class GroupCommit {
  private checkedPosition = -Infinity;
  private readonly known: KnownHead;
  /** Resolves when every group that was begun is settled. */
  private last: Promise<unknown> = Promise.resolve();
  /** Groups that are decided under the head lock, or wait for that: nothing may come to PostgreSQL in the middle of their transactions. */
  private locked = 0;
  private rest = 0;

  constructor(private readonly options: CommitOptions) {
    this.known = new KnownHead(options.clock);
  }

  /** Begins to write a group. It is on its way to PostgreSQL when the next may be begun, which waits for it there or here. */
  begin(group: Waiting[]): Begun {
    const before = this.last;
    const alone = this.layOutAlone(group);
    const answered = alone === null ? this.afterAll(before, group) : this.writeAlone(alone, group, before);
    this.last = answered;
    return { answered, mayBeFollowed: () => alone !== null && this.locked === 0 };
  }

  private layOutAlone(group: Waiting[]): AloneGroup | null {
    const { session, wrapper, isFollowed, faults } = this.options;
    if (this.locked > 0 || faults !== undefined || isFollowed() || this.isPartitionDue) return null;
    if (!session.holds(this.known.connection)) return null;
    if (this.rest > 0) {
      this.rest -= 1;
      return null;
    }
    try {
      return layOutAlone(this.known, group, wrapper);
    } catch {
      // Whoever is at fault is found, and told, where requests are tried one by one.
      return null;
    }
  }

  /** Falls back on the head lock where something was not as it was known to be: then nothing was written. */
  private async writeAlone(alone: AloneGroup, group: Waiting[], before: Promise<unknown>): Promise<Answer> {
    const written: Written = { ...alone, cursors: new Map() };
    let unknown: Written | null = null;
    const askedMs = performance.now();
    try {
      const { rows } = await alone.connection.query(statements.writeAlone, alone.values);
      const [nowUs] = (rows[0] ?? []) as number[];
      if (nowUs !== undefined) {
        this.options.clock.heard(nowUs, askedMs);
        return this.answerOf(written);
      }
    } catch (error) {
      if (!isAnswered(error)) {
        unknown = written;
        // Two groups may be on their way on it, and for the first of them a new one may be there already.
        if (this.options.session.holds(alone.connection)) this.options.session.drop();
      }
    }
    this.rest = restGroups;
    this.known.forget();
    return this.afterAll(before, group, unknown);
  }

  private async afterAll(before: Promise<unknown>, group: Waiting[], unknown: Written | null = null): Promise<Answer> {
    this.locked += 1;
    try {
      await before;
      await this.keepPartitions();
      return await this.commit(group, unknown);
    } finally {
      this.locked -= 1;
    }
  }

  private async commit(group: Waiting[], maybeWritten: Written | null = null): Promise<Answer> {
    let open = group;
    let unknown = maybeWritten;
    for (let pause = pauseMs.first; open.length > 0; pause = Math.min(pause * 2, pauseMs.most)) {
      try {
        if (unknown !== null && (await this.isThere(unknown))) return this.answerOf(unknown);
        unknown = null;
        const attempt: Attempt = await this.stage(open);
        const outcome: Outcome = await this.write(attempt);
        if (outcome === 'committed') this.learn(attempt);
        if (outcome !== 'unknown') return this.answerOf(attempt);
        unknown = attempt;
      } catch (error) {
        if (isReadOnly(error)) this.options.session.drop();
        if (unknown === null && !isPassing(error)) return this.refuse(open, error);
        // What may have been written cannot be refused any more: its callers wait until it is known.
        if (unknown === null) open = this.expire(open);
      }
      this.expire([]);
      await wait(pause);
    }
    return () => undefined;
  }

  private learn({ connection, before, after, asked, written }: Attempt): void {
    this.known.learn(connection, before, after, asked, written);
  }

  private get isPartitionDue(): boolean {
    return this.options.headPosition() >= this.checkedPosition + partitionCheckEvery;
  }

  /** Makes sure that the events to come have a partition. Far ahead of need and tried again with the next group: a failure here is no failure of an append. */
  private async keepPartitions(): Promise<void> {
    if (!this.isPartitionDue) return;
    const position = this.options.headPosition();
    try {
      await this.options.session.query(statements.addPartitions, [position + partitionsAheadMin]);
      this.checkedPosition = position;
    } catch {
      // The next group tries again.
    }
  }

  private async stage(open: Waiting[]): Promise<Attempt> {
    const { session, wrapper, isFollowed, faults } = this.options;
    const connection = await session.pin();
    const askedMs = performance.now();
    try {
      const attempt = await stageGroup(connection, open, wrapper, isFollowed());
      this.options.clock.heard(attempt.nowUs, askedMs);
      await faults?.afterLock?.();
      return attempt;
    } catch (error) {
      await this.rollback(connection);
      throw error;
    }
  }

  /** Second round trip. `nothing` when there was nothing to write; throws when it is certain that nothing was written. */
  private async write(attempt: Attempt): Promise<Outcome> {
    const { session, faults } = this.options;
    const { connection } = attempt;
    if (attempt.writes.length === 0) {
      await this.rollback(connection);
      return 'nothing';
    }
    await faults?.beforeCommit?.();
    const writing = attempt.writes.map(({ statement, values }) => connection.query(statement, values));
    const [commit, ...written] = await Promise.allSettled([connection.run('COMMIT'), ...writing]);
    // An error before it turns the COMMIT into a ROLLBACK, which is answered as a success: only the tag tells.
    if (commit.status === 'fulfilled' && commit.value.command === 'COMMIT') return 'committed';
    if (commit.status === 'fulfilled' || isAnswered(commit.reason)) throw causeOf([...written, commit]);
    session.drop();
    return 'unknown';
  }

  /** Compares what should have been written with what is there, once nobody else can be writing it any more. */
  private async isThere(attempt: Written): Promise<boolean> {
    const first = attempt.recent[0]?.position;
    const connection = await this.options.session.pin();
    try {
      const [, head] = await Promise.all([connection.run('BEGIN'), connection.query(statements.lockHead)]);
      const { position } = readHeadLocked(head.rows);
      if (first === undefined) return await cursorsAreThere(connection, attempt);
      if (position < attempt.headPosition) return false;
      const { rows } = await connection.query(statements.readLeaves, [first - 1, attempt.headPosition]);
      return attempt.recent.every(
        ({ facts: { leaf } }, at) => leaf === (rows[at]?.[0] as Buffer | undefined)?.toString('latin1'),
      );
    } finally {
      await this.rollback(connection);
    }
  }

  private async rollback(connection: Connection): Promise<void> {
    try {
      await connection.run('ROLLBACK');
    } catch {
      // The transaction ends with its connection.
      this.options.session.drop();
    }
  }

  private answerOf(attempt: Written): Answer {
    return () => this.settle(attempt);
  }

  private settle(attempt: Written): void {
    const { recent, headPosition } = attempt;
    if (recent.length > 0) this.options.committed(recent, headPosition);
    let next = 0;
    for (const { waiting, answer } of attempt.answers) {
      if (!isAdmission(answer)) {
        waiting.reject(new AppendRejected(answer));
        continue;
      }
      const own = recent.slice(next, next + answer.events.length);
      next += own.length;
      waiting.resolve(resultOf(answer, own, headPosition));
    }
  }

  /** A group that PostgreSQL refuses is tried request by request, so that only the one at fault hears of it. */
  private async refuse(open: Waiting[], error: unknown): Promise<Answer> {
    if (open.length === 1) open[0]?.reject(error);
    else for (const waiting of open) (await this.commit([waiting]))();
    return () => undefined;
  }

  private expire(open: Waiting[]): Waiting[] {
    const beforeMs = performance.now() - unavailableAfterMs;
    const late = [...open.filter((waiting) => waiting.sinceMs < beforeMs), ...this.options.expire(beforeMs)];
    for (const waiting of late) waiting.reject(new LogUnavailable('PostgreSQL does not answer; nothing was written'));
    return open.filter((waiting) => waiting.sinceMs >= beforeMs);
  }
}

/** The first statement that failed: those behind it only say that the transaction is aborted. */
function causeOf(settled: readonly PromiseSettledResult<unknown>[]): Error {
  const first = settled.find((result) => result.status === 'rejected');
  return (first?.reason as Error | undefined) ?? new Error('PostgreSQL rolled the group back');
}

async function cursorsAreThere(connection: Connection, attempt: Written): Promise<boolean> {
  for (const [source, cursor] of attempt.cursors) {
    const { rows } = await connection.query(statements.readCursor, [source]);
    if (rows[0]?.[0] !== cursor.sourceEpoch || rows[0]?.[1] !== cursor.position) return false;
  }
  return true;
}

/** Few callers look at what they wrote, so it is read back from the wire form for those who do. */
function resultOf({ streams }: Admission, own: readonly RecentEvent[], headPosition: number): AppendResult {
  let events: RecordedEvent[] | null = null;
  return {
    streams,
    headPosition,
    get events() {
      return (events ??= own.map((event) => event.recorded()));
    },
  };
}
