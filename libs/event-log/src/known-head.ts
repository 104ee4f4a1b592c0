import type { DatabaseClock } from './database-clock.js';
import type { LogIdentity } from './log.js';
import type { Frontier } from './merkle.js';
import type { Connection } from './session.js';

/** Where a log ends, as far as this process knows without asking. */
export interface HeadState {
  readonly identity: LogIdentity;
  readonly position: number;
  /** Time of the newest event, microseconds since 1970. */
  readonly atUs: number;
  readonly frontier: Frontier;
  readonly root: Buffer;
}

/** What no other log that ends there has: its length and the hash of all of it. */
export type HeadMark = Pick<HeadState, 'position' | 'root'>;

/** Positions by `categoryKey`. */
type Categories = Iterable<readonly [string, number]>;

/**
 * What this process knows of its log since its own last group: the head, and where the categories stand that somebody's condition has asked
 * for. It holds as long as nobody else writes, and whoever builds on it has PostgreSQL hold it against the head that is there.
 */
export class KnownHead {
  private state: HeadState | null = null;
  /** The connection on which that was heard: groups that build on each other must come to PostgreSQL one after the other. */
  private on: Connection | null = null;
  private categories = new Map<string, number>();

  constructor(private readonly clock: Pick<DatabaseClock, 'nowUs'>) {}

  /** Null where this process would have to ask. */
  get head(): HeadState | null {
    return this.state;
  }

  get connection(): Connection | null {
    return this.on;
  }

  /** Where a category stands; undefined where it was not asked for yet. 0 for one without an event. */
  category(key: string): number | undefined {
    return this.categories.get(key);
  }

  /** PostgreSQL's clock. */
  get nowUs(): number {
    return this.clock.nowUs;
  }

  /**
   * Takes in where the log stood and stands now, as PostgreSQL said it under the head lock: where another one wrote since, what was known of
   * categories holds no longer. `asked` says where the categories stand that a condition named, `written` those that have new events.
   */
  learn(on: Connection, before: HeadMark, after: HeadState, asked: Categories, written: Categories): void {
    if (!this.isAt(before)) this.categories = new Map();
    this.on = on;
    this.move(after, written);
    for (const [key, position] of asked) this.categories.set(key, position);
  }

  /** This process writes; what it sends next builds on it. */
  move(after: HeadState, written: Categories): void {
    this.state = after;
    for (const [key, position] of written) if (this.categories.has(key)) this.categories.set(key, position);
  }

  /** Something was not as it was known to be. */
  forget(): void {
    this.state = null;
    this.on = null;
    this.categories = new Map();
  }

  private isAt({ position, root }: HeadMark): boolean {
    return this.state !== null && this.state.position === position && this.state.root.equals(root);
  }
}
