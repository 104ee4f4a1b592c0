import { storableJson } from '@waybill/contracts/text/storable';
import { byteaArray } from './pg-array.js';
import { streamKey } from './event-id.js';
import { readLimitMax, readStreamsMax } from './limits.js';
import { type EventMeta, type LogIdentity, type RecordedEvent, shredded } from './log.js';
import type { FoldedEvent } from './read-model.js';
import { timeText, wireOf } from './recorded.js';
import { type KeyWrapper, unseal } from './seal.js';
import type { Row, Session } from './session.js';
import { type Statement, statements } from './statement.js';

/** A page ends after about so many bytes, also when fewer events than asked are in it. */
export const readBytesMax = 8 * 1024 * 1024;

/** An event on the wire with the hash of its leaf: what the relay publishes. */
export interface WireEvent {
  /** The wire form in UTF-8. */
  readonly bytes: Uint8Array;
  /** Where in the bytes the first sealed member begins; null when there is none. */
  readonly sealedAt: number | null;
  readonly position: number;
  readonly tenant: string;
  readonly type: string;
  readonly atUs: number;
  readonly leafHex: string;
}

/** Reads events out of PostgreSQL and opens what was sealed. Holds a few connections and hands each question to the next one. */
export class LogReader {
  private next = 0;

  constructor(
    private readonly identity: LogIdentity,
    private readonly sessions: readonly Session[],
    private readonly wrapper: KeyWrapper,
  ) {}

  async stream(
    stream: string,
    options: { fromVersion?: number; backwards?: boolean; limit?: number },
  ): Promise<RecordedEvent[]> {
    const limit = Math.min(options.limit ?? readLimitMax, readLimitMax);
    const from = options.fromVersion ?? (options.backwards ? Number.MAX_SAFE_INTEGER : 1);
    const statement = options.backwards ? statements.readStreamBackwards : statements.readStream;
    return (await this.rows(statement, [streamKey(stream), from, limit])).map((row) => this.event(row));
  }

  async streams(streams: readonly string[]): Promise<Map<string, RecordedEvent[]>> {
    if (streams.length > readStreamsMax)
      throw new RangeError(`${streams.length} streams at once, more than ${readStreamsMax}`);
    const found = new Map<string, RecordedEvent[]>();
    if (streams.length === 0) return found;
    for (const row of await this.rows(statements.readStreams, [byteaArray(streams.map(streamKey))])) {
      const event = this.event(row);
      const events = found.get(event.stream);
      if (events === undefined) found.set(event.stream, [event]);
      else events.push(event);
    }
    return found;
  }

  async all(options: { after: number; limit: number; backwards?: boolean }): Promise<RecordedEvent[]> {
    const limit = Math.min(options.limit, readLimitMax);
    const statement = options.backwards ? statements.readAllBackwards : statements.readAll;
    return (await this.rows(statement, [options.after, limit, readBytesMax])).map((row) => this.event(row));
  }

  /** As `all` forwards, for a fold. */
  async folded(after: number, limit: number): Promise<FoldedEvent[]> {
    const rows = await this.rows(statements.readAll, [after, Math.min(limit, readLimitMax), readBytesMax]);
    return rows.map((row) =>
      this.event(row.with(8, storableJson(row[8] as string)).with(9, storableJson(row[9] as string))),
    );
  }

  /** As `all` forwards, but ready to be sent: the stored clear part is not parsed. */
  async wire(after: number, limit: number): Promise<WireEvent[]> {
    const rows = await this.rows(statements.readAll, [after, Math.min(limit, readLimitMax), readBytesMax]);
    return rows.map((row) => this.wireEvent(row));
  }

  private async rows(statement: Statement, values: unknown[]): Promise<Row[]> {
    this.next = (this.next + 1) % this.sessions.length;
    const session = this.sessions[this.next] as Session;
    return (await session.query(statement, values)).rows;
  }

  private event(row: Row): RecordedEvent {
    return { ...this.envelope(row), data: JSON.parse(row[9] as string) as Record<string, unknown> };
  }

  private wireEvent(row: Row): WireEvent {
    const event = { ...this.envelope(row), data: {} };
    const { text, sealedAt } = wireOf(event, row[9] as string);
    const { position, tenant, type } = event;
    return {
      bytes: Buffer.from(text),
      sealedAt,
      position,
      tenant,
      type,
      atUs: row[7] as number,
      leafHex: (row[13] as Buffer).toString('hex'),
    };
  }

  /** The columns stand in the order of `read-all.sql`. */
  private envelope(row: Row): Omit<RecordedEvent, 'data'> {
    const eventId = row[3] as string;
    return {
      log: this.identity.log,
      epoch: this.identity.epoch,
      position: row[0] as number,
      eventId,
      stream: row[1] as string,
      version: row[2] as number,
      type: row[4] as string,
      schemaVersion: row[5] as number,
      tenant: row[6] as string,
      at: timeText(row[7] as number),
      meta: JSON.parse(row[8] as string) as EventMeta,
      sealed:
        row[10] === null ? null : this.open(eventId, row[10] as Buffer, row[11] as string, row[12] as Buffer | null),
    };
  }

  private open(eventId: string, sealed: Buffer, subject: string, wrapped: Buffer | null): string | typeof shredded {
    if (wrapped === null) return shredded;
    // An event sealed after its subject was shredded has a key that nobody kept: it does not open, for the same reason.
    return unseal(this.wrapper.unwrap(subject, wrapped), { log: this.identity.log, eventId }, sealed) ?? shredded;
  }
}
