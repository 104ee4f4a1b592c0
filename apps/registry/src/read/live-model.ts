import { keepReadModel } from '@waybill/event-log/keep-read-model';
import type { PostgresLog } from '@waybill/event-log/postgres-log';
import type { Projection } from '@waybill/event-log/projection';
import { type FoldedEvent, type ReadModel, schemaOf } from '@waybill/event-log/read-model';
import type { Kit } from '@waybill/service-kit/start-service';
import type { DataSource } from 'typeorm';

/** A write waits so long to be seen in the lists; after that the list follows on its own. */
const reachedTimeoutMs = 1_000;

/** A read model that follows the log while the service runs, and the questions to it. */
export class LiveModel {
  private constructor(
    private readonly database: DataSource,
    private readonly projection: Projection,
    private readonly schema: string,
  ) {}

  /** Begins to follow; resolves when there are tables to ask. A fold that fails stands still and is told on `/readyz`. */
  static async open(
    kit: Kit,
    database: DataSource,
    log: PostgresLog,
    connectionString: string,
    model: ReadModel,
  ): Promise<LiveModel> {
    const projection = await keepReadModel({ log, connectionString, model, host: kit });
    return new LiveModel(database, projection, schemaOf(model.name));
  }

  /** Rows of one question; the schema is handed in because a rebuild may change nothing but its content. */
  rows<Row>(sql: (schema: string) => string, values: unknown[]): Promise<Row[]> {
    return this.database.query<Row[]>(sql(this.schema), values);
  }

  /** True when the lists show everything up to a position; false where they are late, which is no fault of the write. */
  reached(position: number): Promise<boolean> {
    return this.projection.whenCaughtUp(position, reachedTimeoutMs);
  }
}

/** Skipping what is not known would be a hole for ever. */
export function unknownEvent({ type, stream, position }: FoldedEvent): Error {
  return new Error(`no read model knows ${type} of ${stream} at position ${position}`);
}

/** A part of a name as an `ilike` pattern that means exactly these characters; null for none. */
export function likeText(part: string | undefined): string | null {
  return part === undefined || part === '' ? null : `%${part.replace(/[\\%_]/g, '\\$&')}%`;
}
