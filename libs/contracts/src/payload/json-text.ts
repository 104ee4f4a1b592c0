/**
 * The reader of notification payloads. `JSON.parse` keeps the last of two equal keys, rounds `12345678901234567890`, accepts a depth of
 * five million and half of a surrogate pair; each of these would make what is recorded differ from what was sent, or stop a later reader.
 * This one refuses them in the same pass in which it reads, and keeps the spelling of every number.
 */
import { JsonReader } from './json-reader.js';
import { refuseJson } from './json-refused.js';
import type { JsonTree } from './json-tree.js';

/** contract.md section 3: payload at most 256 KiB, depth 32. */
export const payloadBytesMax = 256 * 1024;
export const payloadDepthMax = 32;

export interface JsonLimits {
  /** Of the UTF-8 form; default `payloadBytesMax`. */
  readonly bytesMax?: number;
  /** Containers inside each other, the outermost counts 1; default `payloadDepthMax`. */
  readonly depthMax?: number;
  /** Any JSON value may stand at the top; default false: only an object. */
  readonly anyTop?: boolean;
}

/**
 * Reads one JSON text whole into a tree that loses nothing but blanks between tokens.
 * Refuses (throws `JsonRefused`) what RFC 8259 refuses and what the codes of `JsonRefusal` name. Leaves to the caller what the values mean.
 */
export function parseJson(source: string | Uint8Array, limits: JsonLimits = {}): JsonTree {
  const bytesMax = limits.bytesMax ?? payloadBytesMax;
  const text = typeof source === 'string' ? source : decode(source, bytesMax);
  if (typeof source === 'string') checkSize(source, bytesMax);
  if (text.charCodeAt(0) === 0xfeff)
    refuseJson(text, 'json_byte_order_mark', 'The text begins with a byte order mark.', 0, '');
  return new JsonReader(text, limits.depthMax ?? payloadDepthMax).readWhole(limits.anyTop ?? false);
}

const fatalDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array, bytesMax: number): string {
  if (bytes.length > bytesMax) refuseSize(bytesMax);
  try {
    return fatalDecoder.decode(bytes);
  } catch {
    const lossy = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    return refuseJson(lossy, 'json_not_utf8', 'The bytes are not valid UTF-8.', firstReplaced(lossy, bytes), '');
  }
}

/** A U+FFFD of the lossy text that does not stand in the bytes marks the first bad byte. */
function firstReplaced(lossy: string, bytes: Uint8Array): number {
  const encoder = new TextEncoder();
  let at = 0;
  let byte = 0;
  for (let found = lossy.indexOf('\ufffd'); found >= 0; found = lossy.indexOf('\ufffd', at)) {
    byte += encoder.encode(lossy.slice(at, found)).length;
    if (bytes[byte] !== 0xef || bytes[byte + 1] !== 0xbf || bytes[byte + 2] !== 0xbd) return found;
    byte += 3;
    at = found + 1;
  }
  return lossy.length;
}

/** A UTF-16 unit is 1 to 3 bytes of UTF-8, so most texts need no count. */
function checkSize(text: string, bytesMax: number): void {
  if (text.length * 3 <= bytesMax) return;
  if (text.length > bytesMax || new TextEncoder().encode(text).length > bytesMax) refuseSize(bytesMax);
}

function refuseSize(bytesMax: number): never {
  return refuseJson('', 'json_too_large', `The text is longer than ${bytesMax} bytes.`, 0, '');
}
