import { type Entry, entryVersion } from './entry.js';
import { hashBytes } from './merkle.js';

/** Reads what `encodeEntry` wrote; null for bytes that are no entry, also when something stands after it. */
export function readEntry(bytes: Buffer): Entry | null {
  try {
    return parse(bytes);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function parse(bytes: Buffer): Entry | null {
  if (bytes[0] !== entryVersion) return null;
  let at = 1;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError('an entry ends early');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const text = (): string => take(take(2).readUInt16BE(0)).toString('utf8');
  const number = (): number => Number(take(8).readBigUInt64BE(0));
  const digest = (): string => take(hashBytes).toString('latin1');
  const log = text();
  const position = number();
  const atUs = number();
  const eventId = take(16);
  const stream = text();
  const version = number();
  const type = text();
  const schemaVersion = take(2).readUInt16BE(0);
  const tenant = text();
  const metaDigest = digest();
  const dataDigest = digest();
  const isSealed = take(1)[0] === 1;
  const sealedDigest = digest();
  if (at !== bytes.length) return null;
  const sealed = isSealed ? sealedDigest : null;
  return {
    log,
    position,
    atUs,
    eventId,
    stream,
    version,
    type,
    schemaVersion,
    tenant,
    metaDigest,
    dataDigest,
    sealedDigest: sealed,
  };
}
