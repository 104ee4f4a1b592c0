import { setTimeout as wait } from 'node:timers/promises';
import { type Admission, isAdmission } from './admit.js';
import type { FaultPoint } from './fault-points.js';
import type { Waiting } from './group-lines.js';
import type { Answer } from './group-queue.js';
import { type Attempt, readHeadLocked, stageGroup } from './group-transaction.js';
import { AppendRejected, type AppendResult, LogUnavailable, type RecordedEvent } from './log.js';
import type { RecentEvent } from './recent-event.js';
import type { KeyWrapper } from './seal.js';
import { type Connection, isAnswered, isPassing, type Session } from './session.js';
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
  /** Told once a group is durable, before its callers: what it wrote and where the head stands. */
  readonly committed: (recent: readonly RecentEvent[], headPosition: number) => void;
  /** Whether other processes want to hear of what is appended. */
  readonly isFollowed: () => boolean;
  /** Requests that wait in the queue since before this moment, to be refused while PostgreSQL is away. */
  readonly expire: (beforeMs: number) => Waiting[];
  readonly faults?: CommitFaults | undefined;
}

type Outcome = 'committed' | 'nothing' | 'unknown';

/**
 * Writes groups, one after the other, in two round trips each: [BEGIN, lock the head, read] and [write, COMMIT]. It settles every
 * caller: in the answer that `commit` resolves with by what was committed or with the rejection, or at once with the error. An answer that was lost is never guessed and never
 * repeated blindly: under the head lock the leaves that should be there are compared with those that are.
 */
export class GroupCommit {
  private checkedPosition = -Infinity;

  constructor(private readonly options: CommitOptions) {}

  async commit(group: Waiting[]): Promise<Answer> {
    let open = group;
    let unknown: Attempt | null = null;
    for (let pause = pauseMs.first; open.length > 0; pause = Math.min(pause * 2, pauseMs.most)) {
      try {
        if (unknown !== null && (await this.isThere(unknown))) return this.answerOf(unknown);
        unknown = null;
        const attempt: Attempt = await this.stage(open);
        const outcome: Outcome = await this.write(attempt);
        if (outcome !== 'unknown') return this.answerOf(attempt);
        unknown = attempt;
      } catch (error) {
        if (unknown === null && !isPassing(error)) return this.refuse(open, error);
        // What may have been written cannot be refused any more: its callers wait until it is known.
        if (unknown === null) open = this.expire(open);
      }
      this.expire([]);
      await wait(pause);
    }
    return () => undefined;
  }

  /** Makes sure that the events to come have a partition; called between groups. */
  async keepPartitions(headPosition: number): Promise<void> {
    if (headPosition < this.checkedPosition + partitionCheckEvery) return;
    await this.options.session.query(statements.addPartitions, [headPosition + partitionsAheadMin]);
    this.checkedPosition = headPosition;
  }

  private async stage(open: Waiting[]): Promise<Attempt> {
    const { session, wrapper, isFollowed, faults } = this.options;
    const connection = await session.pin();
    try {
      const attempt = await stageGroup(connection, open, wrapper, isFollowed());
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
  private async isThere(attempt: Attempt): Promise<boolean> {
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

  private answerOf(attempt: Attempt): Answer {
    return () => this.settle(attempt);
  }

  private settle(attempt: Attempt): void {
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

async function cursorsAreThere(connection: Connection, attempt: Attempt): Promise<boolean> {
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
