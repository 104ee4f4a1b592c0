import type { Writable } from 'node:stream';
import pg from 'pg';
import type { Statement } from './statement.js';

export type Row = unknown[];

/** How a connection to the log's database is made. */
export interface SessionOptions {
  readonly connectionString: string;
  /** Seen in pg_stat_activity. */
  readonly applicationName: string;
  readonly pipeline?: boolean;
  /** A statement that says nothing for so long is given up with its connection; 20 s when absent. */
  readonly answerTimeoutMs?: number;
  /** `backend` is the process of PostgreSQL whose transaction sent it. */
  readonly onNotification?: (name: string, payload: string, backend: number) => void;
  /** Run once on every new connection, such as LISTEN. */
  readonly greeting?: readonly string[];
}

/** A statement must not wait for ever behind another copy that hangs with the head lock. */
const lockTimeoutMs = 5_000;
/** A copy that stopped in the middle of an append loses its transaction, and with it the head lock. */
const idleInTransactionTimeoutMs = 10_000;
const connectTimeoutMs = 5_000;
/** A connection that is silent for so long is given up: a stalled network never says that it is gone. */
const answerTimeoutMs = 20_000;

/**
 * Everything here is asked for by key, a batch of keys at a time. Left to itself the planner keeps the plan that it made while the tables
 * were young, which reads them whole: after half a minute of appends that took more than half of the speed (measured: 17,000 events/s
 * in the first seconds, 9,600 after thirty).
 */
const byKey = 'SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off';

/** Positions and times are below 2^53; everything else keeps the driver's reading. */
const usualReading = pg.types.getTypeParser as (id: number, format?: string) => (text: string) => unknown;
const types: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: string) => (id === 20 ? Number : usualReading(id, format)),
};

/** PostgreSQL could not be reached, or went silent or away in the middle of a question. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** What answers questions: a session, on whatever connection it has, or one connection of it. */
export interface Connection {
  /** Rows as arrays, in the order of the statement's columns. */
  query(statement: Statement, values?: unknown[]): Promise<{ command: string; rows: Row[] }>;
  /** Any SQL without parameters, such as BEGIN. */
  run(text: string): Promise<{ command: string }>;
}

/**
 * One connection that is made when it is needed and made again after it was lost. It never queries again by itself: whoever asked
 * gets the error and knows best whether asking twice is safe.
 */
export class Session implements Connection {
  private client: Promise<pg.Client> | null = null;
  private ended = false;

  constructor(private readonly options: SessionOptions) {}

  async query(statement: Statement, values: unknown[] = []): Promise<{ command: string; rows: Row[] }> {
    return on(await this.connected()).query(statement, values);
  }

  async run(text: string): Promise<{ command: string }> {
    return on(await this.connected()).run(text);
  }

  /**
   * The connection as it is now, for a transaction: once it is lost every statement on it fails. Asked through the session instead,
   * the second half of a transaction could run on a new connection, each statement committed by itself.
   */
  async pin(): Promise<Connection> {
    return on(await this.connected());
  }

  /** The process of PostgreSQL behind the connection as it is now; null without one. */
  get backend(): number | null {
    const { processID = null } = (this.current ?? {}) as { processID?: number | null };
    return processID;
  }

  /** Makes the connection when there is none; rejects when PostgreSQL is not there. */
  async connected(): Promise<pg.Client> {
    if (this.ended) throw new ConnectionLost('the session has ended');
    const current = (this.client ??= this.connect());
    try {
      return await current;
    } catch (error) {
      if (this.client === current) this.client = null;
      return rethrow(error);
    }
  }

  /** Drops the connection, so that the next query makes a new one; the server ends whatever was running. */
  drop(): void {
    const { client } = this;
    this.client = null;
    void client?.then((dropped) => destroy(dropped)).catch(() => undefined);
  }

  async end(): Promise<void> {
    this.ended = true;
    const { client } = this;
    this.client = null;
    await client?.then((open) => open.end()).catch(() => undefined);
  }

  private async connect(): Promise<pg.Client> {
    const { connectionString, applicationName, pipeline, onNotification, greeting } = this.options;
    const timeoutMs = this.options.answerTimeoutMs ?? answerTimeoutMs;
    const client = new pg.Client({
      connectionString,
      types,
      application_name: applicationName,
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      query_timeout: timeoutMs,
      ...(pipeline ? { pipeline: true } : {}),
    });
    const forget = (): void => {
      if (this.current === client) this.client = null;
    };
    client.on('error', forget);
    client.on('end', forget);
    if (onNotification)
      client.on('notification', ({ channel, payload, processId }) => onNotification(channel, payload ?? '', processId));
    await client.connect();
    this.current = client;
    await client.query(
      `SET lock_timeout = ${lockTimeoutMs}; SET idle_in_transaction_session_timeout = ${idleInTransactionTimeoutMs}; ` +
        `SET synchronous_commit = on; SET default_transaction_isolation = 'read committed'; ${byKey}`,
    );
    for (const text of greeting ?? []) await client.query(text);
    return client;
  }

  private current: pg.Client | null = null;
}

function on(client: pg.Client): Connection {
  return {
    query: (statement, values = []) =>
      gathered(client, () => client.query({ ...statement, values, rowMode: 'array' })).catch(rethrow),
    run: (text) => gathered(client, () => client.query(text)).catch(rethrow),
  };
}

/** More than this leaves at once: PostgreSQL begins to read it meanwhile, and its socket does not run full. */
const gatheredBytesMax = 32_768;
const gathering = new WeakSet<Writable>();

/**
 * Statements that are asked for together leave in one piece. The driver writes each by itself: a small group of the log was fourteen system
 * calls here and as many wake-ups of PostgreSQL, which at a hundred appends a second took two fifths of delivery's time.
 */
function gathered<T>(client: pg.Client, ask: () => T): T {
  const { stream } = connectionOf(client);
  const release = (): void => {
    if (gathering.delete(stream)) stream.uncork();
  };
  if (!gathering.has(stream)) {
    gathering.add(stream);
    stream.cork();
    queueMicrotask(release);
  }
  const asked = ask();
  if (stream.writableLength > gatheredBytesMax) release();
  return asked;
}

/** The driver has no class for it, only a dozen messages: whatever the server did not say itself is the connection's. */
function rethrow(error: unknown): never {
  if (error instanceof pg.DatabaseError || error instanceof ConnectionLost) throw error;
  throw new ConnectionLost((error as Error).message, { cause: error });
}

/** `end` would wait for queries that a dead network never answers. */
function destroy(client: pg.Client): void {
  connectionOf(client).stream.destroy();
}

/** The driver's types do not show it. */
function connectionOf(client: pg.Client): { readonly stream: Writable } {
  return (client as unknown as { connection: { stream: Writable } }).connection;
}

/**
 * True for an error that PostgreSQL answered within a session that goes on: then the statement certainly did not happen.
 * By SQLSTATE, because the severity comes in the server's language: 57P and 25P03 end the session, 08 is the connection itself.
 */
export function isAnswered(error: unknown): boolean {
  return error instanceof pg.DatabaseError && !/^(57P|25P03|08)/.test(error.code ?? '08');
}

/** SQLSTATEs that pass: the server restarts, is full or was too slow. Anything else is somebody's fault and stays. */
const passing = new Set([
  '55P03',
  '40P01',
  '40001',
  '57014',
  '57P01',
  '57P02',
  '57P03',
  '53100',
  '53200',
  '53300',
  '25P03',
]);

export function isPassing(error: unknown): boolean {
  return error instanceof ConnectionLost || (error instanceof pg.DatabaseError && passing.has(error.code ?? ''));
}
