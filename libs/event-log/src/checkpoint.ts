import { hashBytes } from './merkle.js';
import { type NoteKey, NoteRefused, type NoteSigner, openNote, signNote } from './note.js';

/** What a signer says of a log: so many leaves with this root (c2sp.org/tlog-checkpoint). */
export interface Checkpoint {
  /** `waybill.<deployment>/<log>`. */
  readonly origin: string;
  readonly size: number;
  readonly rootHash: Buffer;
}

/** The origin of a log's checkpoints: one a deployment and log, so that no two logs can be taken for each other. */
export function originOf(deployment: string, log: string): string {
  return `waybill.${deployment}/${log}`;
}

/** The name of the log in an origin: what stands after its last slash. */
export function logOfOrigin(origin: string): string {
  return origin.slice(origin.lastIndexOf('/') + 1);
}

/** The text that is signed: origin, size in decimals, root in base64, one line each. */
export function checkpointText({ origin, size, rootHash }: Checkpoint): string {
  return `${origin}\n${size}\n${rootHash.toString('base64')}\n`;
}

export function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): string {
  return signNote(checkpointText(checkpoint), signer);
}

/** Reads a note that carries a good signature of one of the keys; throws `NoteRefused` otherwise. Which log it is about, the caller compares. */
export function openCheckpoint(note: string, keys: readonly NoteKey[]): Checkpoint {
  return parseCheckpoint(openNote(note, keys));
}

/** Reads the text of a checkpoint without looking at a signature; lines after the third are extensions and are left alone. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', root = ''] = text.split('\n');
  const rootHash = Buffer.from(root, 'base64');
  if (!/^[!-~]+$/.test(origin) || !/^(0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size)))
    throw new NoteRefused('the note is no checkpoint');
  // Written again it must be the same text: base64 has several spellings of the same bytes.
  if (rootHash.length !== hashBytes || rootHash.toString('base64') !== root)
    throw new NoteRefused('a root has 32 bytes in base64');
  return { origin, size: Number(size), rootHash };
}
