import type { Log } from '@waybill/service-kit/logger';
import type { Anchors } from '../anchor/anchors.js';
import type { Signed } from '../memory/signed-memory.js';
import type { LogSource } from './log-source.js';
import type { WatchedLog } from './watch-log.js';

export interface Watching {
  readonly name: string;
  readonly watched: WatchedLog;
  readonly source: LogSource;
}

export interface WatchTimes {
  readonly signMs: number;
  readonly heartbeatMs: number;
  readonly auditMs: number;
}

/** A page of an audit is followed by a pause of this many milliseconds: an audit must not be felt by deliveries. */
const auditPauseMs = 20;

/** A log that has stood still for the first figure is looked at every second figure, or at once when somebody asks for a checkpoint of more. */
const still = { afterMs: 10_000, lookMs: 2_000 } as const;

/** Looks at every log in turn for as long as the process runs: signs what has moved, passes checkpoints on, and walks the logs again and again. */
export class WatchLogs {
  private readonly stop = new AbortController();
  private readonly running: Promise<void>[] = [];
  private readonly wakeups = new Map<string, () => void>();
  private readonly waiting = new Map<string, Set<() => void>>();
  /** Sizes that somebody asked for: then also what is no movement is signed. */
  private readonly wanted = new Map<string, number>();

  constructor(
    private readonly logs: readonly Watching[],
    private readonly times: WatchTimes,
    private readonly anchors: Anchors,
    private readonly log: Log,
  ) {}

  start(): void {
    for (const watching of this.logs) this.running.push(this.watch(watching), this.auditForEver(watching));
  }

  async end(): Promise<void> {
    this.stop.abort();
    for (const wake of this.wakeups.values()) wake();
    await Promise.all(this.running);
    await this.anchors.settled();
    for (const { watched } of this.logs) watched.close();
  }

  /** The newest checkpoint of at least this size; waits for the next signature, at most `timeoutMs`. */
  async signed(name: string, size: number, timeoutMs: number): Promise<Signed | null> {
    const watching = this.logs.find((candidate) => candidate.name === name);
    if (watching === undefined) return null;
    const until = Date.now() + timeoutMs;
    this.wanted.set(name, Math.max(size, this.wanted.get(name) ?? 0));
    if (this.isWanted(watching)) this.wakeups.get(restOf(name))?.();
    while ((watching.watched.newest?.size ?? -1) < size && Date.now() < until && watching.watched.alarm === null) {
      await this.nextLook(name, until - Date.now());
    }
    return watching.watched.newest;
  }

  private async watch(watching: Watching): Promise<void> {
    let heartbeatAt = 0;
    let movedAt = Date.now();
    // Whether something moved since the last heartbeat that was passed on.
    let news = true;
    while (!this.stop.signal.aborted) {
      const beatDue = Date.now() - heartbeatAt >= this.times.heartbeatMs;
      try {
        const { moved, grown } = await watching.watched.look();
        if (moved || watching.watched.alarm !== null) movedAt = Date.now();
        if (watching.watched.alarm === null) {
          if (moved || (grown && (beatDue || this.isWanted(watching))) || watching.watched.newest === null)
            watching.watched.sign();
          news ||= moved;
          if (beatDue) {
            await this.beat(watching, news);
            heartbeatAt = Date.now();
            news = false;
          }
        }
      } catch (error) {
        movedAt = Date.now();
        this.log.warn({ err: error, log: watching.name }, 'notary.log-away');
      }
      for (const wake of this.waiting.get(watching.name) ?? []) wake();
      if (Date.now() - movedAt <= still.afterMs || this.isWanted(watching)) {
        await this.pause(watching.name, this.times.signMs);
        continue;
      }
      const lookedMs = performance.now();
      await this.pause(restOf(watching.name), untilBeat(lookedMs, still.lookMs, this.times.signMs));
      // Cut short; what is asked for is signed no more often than what moves.
      const leftMs = this.times.signMs - (performance.now() - lookedMs);
      if (leftMs > 0) await this.pause(watching.name, leftMs);
    }
  }

  private isWanted({ name, watched }: Watching): boolean {
    return (this.wanted.get(name) ?? 0) > (watched.newest?.size ?? 0);
  }

  /** The minute's checkpoint goes to the anchors, and, when there is something to say, into the logs of the others. */
  private async beat({ name, watched }: Watching, news: boolean): Promise<void> {
    const { newest } = watched;
    if (newest === null) return;
    this.anchors.keep(name, newest.size, newest.note);
    if (!news || newest.size === 0) return;
    for (const other of this.logs) {
      if (other.name === name) continue;
      try {
        other.watched.noteWitness(await other.source.witness(newest.note));
      } catch (error) {
        this.log.warn({ err: error, log: name, witness: other.name }, 'notary.not-witnessed');
      }
    }
  }

  private async auditForEver(watching: Watching): Promise<void> {
    while (!this.stop.signal.aborted) {
      try {
        const done = await watching.watched.audit();
        await this.pause(`${watching.name} audit`, done ? this.times.auditMs : auditPauseMs);
      } catch (error) {
        this.log.warn({ err: error, log: watching.name }, 'notary.audit-paused');
        await this.pause(`${watching.name} audit`, this.times.signMs);
      }
    }
  }

  private nextLook(name: string, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const set = this.waiting.get(name) ?? new Set();
      this.waiting.set(name, set);
      const done = (): void => {
        clearTimeout(timer);
        set.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      set.add(done);
    });
  }

  private pause(who: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wakeups.set(who, () => {
        clearTimeout(timer);
        resolve();
      });
      if (this.stop.signal.aborted) this.wakeups.get(who)?.();
    });
  }
}

/** A pause that may be cut short. */
const restOf = (name: string): string => `${name} rest`;

/** All logs that stand still are looked at in the same moment, because a process that has nothing to do pays for each time it is woken. */
function untilBeat(nowMs: number, beatMs: number, leastMs: number): number {
  const leftMs = Math.ceil(beatMs - (nowMs % beatMs));
  return leftMs < leastMs ? leftMs + beatMs : leftMs;
}
