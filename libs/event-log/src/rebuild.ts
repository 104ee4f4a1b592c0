import { setTimeout as wait } from 'node:timers/promises';
import { compareTables, type TableDifference } from './compare-tables.js';
import { type FoldPage, FoldPages } from './fold-pages.js';
import type { PostgresLog } from './postgres-log.js';
import { type ReadModel, schemaOf } from './read-model.js';
import { ReadModelStore } from './read-model-store.js';
import { isPassing, type SessionOptions } from './session.js';

/** An index over millions of rows takes minutes, and nobody waits for it. */
const answerTimeoutMs = 30 * 60_000;
/** A rebuild has the memory of one session for itself: it runs alone, now and then. */
const greeting = [`SET work_mem = '128MB'`, `SET maintenance_work_mem = '256MB'`];
/** PostgreSQL that is away is asked again after so long, and at most so often in a row without a step forward. */
const pauseMs = 500;
const lossesMax = 60;

export interface RebuildOptions {
  readonly log: PostgresLog;
  readonly model: ReadModel;
  readonly session: SessionOptions;
  /** Positions of one transaction; `foldPageMax` when absent. */
  readonly pageMax?: number;
}

export interface RebuildResult {
  /** Where the log stood at the flip. */
  readonly position: number;
  /** Whether the two builds were compared: not when nobody asked, and not with live tables of another version. */
  readonly compared: boolean;
  /** What differed from the live tables at the same position. */
  readonly differences: readonly TableDifference[];
}

/** Builds the tables of one read model anew, beside those that are read and written all the while. */
export class Rebuild {
  private readonly pages: FoldPages;
  private readonly next: ReadModelStore;
  private readonly live: ReadModelStore;

  constructor(private readonly options: RebuildOptions) {
    const { log, model, session } = options;
    const own = (role: string): SessionOptions => ({
      ...session,
      applicationName: `${session.applicationName} ${role}`,
      answerTimeoutMs,
      greeting,
    });
    this.pages = new FoldPages(log.identity, own('rebuild read'), options.pageMax);
    this.next = new ReadModelStore(model, 'next', own('rebuild'));
    this.live = new ReadModelStore(model, 'live', own('rebuild hold'));
  }

  /**
   * Folds the log from position 1 beside the live tables and flips in one transaction. With `compare` the two are compared row for row at
   * one position before; differences are answered, not prevented: the new rows are the fold of the log and therefore right.
   * Goes on with a rebuild that was interrupted, and after PostgreSQL was away. Null when the signal aborts, or when another copy
   * flipped what both were building.
   */
  async run({
    signal,
    compare = false,
  }: { readonly signal?: AbortSignal; readonly compare?: boolean } = {}): Promise<RebuildResult | null> {
    let losses = 0;
    let reached = -1;
    try {
      for (;;) {
        try {
          return await this.attempt(compare, signal, (position) => {
            if (position > reached) losses = 0;
            reached = Math.max(reached, position);
          });
        } catch (error) {
          losses += 1;
          if (!isPassing(error) || losses > lossesMax) throw error;
          for (const held of [this.pages, this.next, this.live]) held.drop();
          await wait(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
        }
      }
    } finally {
      await Promise.all([this.pages.end(), this.next.end(), this.live.end()]);
    }
  }

  private async attempt(
    compare: boolean,
    signal: AbortSignal | undefined,
    reached: (position: number) => void,
  ): Promise<RebuildResult | null> {
    await this.next.ensure();
    if (!(await this.fill(this.next, undefined, signal, reached))) return null;
    await this.next.index();
    // What came while the indexes were made is folded before anybody is held up.
    if (!(await this.fill(this.next, undefined, signal, reached))) return null;
    const differences = compare ? await this.compare(signal) : null;
    if (signal?.aborted === true) return null;
    const flipped = await this.next.flip((after, upto) => this.page(after, upto));
    if (flipped === null) return null;
    return { position: flipped.position, compared: differences !== null, differences: differences ?? [] };
  }

  /** Folds up to the newest event, or another position. The next page is read while one is written. False when it was not to end. */
  private async fill(
    store: ReadModelStore,
    upto?: number,
    signal?: AbortSignal,
    reached: (position: number) => void = () => undefined,
  ): Promise<boolean> {
    const from = await store.checkpoint();
    if (from === null) return false;
    let at = from.position;
    let pending = this.page(at, upto);
    while (signal?.aborted !== true) {
      const page = await pending;
      if (page.position === at) return true;
      pending = this.page(page.position, upto);
      // Whoever does not come to await it has another error to tell.
      pending.catch(() => undefined);
      // Another copy builds the same tables, or has flipped them.
      if (!(await store.apply(at, page.position, page.events))) return this.fill(store, upto, signal, reached);
      at = page.position;
      reached(at);
    }
    return false;
  }

  /** The live tables stand still only until both stand at one position; then both are read in one snapshot. */
  private async compare(signal: AbortSignal | undefined): Promise<TableDifference[] | null> {
    const { model } = this.options;
    const before = await this.live.checkpoint();
    if (before?.version !== model.version) return null;
    // With the service stopped nobody else brings the live tables to where the new ones are.
    const { position } = (await this.next.checkpoint()) ?? { position: 0 };
    await this.fill(this.live, position, signal);
    let begun: () => void = () => undefined;
    const isBegun = new Promise<void>((resolve) => (begun = resolve));
    let comparing: Promise<TableDifference[]> | null = null;
    await this.live.hold(async (held) => {
      if (held.version !== model.version || !(await this.fill(this.next, held.position, signal))) return;
      comparing = this.next.snapshot(begun, (client, tables) =>
        compareTables(client, schemaOf(model.name), this.next.schema, tables),
      );
      await Promise.race([isBegun, comparing]);
    });
    return comparing;
  }

  private page(after: number, upto?: number): Promise<FoldPage> {
    return this.pages.read(after, this.options.model.categories, upto);
  }
}
