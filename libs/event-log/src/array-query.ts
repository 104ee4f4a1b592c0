import type { Writable } from 'node:stream';
import pg from 'pg';
import { bindMessage, type BoundValue } from './bind-message.js';
import type { Statement } from './statement.js';

export type Row = unknown[];

export interface Answered {
  /** The first word of what PostgreSQL says it did: `INSERT`, `COMMIT`, `ROLLBACK`. Of several statements, the last one's. */
  readonly command: string;
  /** As arrays, in the order of the statement's columns. */
  readonly rows: Row[];
}

/** A statement, or any SQL without a name and without values. */
export type Asked = Statement | { readonly name?: undefined; readonly text: string };

/** From PostgreSQL's text to a value. */
type Reading = (text: string) => unknown;

const usualReading = pg.types.getTypeParser as (id: number, format?: string) => Reading;
const int8Type = 20;

/** Positions and times are below 2^53 and become numbers; everything else keeps the driver's reading. */
export const readingOf = (type: number, format?: string): Reading =>
  type === int8Type ? Number : usualReading(type, format);

/** The columns of what was prepared on one connection, by name. PostgreSQL refuses a prepared statement whose columns have changed. */
export type KnownColumns = Map<string, readonly Reading[]>;

/** What the driver says of a statement that it binds. */
interface Binding {
  readonly statement?: string;
  readonly values?: readonly unknown[];
  readonly valueMapper: (value: unknown) => BoundValue;
}

/** What of the driver's connection is spoken to here. */
interface DriverConnection {
  readonly stream: Writable;
  bind(binding: Binding): void;
  describe(message: object): void;
}

/** Takes the driver's words for a connection and sends fewer bytes and copies for them. */
interface LeanConnections {
  readonly describing: DriverConnection;
  /** Does not ask for the columns once more. */
  readonly quiet: DriverConnection;
}

function leanOf(connection: DriverConnection): LeanConnections {
  let lean = leanOnes.get(connection);
  if (lean === undefined) {
    const describing = Object.create(connection) as DriverConnection;
    describing.bind = ({ statement = '', values = [], valueMapper }) => {
      const pieces = bindMessage(statement, values.map(valueMapper));
      if (connection.stream.writable) for (const piece of pieces) connection.stream.write(piece);
    };
    const quiet = Object.create(describing) as DriverConnection;
    quiet.describe = () => undefined;
    lean = { describing, quiet };
    leanOnes.set(connection, lean);
  }
  return lean;
}
const leanOnes = new WeakMap<DriverConnection, LeanConnections>();

/** The driver's class has them, and its types do not say so. */
const driver = pg.Query.prototype as unknown as { prepare(this: pg.Query, connection: DriverConnection): void };

/**
 * A question in the queue of the driver, which sends it and tells it what comes back. The driver's own class copies what it is given with
 * all its property descriptors, keeps a timer, a promise and closures for each, and has the columns of a prepared statement described
 * every time: at two hundred small groups a second a sixth of all that delivery allocated, and what is allocated is collected some day.
 */
export class ArrayQuery extends pg.Query {
  declare text: string;
  declare name: string | undefined;
  declare values: readonly unknown[] | undefined;
  /** Has the driver make no promise. */
  declare callback: (error: Error | null) => void;
  private readonly found: Row[] = [];
  private command = '';
  private readings: readonly Reading[] | undefined;
  private unreadable: Error | null = null;

  /** `values` as the driver takes them. `told` hears once: the error, or null and the answer. */
  constructor(
    asked: Asked,
    values: readonly unknown[] | undefined,
    private readonly known: KnownColumns,
    told: (error: Error | null, answered: Answered) => void,
  ) {
    super('');
    this.text = asked.text;
    this.name = asked.name;
    this.values = values;
    this.readings = asked.name === undefined ? undefined : known.get(asked.name);
    this.callback = (error) => told(error, { command: this.command, rows: this.found });
  }

  prepare(connection: DriverConnection): void {
    const { describing, quiet } = leanOf(connection);
    driver.prepare.call(this, this.readings === undefined ? describing : quiet);
  }

  handleRowDescription({ fields }: { fields: readonly { dataTypeID: number }[] }): void {
    this.readings = fields.map(({ dataTypeID }) => readingOf(dataTypeID));
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const { readings } = this;
    try {
      this.found.push(fields.map((text, at) => (text === null ? null : readings?.[at]?.(text))));
    } catch (error) {
      this.unreadable = error as Error;
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    const end = text.indexOf(' ');
    this.command = end < 0 ? text : text.slice(0, end);
    // What has no columns is described as such by saying nothing.
    if (this.name !== undefined) this.known.set(this.name, this.readings ?? []);
  }

  handleReadyForQuery(): void {
    this.callback(this.unreadable);
  }
}
