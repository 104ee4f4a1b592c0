import type { Socket } from 'node:net';
import pg from 'pg';
import { type Answered, ArrayQuery, type Asked, type KnownColumns, readingOf, type Row } from './array-query.js';
import type { Statement } from './statement.js';

export type { Row };

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
  /** Told of every new connection before anything is asked over it; `greeting` is run on it, such as LISTEN. */
  readonly onConnected?: (() => void) | undefined;
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

/** For those who ask the driver itself: read models, with rows by name. */
const types: pg.CustomTypesConfig = { getTypeParser: readingOf };

/** PostgreSQL could not be reached, or went silent or away in the middle of a question. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** What answers questions: a session, on whatever connection it has, or one connection of it. */
export interface Connection {
  /** Rows as arrays, in the order of the statement's columns. */
  query(statement: Statement, values?: unknown[]): Promise<Answered>;
  /** Any SQL without parameters, such as BEGIN. */
  run(text: string): Promise<Answered>;
}

/**
 * One connection that is made when it is needed and made again after it was lost. It never queries again by itself: whoever asked
 * gets the error and knows best whether asking twice is safe.
 */
export class Session implements Connection {
  private client: Promise<pg.Client> | null = null;
  /** Names the making of `client`: one that was dropped meanwhile, or ends afterwards, says nothing of the next. */
  private making: symbol | null = null;
  private ended = false;

  constructor(private readonly options: SessionOptions) {}

  async query(statement: Statement, values: unknown[] = []): Promise<{ command: string; rows: Row[] }> {
    const connection = await this.pin();
    try {
      return await connection.query(statement, values);
    } catch (error) {
      if (isReadOnly(error) && this.holds(connection)) this.drop();
      throw error;
    }
  }

  async run(text: string): Promise<Answered> {
    return (await this.pin()).run(text);
  }

  /**
   * The connection as it is now, for a transaction: once it is lost every statement on it fails. Asked through the session instead,
   * the second half of a transaction could run on a new connection, each statement committed by itself.
   */
  async pin(): Promise<Connection> {
    return asking(await this.connected());
  }

  /** Whether this is the connection as it is now, as far as is known. */
  holds(connection: Connection | null): boolean {
    return this.current !== null && askings.get(this.current) === connection;
  }

  /** The process of PostgreSQL behind the connection as it is now; null without one. */
  get backend(): number | null {
    const { processID = null } = (this.current ?? {}) as { processID?: number | null };
    return processID;
  }

  /** Makes the connection when there is none; rejects when PostgreSQL is not there. */
  async connected(): Promise<pg.Client> {
    if (this.ended) throw new ConnectionLost('the session has ended');
    const current = (this.client ??= this.connect((this.making = Symbol())));
    try {
      return await current;
    } catch (error) {
      if (this.client === current) this.client = null;
      throw lost(error);
    }
  }

  /** Drops the connection, so that the next query makes a new one; the server ends whatever was running. */
  drop(): void {
    const { client } = this;
    this.forget();
    void client?.then((dropped) => destroy(dropped)).catch(() => undefined);
  }

  async end(): Promise<void> {
    this.ended = true;
    const { client } = this;
    this.client = null;
    await client?.then((open) => open.end()).catch(() => undefined);
  }

  private forget(): void {
    this.client = null;
    this.current = null;
    this.making = null;
  }

  private async connect(making: symbol): Promise<pg.Client> {
    const { connectionString, applicationName, pipeline, onNotification, greeting } = this.options;
    const timeoutMs = this.options.answerTimeoutMs ?? answerTimeoutMs;
    const client = new pg.Client({
      connectionString,
      types,
      application_name: applicationName,
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      ...(pipeline ? { pipeline: true } : {}),
    });
    const isWanted = (): boolean => this.making === making;
    const forget = (): void => {
      if (isWanted()) this.forget();
    };
    client.on('error', forget);
    client.on('end', forget);
    const stopLooking = giveUpWhenSilent(client, timeoutMs);
    client.once('error', stopLooking);
    client.once('end', stopLooking);
    if (onNotification)
      client.on('notification', ({ channel, payload, processId }) => onNotification(channel, payload ?? '', processId));
    try {
      await client.connect();
      await client.query(
        `SET lock_timeout = ${lockTimeoutMs}; SET idle_in_transaction_session_timeout = ${idleInTransactionTimeoutMs}; ` +
          `SET synchronous_commit = on; SET default_transaction_isolation = 'read committed'; ${byKey}`,
      );
      for (const text of greeting ?? []) await client.query(text);
      if (!isWanted()) throw new ConnectionLost('dropped while it was being made');
    } catch (error) {
      destroy(client);
      throw error;
    }
    this.current = client;
    this.options.onConnected?.();
    return client;
  }

