import { readFileSync } from 'node:fs';
import { byteaArray } from './pg-array.js';
import { digest, encodeEntry } from './entry.js';
import { streamKey } from './event-id.js';
import { leafHash } from './merkle.js';
import { readStreamsMax } from './limits.js';
import { KeyWrapper, parseKekRing, SealFault } from './seal.js';
import { type Row, Session } from './session.js';
import { type Statement, statements } from './statement.js';

/** Leaves of one answer: 32 bytes each, so that a page in base64 stays below a NATS message of 1 MiB. */
export const leavesPageMax = 20_000;
/** Entries of one answer, and how many stored bytes unless one event alone has more: in base64 it is below a NATS message of 1 MiB. */
export const entriesPageMax = 1_000;
const entriesPageBytesMax = 600_000;
/** An entry, its key and the names around them, in bytes before base64: the longest names of `limits.ts` and the words of JSON. */
const besideBytes = 900;
/** An audit moves no bytes, it only hashes them where they are. */
const recomputedBytesMax = 8 * 1024 * 1024;
/** Positions that one question about streams answers at most. */
export const positionsMax = 100_000;

const load = (name: string): Statement => ({
  name,
  text: readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8'),
});
const readLeafPage = load('read-leaf-page');
const readStored = load('read-stored');
const readStoredAt = load('read-stored-at');
const readStreamPositions = load('read-stream-positions');
const readSubjectPositions = load('read-subject-positions');
const readPositionAt = load('read-position-at');
const readGuards = load('read-guards');
const readMissingPartitions = load('read-missing-partitions');
/** What the function behind the triggers does: one that was replaced by another refuses nothing. */
const refusal = readFileSync(new URL('./schema/log-refuse-change.sql', import.meta.url), 'utf8').split('$$')[1] ?? '';
const readCheckpoint = load('read-checkpoint');
const rememberCheckpoint = load('remember-checkpoint');

type StoredRow = [
  position: number,
  stream: string,
  version: number,
  eventId: string,
  type: string,
  schemaVersion: number,
  tenant: string,
  atUs: number,
];
type StoredParts = [meta: Buffer, data: Buffer, sealed: Buffer | null, subject: string | null, wrapped: Buffer | null];

export interface LeafPage {
  readonly epoch: number;
  /** The newest position, as the head row says. */
  readonly head: number;
  /** The root that the head row says the tree of `head` leaves has, hex. */
  readonly rootHash: string;
  /** The leaves after the asked position without a gap, 32 bytes each, base64; fewer than there should be when a row is missing. */
  readonly leaves: string;
}

/** One stored event with everything its leaf binds; all bytes in base64. */
export interface StoredEntry {
  readonly position: number;
  readonly tenant: string;
  readonly stream: string;
  /** The canonical bytes (see `entry.ts`), made from the row as it stands there now. */
  readonly entry: string;
  readonly meta: string;
  readonly data: string;
  readonly sealed: string | null;
  /** The key that opens `sealed`; `shredded` when it is gone; null for an event without a sealed part or when keys were not asked for. */
  readonly key: string | null;
}

/**
 * The rows of a log as they are stored, for proofs, exports and the notary: on a connection of its own, so that an auditor who reads
 * everything does not stand in the way of anybody. Writes nothing but the newest checkpoint. What it answers is not believed by whoever
 * asks: it is checked.
 */
export class StoredEvents {
  private constructor(
    readonly log: string,
    private readonly session: Session,
    private readonly wrapper: KeyWrapper,
  ) {}

  /** Connects when first asked. */
  static open(options: { connectionString: string; kek: string; log: string; applicationName?: string }): StoredEvents {
    const { connectionString, kek, log } = options;
    const applicationName = `${options.applicationName ?? `waybill ${log}`} proofs`;
    const session = new Session({ connectionString, applicationName });
    return new StoredEvents(log, session, new KeyWrapper(parseKekRing(kek), log));
  }

  close(): Promise<void> {
    return this.session.end();
  }

  /** The leaves after a position, at most `leavesPageMax`, up to the head as it was before they were read. */
  async leaves(after: number, limit: number): Promise<LeafPage> {
    const { epoch, position: head, root } = await this.headRow();
    // The notary asks every second or two, of a log that stands still as well.
    const leaves = after < head ? await this.leafPage(after, head, Math.min(limit, leavesPageMax)) : '';
    return { epoch, head, rootHash: root.toString('hex'), leaves };
  }

  private async leafPage(after: number, upto: number, limit: number): Promise<string> {
    const { rows } = await this.session.query(readLeafPage, [after, upto, limit]);
    return ((rows[0]?.[0] as Buffer | null | undefined) ?? Buffer.alloc(0)).toString('base64');
  }

  /** The leaves of the rows as they are stored now, hashed again, up to the first that is missing: what an audit compares. */
  async recomputed(after: number, limit: number): Promise<Buffer> {
    const { rows } = await this.session.query(readStored, [
      after,
      Number.MAX_SAFE_INTEGER,
      Math.min(limit, entriesPageMax),
      recomputedBytesMax,
      0,
    ]);
    const leaves: Buffer[] = [];
    for (const row of rows) {
      if (row[0] !== after + leaves.length + 1) break;
      leaves.push(leafHash(this.entryBytes(row)));
    }
    // A page may end early for its bytes: the rest is asked for, so that fewer leaves mean a missing row.
    const last = after + leaves.length;
    if (leaves.length > 0 && leaves.length === rows.length && leaves.length < limit) {
      const { position } = await this.headRow();
      if (last < position) return Buffer.concat([...leaves, await this.recomputed(last, limit - leaves.length)]);
    }
    return Buffer.concat(leaves);
  }

