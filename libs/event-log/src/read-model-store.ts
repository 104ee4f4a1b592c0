import pg from 'pg';
import type { RecordedEvent } from './log.js';
import { type ReadModel, schemaOf, type Slot } from './read-model.js';
import { isPassing, Session, type SessionOptions } from './session.js';
import { type Statement, statements } from './statement.js';

export interface Checkpoint {
  readonly version: number;
  readonly position: number;
}

/** The fold or its tables are at fault: the read model stands still until somebody repairs it. Nothing of the batch was written. */
export class ReadModelStopped extends Error {
  override readonly name = 'ReadModelStopped';
}

/** What differs between two builds of one table, in rows that only one of them has. */
export interface TableDifference {
  readonly table: string;
  readonly onlyLive: number;
  readonly onlyNext: number;
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
      greeting: ['SET synchronous_commit = off', `SET search_path = ${this.schema}, public`],
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
      await run(client, statements.insertProjection, [this.model.name, this.slot, this.model.version]);
      return { version: this.model.version, position: 0 };
    });
  }

  /** Applies a batch and moves the checkpoint from exactly `from`; false when somebody else moved it, and nothing was written. */
  async apply(from: number, events: readonly RecordedEvent[]): Promise<boolean> {
    const to = events.at(-1)?.position;
    if (to === undefined) return true;
    return this.transaction(async (client) => {
      const moved = await this.move(client, from, to);
      if (moved) await this.model.apply(client, events, this.schema);
      return moved;
    });
  }

  /**
   * Only for `next`: brings it to the position at which the live one is held, compares when asked, and renames it to be the live
   * one, in one transaction. Null when there is nothing to flip any more, because another copy did.
   */
  async flip(options: {
    readonly compare: boolean;
    readonly read: (after: number, limit: number) => Promise<RecordedEvent[]>;
  }): Promise<{ checkpoint: Checkpoint; differences: TableDifference[] } | null> {
    const { name } = this.model;
    return this.transaction(async (client) => {
      await run(client, statements.lockProjectionName, [name]);
      const live = checkpointOf(await run(client, statements.lockProjection, [name, 'live']));
      const next = checkpointOf(await run(client, statements.lockProjection, [name, 'next']));
      if (next === null) return null;
      const position = await this.catchUp(client, next.position, live?.position ?? 0, options.read);
      const differences = options.compare && live?.position === position ? await this.differences(client) : [];
      await client.query(`DROP SCHEMA IF EXISTS ${schemaOf(name, 'old')} CASCADE`);
      if (live !== null) await client.query(`ALTER SCHEMA ${schemaOf(name)} RENAME TO ${schemaOf(name, 'old')}`);
      await client.query(`ALTER SCHEMA ${schemaOf(name, 'next')} RENAME TO ${schemaOf(name)}`);
      await run(client, statements.deleteProjection, [name, 'live']);
      await run(client, statements.flipProjection, [name]);
      return { checkpoint: { version: next.version, position }, differences };
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
    read: (after: number, limit: number) => Promise<RecordedEvent[]>,
  ): Promise<number> {
    let position = from;
    while (position < to) {
      const events = await read(position, Math.min(2_000, to - position));
      const last = events.at(-1)?.position;
      if (last === undefined)
        throw new Error(`the log ends at ${position}, before the checkpoint ${to} of ${this.model.name}`);
      if (!(await this.move(client, position, last))) throw new Error('a locked checkpoint does not move by itself');
      await this.model.apply(client, events, this.schema);
      position = last;
    }
    return position;
  }

  private async differences(client: pg.Client): Promise<TableDifference[]> {
    const found: TableDifference[] = [];
    for (const [table] of (await run(client, statements.listTables, [this.schema])) as string[][]) {
      const [live, next] = [`${schemaOf(this.model.name)}."${table}"`, `${this.schema}."${table}"`];
      const count = async (one: string, other: string): Promise<number> => {
        const { rows } = await client.query<{ n: number }>(
          `SELECT count(*) AS n FROM (TABLE ${one} EXCEPT ALL TABLE ${other}) AS only_one`,
        );
        return rows[0]?.n ?? 0;
      };
      const onlyLive = await count(live, next);
      const onlyNext = await count(next, live);
      if (onlyLive + onlyNext > 0) found.push({ table: table as string, onlyLive, onlyNext });
    }
    return found;
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
      if (!(await this.rolledBack(client)) || isPassing(error)) throw error;
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