  private current: pg.Client | null = null;
}

/** What can be asked of a connection; the same for as long as it is there. */
function asking(client: pg.Client): Connection {
  let connection = askings.get(client);
  if (connection !== undefined) return connection;
  const known: KnownColumns = new Map();
  const ask = (asked: Asked, values?: readonly unknown[]): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const query = new ArrayQuery(asked, values, known, (error, answered) =>
        error === null ? resolve(answered) : reject(lost(error)),
      );
      gathered(client, query);
    });
  connection = { query: (statement, values = []) => ask(statement, values), run: (text) => ask({ text }) };
  askings.set(client, connection);
  return connection;
}
const askings = new WeakMap<pg.Client, Connection>();

/** More than this leaves at once: PostgreSQL begins to read it meanwhile, and its socket does not run full. */
const gatheredBytesMax = 32_768;
const gathering = new WeakSet<Socket>();

/**
 * Statements that are asked for together leave in one piece. The driver writes each by itself: a small group of the log was fourteen system
 * calls here and as many wake-ups of PostgreSQL, which at a hundred appends a second took two fifths of delivery's time.
 */
function gathered(client: pg.Client, query: ArrayQuery): void {
  const { stream } = inside(client).connection;
  const release = (): void => {
    if (gathering.delete(stream)) stream.uncork();
  };
  if (!gathering.has(stream)) {
    gathering.add(stream);
    stream.cork();
    queueMicrotask(release);
  }
  client.query(query);
  if (stream.writableLength > gatheredBytesMax) release();
}

/** The driver has no class for it, only a dozen messages: whatever the server did not say itself is the connection's. */
function lost(error: unknown): Error {
  if (error instanceof pg.DatabaseError || error instanceof ConnectionLost) return error;
  return new ConnectionLost((error as Error).message, { cause: error });
}

const looksOfSilence = 4;

/** Ends a connection that has been asked something and says nothing for so long (to a quarter more); answers how to stop looking. */
function giveUpWhenSilent(client: pg.Client, timeoutMs: number): () => void {
  let [heard, silent] = [0, 0];
  const look = (): void => {
    const { readyForQuery: isIdle, connection } = inside(client);
    const { bytesRead } = connection.stream;
    silent = isIdle || bytesRead !== heard ? 0 : silent + 1;
    heard = bytesRead;
    if (silent > looksOfSilence) connection.stream.destroy(new Error(`no answer for ${timeoutMs} ms`));
  };
  return onClock(timeoutMs / looksOfSilence, look);
}

const clocks = new Map<number, { readonly looks: Set<() => void>; readonly timer: NodeJS.Timeout }>();

/** One clock for all connections that are looked at as often: a dozen of their own woke a service twice a second that had nothing to do. */
function onClock(everyMs: number, look: () => void): () => void {
  let clock = clocks.get(everyMs);
  if (clock === undefined) {
    const looks = new Set<() => void>();
    clock = { looks, timer: setInterval(() => looks.forEach((one) => one()), everyMs).unref() };
    clocks.set(everyMs, clock);
  }
  const { looks, timer } = clock;
  looks.add(look);
  return () => {
    if (!looks.delete(look) || looks.size > 0) return;
    clearInterval(timer);
    clocks.delete(everyMs);
  };
}

/** `end` would wait for queries that a dead network never answers. */
function destroy(client: pg.Client): void {
  inside(client).connection.stream.destroy();
}

/** The driver's types do not show it. */
function inside(client: pg.Client): {
  readonly readyForQuery: boolean;
  readonly connection: { readonly stream: Socket };
} {
  return client as unknown as ReturnType<typeof inside>;
}

/**
 * True for an error that PostgreSQL answered within a session that goes on: then the statement certainly did not happen.
 * By SQLSTATE, because the severity comes in the server's language: 57P and 25P03 end the session, 08 is the connection itself.
 */
export function isAnswered(error: unknown): boolean {
  return error instanceof pg.DatabaseError && !/^(57P|25P03|08)/.test(error.code ?? '08');
}

const readOnlyState = '25006';

/** True on a connection to a standby, or to what was set read-only. It stays so, and the next one may lead to the primary: drop it. */
export function isReadOnly(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === readOnlyState;
}

/** SQLSTATEs that pass: the server restarts, is full, slow, no longer the primary or without its disk. Anything else is somebody's fault and stays. */
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
  readOnlyState,
  '58030',
]);

export function isPassing(error: unknown): boolean {
  return error instanceof ConnectionLost || (error instanceof pg.DatabaseError && passing.has(error.code ?? ''));
}
