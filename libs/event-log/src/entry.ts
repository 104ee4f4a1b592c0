import { hash } from 'node:crypto';
import { hashBytes, type HashText } from './merkle.js';

/** What a leaf binds, in the order in which it stands in the entry. */
export interface Entry {
  readonly log: string;
  readonly position: number;
  readonly atUs: number;
  /** 16 bytes. */
  readonly eventId: Uint8Array;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly tenant: string;
  /** SHA-256 of the stored bytes of each part. */
  readonly metaDigest: HashText;
  readonly dataDigest: HashText;
  /** Over the sealed bytes as stored, so that a shredded key never breaks a proof; null for an event without a sealed part. */
  readonly sealedDigest: HashText | null;
}

/** First byte of every entry; a new shape gets a new number and both stay readable. */
export const entryVersion = 1;
const noDigest: HashText = '\0'.repeat(hashBytes);
const fixedBytes = 1 + 8 + 8 + 16 + 8 + 2 + 4 * 2 + 3 * hashBytes + 1;

/**
 * The canonical bytes of an event. Integers are big-endian and unsigned, every text is UTF-8 behind its length in two bytes:
 * version(1) · log · position(8) · at_us(8) · event id(16) · stream · stream version(8) · type · schema version(2) · tenant ·
 * sha256(meta) · sha256(data) · sealed? (1: 0 or 1) · sha256(sealed) or 32 zeros.
 * It holds digests only, so it stays far below the 65,535 bytes that C2SP tiles allow.
 */
export function encodeEntry(entry: Entry): Buffer {
  const { log, stream, type, tenant } = entry;
  const textBytes =
    Buffer.byteLength(log) + Buffer.byteLength(stream) + Buffer.byteLength(type) + Buffer.byteLength(tenant);
  const bytes = Buffer.allocUnsafe(fixedBytes + textBytes);
  bytes[0] = entryVersion;
  let at = writeText(bytes, 1, log);
  at = writeUint64(bytes, at, entry.position);
  at = writeUint64(bytes, at, entry.atUs);
  bytes.set(entry.eventId, at);
  at = writeText(bytes, at + 16, stream);
  at = writeUint64(bytes, at, entry.version);
  at = writeText(bytes, at, type);
  at = bytes.writeUInt16BE(entry.schemaVersion, at);
  at = writeText(bytes, at, tenant);
  bytes.write(entry.metaDigest, at, 'latin1');
  bytes.write(entry.dataDigest, at + hashBytes, 'latin1');
  bytes[at + 2 * hashBytes] = entry.sealedDigest === null ? 0 : 1;
  bytes.write(entry.sealedDigest ?? noDigest, at + 2 * hashBytes + 1, 'latin1');
  return bytes;
}

/** SHA-256 of stored bytes. */
export function digest(bytes: Uint8Array | string): HashText {
  return hash('sha256', bytes, 'binary');
}

function writeText(bytes: Buffer, at: number, text: string): number {
  const length = bytes.write(text, at + 2, 'utf8');
  bytes.writeUInt16BE(length, at);
  return at + 2 + length;
}

/** Positions and times stay below 2^53, which is what a JavaScript number holds exactly. */
function writeUint64(bytes: Buffer, at: number, value: number): number {
  bytes.writeUInt32BE(Math.floor(value / 2 ** 32), at);
  return bytes.writeUInt32BE(value % 2 ** 32, at + 4);
}
