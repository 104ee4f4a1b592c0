import pg from 'pg';
import type { FoldPage } from './fold-pages.js';
import { type FoldedEvent, type ReadModel, schemaOf, type Slot } from './read-model.js';
import { ConnectionLost, isPassing, Session, type SessionOptions } from './session.js';
import { type Statement, statements } from './statement.js';

export interface Checkpoint {
  readonly version: number;
  readonly position: number;
}

/** The fold or its tables are at fault: the read model stands still until somebody repairs it. Nothing of the batch was written. */
export class ReadModelStopped extends Error {
  override readonly name = 'ReadModelStopped';
}

/** The tables and the checkpoint of one slot of a read model, on a connection that finds these tables by their bare names. */
export class ReadModelStore {
  readonly schema: string;
  private readonly session: Session;

  constructor(
    private readonly model: ReadModel,
    private readonly slot: Slot,
    options: SessionOptions,
  ) {
    this.schema = schemaOf(model.name, slot);
    this.session = new Session({
      ...options,
      pipeline: true,
      // What is derived may be lost in a crash together with its checkpoint: it is derived again. That saves a flush a batch.
      greeting: [
        'SET synchronous_commit = off',
        `SET search_path = ${this.schema}, public`,
        ...(options.greeting ?? []),
      ],
    });
  }

  async checkpoint(): Promise<Checkpoint | null> {
    const { rows } = await this.session.query(statements.readProjection, [this.model.name, this.slot]);
    return checkpointOf(rows);
  }

