import { storableJson } from '@waybill/contracts/text/storable';
import type { EventMeta, LogIdentity } from './log.js';
import type { FoldedEvent } from './read-model.js';
import { timeText } from './recorded.js';
import { type Row, Session, type SessionOptions } from './session.js';
import { statements } from './statement.js';

/** Positions of one page: past that only the time to the next checkpoint grows. */
export const foldPageMax = 20_000;
/** A page ends after about so many clear bytes, also when fewer events than asked are in it. */
export const foldPageBytesMax = 32 * 1024 * 1024;

export interface FoldPage {
  readonly events: readonly FoldedEvent[];
  /** Everything of the asked categories up to here is in this page or before it; the position asked after when there is nothing. */
  readonly position: number;
}

/**
 * Reads a log for folds, which want the clear part of some categories and nothing else: no sealed part leaves PostgreSQL, no key is
 * opened. On a connection of its own, so that whoever folds a whole log stands in nobody's way.
 */
export class FoldPages {
  private readonly session: Session;

  constructor(
    private readonly identity: LogIdentity,
    options: SessionOptions,
    private readonly pageMax = foldPageMax,
    private readonly bytesMax = foldPageBytesMax,
  ) {
    this.session = new Session({ ...options, pipeline: true });
  }

  /** The next page after a position, up to the newest event or, where it is given, up to another position. */
  async read(after: number, categories: readonly string[], upto = Number.MAX_SAFE_INTEGER): Promise<FoldPage> {
    const { rows: head } = await this.session.query(statements.readHead);
    const last = Math.min(head[0]?.[2] as number, upto, after + this.pageMax);
    if (last <= after) return { events: [], position: after };
    const { rows } = await this.session.query(statements.readClear, [after, last, categories, this.bytesMax]);
    const events = rows.map((row) => this.event(row));
    // A page that is full of bytes was cut behind its last event; any other holds all there is.
    let bytes = 0;
    for (const row of rows) bytes += Buffer.byteLength(row[9] as string);
    return { events, position: bytes < this.bytesMax ? last : (events.at(-1)?.position ?? last) };
  }

  drop(): void {
    this.session.drop();
  }

  end(): Promise<void> {
    return this.session.end();
  }

  /** The columns stand in the order of `read-clear.sql`. */
  private event(row: Row): FoldedEvent {
    return {
      log: this.identity.log,
      epoch: this.identity.epoch,
      position: row[0] as number,
      stream: row[1] as string,
      version: row[2] as number,
      eventId: row[3] as string,
      type: row[4] as string,
      schemaVersion: row[5] as number,
      tenant: row[6] as string,
      at: timeText(row[7] as number),
      meta: JSON.parse(storableJson(row[8] as string)) as EventMeta,
      data: JSON.parse(storableJson(row[9] as string)) as Record<string, unknown>,
    };
  }
}
