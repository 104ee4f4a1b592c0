import { type Bytes, fromBase64, isSame, joined, sha256 } from './bytes.js';
import { verifyWords as words } from '../words/verify.js';

/** What a checkpoint says: so many events had this root (c2sp.org/tlog-checkpoint). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
}

const ed25519 = 1;
const encoder = new TextEncoder();

/** Reads a note without believing it; throws for another form. */
export function readCheckpoint(note: string): Checkpoint {
  const [origin = '', size = '', root = ''] = note.split('\n');
  if (!/^\d{1,15}$/.test(size) || root === '') throw new Error(words.noCheckpoint);
  return { origin, size: Number(size), root: fromBase64(root) };
}

/**
 * True when the note carries a good signature of the key; false when it has none or a false one. Throws for a text that is no key, or
 * whose id is not that of its bytes.
 */
export async function isSignedBy(note: string, vkey: string): Promise<boolean> {
  const { name, id, publicKey } = await readVkey(vkey);
  const end = note.lastIndexOf('\n\n');
  if (end < 0) return false;
  const text = encoder.encode(note.slice(0, end + 1));
  for (const line of note.slice(end + 2).split('\n')) {
    const [, signer, encoded = ''] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
    if (signer !== name) continue;
    const bytes = fromBase64(encoded);
    if (!isSame(bytes.subarray(0, 4), id)) continue;
    const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
    return crypto.subtle.verify('Ed25519', key, bytes.slice(4), text);
  }
  return false;
}

async function readVkey(text: string): Promise<{ name: string; id: Uint8Array; publicKey: Bytes }> {
  const [, name = '', id = '', encoded = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim()) ?? [];
  if (name === '') throw new Error(words.keyForm);
  const typed = fromBase64(encoded);
  if (typed[0] !== ed25519 || typed.length !== 33) throw new Error(words.keyAlgorithm);
  const found = (await sha256(joined(encoder.encode(`${name}\n`), typed))).subarray(0, 4);
  if ([...found].map((byte) => byte.toString(16).padStart(2, '0')).join('') !== id) throw new Error(words.keyId);
  return { name, id: found, publicKey: typed.slice(1) };
}
