import type pg from 'pg';
import type { RecordedEvent } from './log.js';

/**
 * What a fold is given: it never opens what is sealed, so that a rebuild after shredding gives the same rows, and opens no keys. Its texts
 * can all be stored: where the log holds U+0000 or half of a letter, which PostgreSQL takes into no row, stands U+FFFD. One such event
 * would stop the rows of all tenants for good.
 */
export type FoldedEvent = Omit<RecordedEvent, 'sealed'>;

/**
 * A read model: tables that are a fold of the log and can be thrown away at any time. One file in a service's `read/` defines it:
 * its tables, its fold, and its queries.
 *
 * The tables live in the schema `rm_<name>` (see `schemaOf`), made by the service itself; whoever reads always reads there. A rebuild
 * writes `rm_<name>_next` and renames it in one transaction, so that readers see the old rows or the new ones and never an empty table.
 */
export interface ReadModel {
  /** `[a-z][a-z0-9_]*`, at most 40 characters. */
  readonly name: string;
  /** Raised whenever the tables or the fold change: the next start rebuilds beside the live tables and flips. */
  readonly version: number;
  /** The statements that make the tables with the keys that the fold itself needs, names without a schema. */
  readonly tables: readonly string[];
  /** The statements that make the other indexes: a rebuild makes them when the rows are there, which takes a fraction of the time. */
  readonly indexes?: readonly string[];
  /** Events of streams of other categories are not handed in: a rebuild does not even read them. */
  readonly categories: readonly string[];
  /**
   * Writes what a batch of events (in order of position; nothing of its categories is left out between batches) means, names without
   * a schema: the connection looks in the right one, which is also `schema`. How the log is cut into batches must not show in the
   * rows: a rebuild takes larger ones. Runs in a transaction that moves the checkpoint, so it happens exactly once or
   * not at all, and it must depend on nothing but the events and the tables. Statements may be sent without waiting for each other;
   * all must have been awaited at the end. An event of a type or version it does not know must throw: that stops the read model,
   * because to skip it would be a hole for ever.
   */
  apply(client: ReadModelClient, events: readonly FoldedEvent[], schema: string): Promise<void>;
}

export type ReadModelClient = Pick<pg.ClientBase, 'query'>;

export type Slot = 'live' | 'next';

/** Where the tables of a read model stand; `live` is what everybody reads. */
export function schemaOf(name: string, slot: Slot | 'old' = 'live'): string {
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(name)) throw new Error(`no name for a read model: ${name}`);
  return slot === 'live' ? `rm_${name}` : `rm_${name}_${slot}`;
}