  /** The stored events after a position up to another, as many as fit into an answer; rows that are missing are missing here too. */
  async entries(after: number, upto: number, limit: number, withKeys: boolean): Promise<StoredEntry[]> {
    const { rows } = await this.session.query(readStored, [
      after,
      upto,
      Math.min(limit, entriesPageMax),
      entriesPageBytesMax,
      besideBytes,
    ]);
    return rows.map((row) => this.entryOf(row, withKeys));
  }

  /**
   * The stored events at these positions, in order, as many of the first ones as fit into an answer: whoever asks goes on behind the
   * last one. An empty answer says that none of them is there.
   */
  async entriesAt(positions: readonly number[], withKeys: boolean): Promise<StoredEntry[]> {
    if (positions.length > entriesPageMax)
      throw new RangeError(`${positions.length} positions at once, more than ${entriesPageMax}`);
    const { rows } = await this.session.query(readStoredAt, [positions, entriesPageBytesMax, besideBytes]);
    return rows.map((row) => this.entryOf(row, withKeys));
  }

  /** Where the events of these streams stand, in order. */
  async positionsOf(streams: readonly string[]): Promise<number[]> {
    if (streams.length > readStreamsMax)
      throw new RangeError(`${streams.length} streams at once, more than ${readStreamsMax}`);
    const { rows } = await this.session.query(readStreamPositions, [byteaArray(streams.map(streamKey))]);
    return rows.slice(0, positionsMax).map(([position]) => position as number);
  }

  /** Where something is sealed for one of these subjects, from a position on, in order. */
  async positionsSealedFor(subjects: readonly string[], from: number): Promise<number[]> {
    const { rows } = await this.session.query(readSubjectPositions, [subjects, from]);
    return rows.map(([position]) => position as number);
  }

  /** The newest position at a time (microseconds since 1970); 0 when there is none. */
  async positionAt(atUs: number): Promise<number> {
    const { rows } = await this.session.query(readPositionAt, [atUs]);
    return rows[0]?.[0] as number;
  }

  /** What does not protect the log as it should, in words; empty when grants and triggers are as the schema makes them. */
  async guardFaults(): Promise<string[]> {
    const [{ rows }, { rows: missing }] = [
      await this.session.query(readGuards, [refusal.trim()]),
      await this.session.query(readMissingPartitions),
    ];
    const faults = (rows as [string, boolean, boolean, number][]).flatMap(([table, mayAppend, mayChange, triggers]) => [
      ...(mayAppend ? [] : [`this role may not append to ${table}`]),
      ...(mayChange ? [`this role may change ${table}`] : []),
      // Ours cannot be there when the table was made by hand.
      ...(triggers === 2 ? [] : [`the triggers of ${table} do not always fire`]),
    ]);
    return [...missing.map(([table]) => `${table as string} is no part of the log`), ...faults];
  }

  /** The newest checkpoint that this log was found to agree with, as `rememberCheckpoint` left it; null before the first. */
  async rememberedCheckpoint(): Promise<string | null> {
    const { rows } = await this.session.query(readCheckpoint);
    return (rows[0]?.[0] as string | undefined) ?? null;
  }

  /** Never goes back: a smaller one than is there changes nothing. */
  async rememberCheckpoint(size: number, note: string): Promise<void> {
    await this.session.query(rememberCheckpoint, [size, note]);
  }

  private async headRow(): Promise<{ epoch: number; position: number; root: Buffer }> {
    const { rows } = await this.session.query(statements.readHead);
    const [, epoch, position, , root] = rows[0] as [string, number, number, number, Buffer];
    return { epoch, position, root };
  }

  /** The columns stand in the order of `read-stored.sql`. */
  private entryBytes(row: Row): Buffer {
    const [position, stream, version, eventId, type, schemaVersion, tenant, atUs] = row as StoredRow;
    const [meta, data, sealed] = row.slice(8) as StoredParts;
    return encodeEntry({
      log: this.log,
      position,
      atUs,
      eventId: Buffer.from(eventId.replaceAll('-', ''), 'hex'),
      stream,
      version,
      type,
      schemaVersion,
      tenant,
      metaDigest: digest(meta),
      dataDigest: digest(data),
      sealedDigest: sealed === null ? null : digest(sealed),
    });
  }

  private entryOf(row: Row, withKeys: boolean): StoredEntry {
    const [position, stream, , , , , tenant] = row as StoredRow;
    const [meta, data, sealed, subject, wrapped] = row.slice(8) as StoredParts;
    return {
      position,
      tenant,
      stream,
      entry: this.entryBytes(row).toString('base64'),
      meta: meta.toString('base64'),
      data: data.toString('base64'),
      sealed: sealed?.toString('base64') ?? null,
      key: sealed === null || !withKeys ? null : this.keyOf(subject as string, wrapped),
    };
  }

  private keyOf(subject: string, wrapped: Buffer | null): string | null {
    if (wrapped === null) return 'shredded';
    try {
      return this.wrapper.unwrap(subject, wrapped).export().toString('base64');
    } catch (error) {
      // A key that somebody has changed must not keep the auditor from everything else.
      if (error instanceof SealFault) return null;
      throw error;
    }
  }
}
