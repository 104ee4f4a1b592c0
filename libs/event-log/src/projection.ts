import { setTimeout as wait } from 'node:timers/promises';
import type { PostgresLog } from './postgres-log.js';
import type { ReadModel } from './read-model.js';
import { type Checkpoint, ReadModelStopped, ReadModelStore } from './read-model-store.js';
import { Rebuild, type RebuildResult } from './rebuild.js';
import { SealFault } from './seal.js';
import type { SessionOptions } from './session.js';

/**
 * Events of one transaction. What happens to one thing within it is one row written once: at 4,000 deliveries/s, which are 12,000 events/s,
 * a batch of 2,000 (with 200 ms between two) wrote nearly every delivery twice, and cost a tenth of the speed of the whole system. With 5,000
 * (and 400 ms) six to eight of ten were changed a second time, with 10,000 (and 800) three to five (at 1,500 deliveries/s).
 */
export const projectionBatchMax = 10_000;
/** A person who asks for a list waits at most so long for it to be current. */
export const currentWithinMs = 300;
/** PostgreSQL that is away, and a copy that only watches, are asked again after so long. */
const pauseMs = 250;

export interface ProjectionOptions {
  readonly log: PostgresLog;
  /** The same database and role as the log's. */
  readonly connectionString: string;
  readonly model: ReadModel;
  readonly batchMax?: number;
  /**
   * Under load a batch begins at most this often, so that what happens to one thing within that time is one row written once; a batch
   * that was full, and somebody who waits for a position, are served at once. 0 (default): as soon as there is something.
   */
  readonly paceMs?: number;
  /** Told each time it waits and tries again, with the reason: for the service's log. */
  readonly onPause?: (error: unknown) => void;
}

/**
 * Keeps one read model up with the log. Any number of copies may run it: the checkpoint moves by compare-and-set in the transaction
 * of the rows, who loses reads it again and goes on.
 */
export class Projection {
  private readonly live: ReadModelStore;
  private readonly waiting = new Set<() => void>();
  private readonly session: SessionOptions;
  private reached = -1;
  private lastBatchMs = -Infinity;
  /** Ends the pause before the next batch. */
  private hurry: (() => void) | null = null;

  constructor(private readonly options: ProjectionOptions) {
    const { connectionString, model } = options;
    this.session = { connectionString, applicationName: `waybill read model ${model.name}` };
    this.live = new ReadModelStore(model, 'live', this.session);
  }

  /** The position that the live tables are known to include; -1 before the first look. */
  get position(): number {
    return this.reached;
  }

  /**
   * Makes the tables when there are none, rebuilds them beside the live ones when those are of an older version, and then follows
   * the log until the signal aborts. While PostgreSQL is away it waits. Rejects with `ReadModelStopped` when `apply` throws: it stands still then
   * and the service must say so; nothing is ever skipped. A copy of an older version than the live tables only watches.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { model } = this.options;
    try {
      while (!signal.aborted) {
        try {
          const checkpoint = await this.live.ensure();
          if (checkpoint.version < model.version) await this.rebuild({ signal });
          else await this.follow(checkpoint, signal);
        } catch (error) {
          if (error instanceof ReadModelStopped || error instanceof SealFault) throw error;
          this.options.onPause?.(error);
          this.live.drop();
          await wait(pauseMs, undefined, { signal }).catch(() => undefined);
        }
      }
    } finally {
      await this.live.end();
    }
  }

  /** True once the live tables include this position, false after `timeoutMs`. For reads that must see a write that was just made. */
  async whenCaughtUp(position: number, timeoutMs: number): Promise<boolean> {
    if (this.reached >= position) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(false), timeoutMs);
      const look = (): void => {
        if (this.reached >= position) done(true);
      };
      const done = (caughtUp: boolean): void => {
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve(caughtUp);
      };
      this.waiting.add(look);
      this.hurry?.();
    });
  }

  /**
   * For a list that is asked right after something happened: resolves when the live tables hold what this process knows to be on the
   * record, or after `currentWithinMs`, because under load a list that is a little late is better than none.
   */
  async whenCurrent(): Promise<void> {
    await this.whenCaughtUp(this.options.log.knownPosition, currentWithinMs);
  }

  /** See `Rebuild.run`; what is built here follows the log from then on. */
  async rebuild(
    options: { readonly signal?: AbortSignal; readonly compare?: boolean } = {},
  ): Promise<RebuildResult | null> {
    const { log, model, batchMax } = this.options;
    const rebuild = new Rebuild({ log, model, session: this.session, ...(batchMax && { pageMax: batchMax }) });
    const result = await rebuild.run(options);
    if (result !== null) this.moved(result.position);
    return result;
  }

  private async follow(from: Checkpoint, signal: AbortSignal): Promise<void> {
    const { log, model } = this.options;
    let checkpoint = from;
    this.moved(checkpoint.position);
    while (!signal.aborted && checkpoint.version >= model.version) {
      if (checkpoint.version > model.version) await wait(pauseMs, undefined, { signal }).catch(() => undefined);
      else await log.past(checkpoint.position, signal);
      await this.pace(signal);
      if (signal.aborted) return;
      checkpoint = (await this.applyNext(checkpoint)) ?? (await this.live.checkpoint()) ?? { version: 0, position: 0 };
      this.moved(checkpoint.position);
    }
  }

  /**
   * Applies the next page and answers where that leads; null when it came to nothing: lost to another copy, or flipped to other tables, and
   * what counts is what is there. A function of its own, because a loop that waits for news holds on to the page it had last.
   */
  private async applyNext(checkpoint: Checkpoint): Promise<Checkpoint | null> {
    const { log, model } = this.options;
    const { version, position } = checkpoint;
    if (version > model.version) return null;
    const page = await log.readFolded(position, this.batchMax, model.categories);
    this.lastBatchMs = page.position - position < this.batchMax ? performance.now() : 0;
    const isApplied = page.position > position && (await this.live.apply(position, page.position, page.events));
    return isApplied ? { version, position: page.position } : null;
  }

  private async pace(signal: AbortSignal): Promise<void> {
    const leftMs = this.lastBatchMs + (this.options.paceMs ?? 0) - performance.now();
    if (leftMs <= 0 || this.waiting.size > 0) return;
    const asked = new AbortController();
    this.hurry = () => asked.abort();
    await wait(leftMs, undefined, { signal: AbortSignal.any([signal, asked.signal]) }).catch(() => undefined);
    this.hurry = null;
  }

  private moved(position: number): void {
    this.reached = position;
    for (const look of [...this.waiting]) look();
  }

  private get batchMax(): number {
    return this.options.batchMax ?? projectionBatchMax;
  }
}
