import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/**
 * Signed notes as C2SP says them (c2sp.org/signed-note): a text, a blank line, and one line for each signature,
 * `— <key name> base64(4 bytes of key id || signature)`. Ed25519 only; lines of other keys are left alone, so that a key can be
 * changed and witnesses can add theirs.
 */

const ed25519 = 1;
const keyIdBytes = 4;
const signatureBytes = 64;
/** A note with more lines than this is somebody's attempt to keep a verifier busy (c2sp.org/signed-note asks for at least 16). */
export const signaturesMax = 16;
/** A note holds three lines; what is longer is none of ours. */
export const noteBytesMax = 1_000_000;

/** What a DER file has before the 32 bytes of an Ed25519 key (RFC 8410). */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Who is believed: the name and the public key of a signer, as it stands in a `vkey`. */
export interface NoteKey {
  readonly name: string;
  /** The first 4 bytes of SHA-256(name || 0x0A || 0x01 || public key), hex. */
  readonly id: string;
  readonly publicKey: KeyObject;
}

export interface NoteSigner {
  readonly name: string;
  readonly privateKey: KeyObject;
}

/** The text of a note, or a signature, is not what the key says: nothing in it may be believed. */
export class NoteRefused extends Error {
  override readonly name = 'NoteRefused';
}

/** The public half as `<name>+<key id>+<base64(0x01 || key)>`: what is given to an auditor out of band. */
export function vkeyOf(signer: NoteSigner): string {
  const bytes = publicBytes(createPublicKey(signer.privateKey));
  return `${signer.name}+${keyId(signer.name, bytes).toString('hex')}+${typed(bytes).toString('base64')}`;
}

/** Reads a `vkey`; throws `NoteRefused` for what is none, or whose id is not that of its key. */
export function parseVkey(text: string): NoteKey {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim());
  const [, name = '', id = '', encoded = ''] = match ?? [];
  const key = Buffer.from(encoded, 'base64');
  if (match === null || key[0] !== ed25519 || key.length !== 33)
    throw new NoteRefused('a verification key is <name>+<8 hex digits>+<base64 of an Ed25519 key>');
  const bytes = key.subarray(1);
  if (keyId(name, bytes).toString('hex') !== id)
    throw new NoteRefused(`the id of the key ${name} is not that of its bytes`);
  return {
    name,
    id,
    publicKey: createPublicKey({ key: Buffer.concat([spkiPrefix, bytes]), format: 'der', type: 'spki' }),
  };
}

/** No deployment has changed its key so often. */
const keysMax = 32;

/** Reads the keys that are believed together, one after the other with blanks or lines between: after a change of key, the old one too. */
export function parseVkeys(text: string): readonly NoteKey[] {
  const given = text.trim().split(/\s+/);
  if (given.length > keysMax) throw new NoteRefused(`more than ${keysMax} keys`);
  return given.map(parseVkey);
}

/** A signer from the 32 bytes of an Ed25519 seed. The name may hold no blank and no plus sign. */
export function noteSigner(name: string, seed: Uint8Array): NoteSigner {
  if (seed.length !== 32) throw new NoteRefused('an Ed25519 seed has 32 bytes');
  if (!/^[^+\s]+$/u.test(name)) throw new NoteRefused('the name of a key holds no blank and no plus sign');
  return {
    name,
    privateKey: createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' }),
  };
}

/** Signs a text that ends with a line break. The same text gives the same note: Ed25519 has no randomness. */
export function signNote(text: string, signer: NoteSigner): string {
  if (!text.endsWith('\n') || hasControl(text))
    throw new NoteRefused('a note ends with a line break and holds no other control character');
  const id = keyId(signer.name, publicBytes(createPublicKey(signer.privateKey)));
  const signature = sign(null, Buffer.from(text), signer.privateKey);
  return `${text}\n— ${signer.name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
}

/**
 * The text of a note that carries a good signature of one of the keys. Throws `NoteRefused` for a note without one, with a false one of any
 * of them, or of another form; signatures of other keys say nothing.
 */
export function openNote(note: string, keys: readonly NoteKey[]): string {
  if (Buffer.byteLength(note) > noteBytesMax) throw new NoteRefused(`a note of more than ${noteBytesMax} bytes`);
  const at = note.lastIndexOf('\n\n');
  if (at < 0 || !note.endsWith('\n') || hasControl(note)) throw new NoteRefused('this is no signed note');
  const text = note.slice(0, at + 1);
  const lines = note.slice(at + 2, -1).split('\n');
  if (lines.length > signaturesMax) throw new NoteRefused(`a note with more than ${signaturesMax} signatures`);
  let signed = false;
  for (const line of lines) {
    const { name, bytes } = signatureLine(line);
    const id = bytes.subarray(0, keyIdBytes).toString('hex');
    const key = keys.find((one) => one.name === name && one.id === id);
    if (key === undefined) continue;
    if (!isGood(text, bytes.subarray(keyIdBytes), key)) throw new NoteRefused(`the signature of ${name} is false`);
    signed = true;
  }
  if (!signed)
    throw new NoteRefused(
      `the note carries no signature of ${keys.map(({ name, id }) => `${name} (${id})`).join(', ')}`,
    );
  return text;
}

function signatureLine(line: string): { name: string; bytes: Buffer } {
  const match = /^— ([^+\s]+) ([A-Za-z0-9+/]{8,}={0,2})$/u.exec(line);
  const encoded = match?.[2] ?? '';
  const bytes = Buffer.from(encoded, 'base64');
  if (match === null || encoded.length % 4 !== 0) throw new NoteRefused('a line below the note is no signature');
  return { name: match[1] as string, bytes };
}

function isGood(text: string, signature: Buffer, key: NoteKey): boolean {
  return signature.length === signatureBytes && verify(null, Buffer.from(text), key.publicKey, signature);
}

function keyId(name: string, bytes: Buffer): Buffer {
  return createHash('sha256').update(`${name}\n`).update(typed(bytes)).digest().subarray(0, keyIdBytes);
}

const typed = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([ed25519]), bytes]);

function publicBytes(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(-32);
}

/** Any control character but the line break, and what UTF-8 cannot say. */
function hasControl(text: string): boolean {
  return /[\u0000-\u0009\u000b-\u001f\u007f\ufffd]|\p{Cs}/u.test(text);
}
