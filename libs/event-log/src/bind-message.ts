/** A value of a statement as PostgreSQL's protocol takes it: bytes in binary form, a text in text form. */
export type BoundValue = Buffer | string | null;

/** A value that is longer leaves as it is; a shorter one is cheaper to copy than to hand over by itself. */
const ownPieceBytesMin = 4_096;

const code = { bind: 'B'.charCodeAt(0), text: 0, binary: 1 } as const;
const nullLength = -1;

/**
 * The message that binds values to a prepared statement and asks for its rows as texts, in pieces that follow each other on the wire
 * (https://www.postgresql.org/docs/18/protocol-message-formats.html, Bind). Long values are pieces of their own and are not copied, so nobody
 * may change them before they have left. The driver's own writer grows one buffer by halves until all of it fits: 1.4 MB were allocated for each
 * group of 0.5 MB, which was half of what made V8 collect everything once a second at full speed.
 */
export function bindMessage(statement: string, values: readonly BoundValue[]): Buffer[] {
  const lengths = values.map(lengthOf);
  const isOwnPiece = (at: number): boolean =>
    (lengths[at] as number) > ownPieceBytesMin && values[at] instanceof Buffer;
  let valueBytes = 0;
  let ownBytes = 0;
  for (const [at, length] of lengths.entries()) {
    valueBytes += 4 + Math.max(0, length);
    if (isOwnPiece(at)) ownBytes += length;
  }
  // Length, an empty portal's name, the statement's, one format a value, the values, and one format for all columns.
  const size = 4 + 1 + Buffer.byteLength(statement) + 1 + 2 + 2 * values.length + 2 + valueBytes + 4;
  const bytes = Buffer.allocUnsafe(1 + size - ownBytes);
  const pieces: Buffer[] = [];
  let from = 0;
  let at = bytes.writeUInt8(code.bind, 0);
  at = bytes.writeInt32BE(size, at);
  at = bytes.writeUInt8(0, at);
  at += bytes.write(statement, at);
  at = bytes.writeUInt8(0, at);
  at = bytes.writeInt16BE(values.length, at);
  for (const value of values) at = bytes.writeInt16BE(value instanceof Buffer ? code.binary : code.text, at);
  at = bytes.writeInt16BE(values.length, at);
  for (const [index, value] of values.entries()) {
    at = bytes.writeInt32BE(lengths[index] as number, at);
    if (value === null) continue;
    if (typeof value === 'string') at += bytes.write(value, at);
    else if (isOwnPiece(index)) {
      pieces.push(bytes.subarray(from, at), value);
      from = at;
    } else at += value.copy(bytes, at);
  }
  at = bytes.writeInt16BE(1, at);
  at = bytes.writeInt16BE(code.text, at);
  pieces.push(bytes.subarray(from, at));
  return pieces;
}

function lengthOf(value: BoundValue): number {
  if (value === null) return nullLength;
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
}