  /** Makes the tables at position 0 when this slot has none, or has those of another version (only for `next`). */
  async ensure(): Promise<Checkpoint> {
    return this.transaction(async (client) => {
      await run(client, statements.lockProjectionName, [this.model.name]);
      const before = checkpointOf(await run(client, statements.readProjection, [this.model.name, this.slot]));
      if (before !== null && (this.slot === 'live' || before.version === this.model.version)) return before;
      // Under 'live' a schema without a checkpoint can only be what an operator left behind; it is empty of meaning.
      await client.query(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`);
      await run(client, statements.deleteProjection, [this.model.name, this.slot]);
      await client.query(`CREATE SCHEMA ${this.schema}`);
      for (const sql of this.model.tables) await client.query(sql);
      if (this.slot === 'live') await this.makeIndexes(client);
      await run(client, statements.insertProjection, [this.model.name, this.slot, this.model.version]);
      return { version: this.model.version, position: 0 };
    });
  }

  /**
   * Applies all events of its categories from one position to another and moves the checkpoint; false when somebody else moved it, and
   * nothing was written.
   */
  async apply(from: number, to: number, events: readonly FoldedEvent[]): Promise<boolean> {
    if (to === from) return true;
    return this.transaction(async (client) => {
      const moved = await this.move(client, from, to);
      if (moved && events.length > 0) await this.model.apply(client, events, this.schema);
      return moved;
    });
  }

  /** Makes the indexes that a rebuild left for later, and counts what is in the tables, so that the first question is planned well. */
  async index(): Promise<void> {
    const isDone = await this.transaction(async (client) => {
      const [[made] = []] = (await run(client, statements.countIndexes, [this.schema])) as number[][];
      // All of them are made in one transaction: there are all or none.
      if (made === 0) await this.makeIndexes(client);
      return made !== 0;
    });
    if (isDone) return;
    await this.transaction(async (client) => {
      for (const table of await this.tables(client)) await client.query(`ANALYZE ${this.schema}."${table}"`);
    });
  }

  /**
   * Only for `next`: brings it to the position at which the live one is held, and renames it to be the live one, in one transaction.
   * Null when there is nothing to flip any more, because another copy did.
   */
  async flip(read: (after: number, upto: number) => Promise<FoldPage>): Promise<Checkpoint | null> {
    const { name } = this.model;
    return this.transaction(async (client) => {
      await run(client, statements.lockProjectionName, [name]);
      const live = checkpointOf(await run(client, statements.lockProjection, [name, 'live']));
      const next = checkpointOf(await run(client, statements.lockProjection, [name, 'next']));
      if (next === null) return null;
      const position = await this.catchUp(client, next.position, live?.position ?? 0, read);
      await client.query(`DROP SCHEMA IF EXISTS ${schemaOf(name, 'old')} CASCADE`);
      if (live !== null) await client.query(`ALTER SCHEMA ${schemaOf(name)} RENAME TO ${schemaOf(name, 'old')}`);
      await client.query(`ALTER SCHEMA ${schemaOf(name, 'next')} RENAME TO ${schemaOf(name)}`);
      await run(client, statements.deleteProjection, [name, 'live']);
      await run(client, statements.flipProjection, [name]);
      return { version: next.version, position };
    });
  }

  /**
   * Holds the checkpoint of this slot where it is while `work` runs: whoever would move it waits. Null without calling `work` when
   * there is none.
   */
  async hold<T>(work: (held: Checkpoint) => Promise<T>): Promise<T | null> {
    return this.transaction(async (client) => {
      const held = checkpointOf(await run(client, statements.lockProjection, [this.model.name, this.slot]));
      return held === null ? null : work(held);
    });
  }

  /** Runs `work` on one snapshot of everything, taken before `begun` is told; nobody waits for it. */
  async snapshot<T>(begun: () => void, work: (client: pg.Client, tables: string[]) => Promise<T>): Promise<T> {
    return this.transaction(async (client) => {
      await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      // Everything else on our connections asks by key; this reads whole tables.
      await client.query('SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on');
      const tables = await this.tables(client);
      begun();
      return work(client, tables);
    });
  }

  async end(): Promise<void> {
    await this.session.end();
  }

  drop(): void {
    this.session.drop();
  }

  private async move(client: pg.Client, from: number, to: number): Promise<boolean> {
    const { name, version } = this.model;
    const { text } = statements.moveProjection;
    return (await client.query(text, [name, this.slot, version, from, to])).rowCount === 1;
  }

  private async catchUp(
    client: pg.Client,
    from: number,
    to: number,
    read: (after: number, upto: number) => Promise<FoldPage>,
  ): Promise<number> {
    let at = from;
    while (at < to) {
      const { events, position } = await read(at, to);
      if (position === at)
        throw new Error(`the log ends at ${position}, before the checkpoint ${to} of ${this.model.name}`);
      if (!(await this.move(client, at, position))) throw new Error('a locked checkpoint does not move by itself');
      if (events.length > 0) await this.model.apply(client, events, this.schema);
      at = position;
    }
    return at;
  }

  private async tables(client: pg.Client): Promise<string[]> {
    return ((await run(client, statements.listTables, [this.schema])) as string[][]).map(([table]) => table as string);
  }

  private async makeIndexes(client: pg.Client): Promise<void> {
    for (const sql of this.model.indexes ?? []) await client.query(sql);
  }

  /** Also tells whether the connection still stands: an error on one that does is not the network's. */
  private async rolledBack(client: pg.Client): Promise<boolean> {
    try {
      await client.query('ROLLBACK');
      return true;
    } catch {
      this.session.drop();
      return false;
    }
  }

  private async transaction<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = await this.session.connected();
    try {
      await client.query('BEGIN');
      const result = await work(client);
      const { command } = await client.query('COMMIT');
      if (command !== 'COMMIT')
        throw new Error(`${this.model.name} was rolled back: a statement failed that nobody awaited`);
      return result;
    } catch (error) {
      if (!(await this.rolledBack(client))) throw new ConnectionLost((error as Error).message, { cause: error });
      if (isPassing(error)) throw error;
      throw new ReadModelStopped(`${this.model.name}: ${(error as Error).message}`, { cause: error });
    }
  }
}

async function run(client: pg.Client, statement: Statement, values: unknown[]): Promise<unknown[][]> {
  return (await client.query({ text: statement.text, values, rowMode: 'array' })).rows;
}

function checkpointOf(rows: unknown[][]): Checkpoint | null {
  const [version, position] = (rows[0] ?? []) as number[];
  return version === undefined || position === undefined ? null : { version, position };
}
