import { type Bytes, fromBase64, isSame, sha256 } from './bytes.js';
import { type Checkpoint, readCheckpoint, isSignedBy } from './checkpoint.js';
import { Frontier, isExtension, leafHash, rootOf } from './merkle.js';
import { filesIn } from './tar.js';
import { verifyWords as words } from '../words/verify.js';

/** What a walk over an export has found. `signed` is null where no key was given to check the signature with. */
export interface Verdict {
  readonly size: number;
  readonly events: number;
  readonly from: number;
  readonly signed: boolean | null;
  /** The size that this browser saw signed before and that the log still begins with; null where it had seen none. */
  readonly grewFrom: number | null;
  readonly root: string;
  /** The first position that is not what was signed; null when all are. Position null: the whole does not lead to the root. */
  readonly firstBad: { readonly position: number | null; readonly reason: string } | null;
}

interface Line {
  position: number;
  leaf: string;
  proof?: string[];
  absent?: string;
  entry?: string;
  meta?: string;
  data?: string;
  sealed?: string;
}

interface Proof {
  kind: 'range' | 'selection';
  from?: number;
  to?: number;
  size: number;
  left?: string[];
  previous?: { size: number; hashes: string[] } | null;
}

/** A signed size and root that were seen before, in base64: what the log was then, it must still begin with. */
export interface Seen {
  readonly size: number;
  readonly root: string;
}

/**
 * Checks an export of one log by itself, as the offline verifier does: every event's bytes against its leaf, the leaves against the root,
 * the root's signature against the key. Throws for what is no export.
 */
export async function verifyExport(
  tar: Uint8Array,
  log: string,
  vkey: string,
  seen: Seen | null = null,
  progress: (done: number) => void = () => undefined,
): Promise<Verdict> {
  const files = filesIn(tar);
  const note = files.get(`${log}/checkpoint`);
  const proofText = files.get(`${log}/proof.json`);
  if (note === undefined || proofText === undefined) throw new Error(words.noCheckpointOfLog);
  const checkpoint = readCheckpoint(note);
  const proof = JSON.parse(proofText) as Proof;
  const lines = linesIn(files, log);
  const signed = vkey.trim() === '' ? null : await isSignedBy(note, vkey);
  const said = {
    size: checkpoint.size,
    events: lines.length,
    from: proof.from ?? 1,
    grewFrom: seen === null ? null : seen.size,
    root: note.split('\n')[2] ?? '',
  };
  const bad = (position: number | null, reason: string): Verdict => ({
    ...said,
    signed,
    firstBad: { position, reason },
  });
  if (signed === false) return bad(null, words.notSigned);
  if (proof.size !== checkpoint.size) return bad(null, words.otherSize);
  if (seen !== null && !(await extendsSeen(seen, checkpoint, proof))) return bad(null, words.otherPast(seen.size));
  const frontier = new Frontier((proof.from ?? 1) - 1, (proof.left ?? []).map(fromBase64));
  for (const [at, line] of lines.entries()) {
    const reason = await faultOf(line, log);
    if (reason !== null) return bad(line.position, reason);
    const leaf = fromBase64(line.leaf);
    if (proof.kind === 'selection') {
      const root = await rootOf(leaf, line.position - 1, proof.size, (line.proof ?? []).map(fromBase64));
      if (root === null || !isSame(root, checkpoint.root)) return bad(line.position, words.notInTree);
    } else {
      if (line.position !== said.from + at) return bad(said.from + at, words.missing);
      await frontier.add(leaf);
    }
    progress(at + 1);
  }
  if (proof.kind === 'selection') return { ...said, signed, firstBad: null };
  if (proof.to !== checkpoint.size) return bad(null, words.endsEarly);
  const isRoot = isSame(await frontier.root(), checkpoint.root);
  return isRoot ? { ...said, signed, firstBad: null } : bad(null, words.otherRoot);
}

async function extendsSeen(seen: Seen, checkpoint: Checkpoint, proof: Proof): Promise<boolean> {
  const hashes = seen.size === checkpoint.size ? [] : (proof.previous?.hashes ?? []);
  return isExtension({ size: seen.size, root: fromBase64(seen.root) }, checkpoint, hashes.map(fromBase64));
}

function linesIn(files: Map<string, string>, log: string): Line[] {
  return [...files.keys()]
    .filter((name) => name.startsWith(`${log}/entries-`))
    .sort()
    .flatMap((name) => (files.get(name) ?? '').trimEnd().split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

/** What of one event is not what its leaf was made from; null when everything is. Of other tenants only the leaf is seen. */
async function faultOf(line: Line, log: string): Promise<string | null> {
  if (line.absent === 'other-tenant') return null;
  if (line.absent !== undefined) return words.absent(line.absent);
  if (line.entry === undefined || line.meta === undefined || line.data === undefined) return words.noEntry;
  const entry = fromBase64(line.entry);
  if (!isSame(await leafHash(entry), fromBase64(line.leaf))) return words.otherRow;
  if (!isOf(entry, log, line.position)) return words.otherPlace;
  // The entry ends with the hashes of its three parts and whether there is a sealed one.
  const at = entry.length - 97;
  const sealed = line.sealed === undefined ? null : fromBase64(line.sealed);
  const parts: [Bytes | null, Uint8Array, string][] = [
    [fromBase64(line.meta), entry.subarray(at, at + 32), 'meta'],
    [fromBase64(line.data), entry.subarray(at + 32, at + 64), 'data'],
    [sealed, entry.subarray(at + 65), 'sealed'],
  ];
  if ((entry[at + 64] === 1) !== (sealed !== null)) return words.otherSeal;
  for (const [part, digest, name] of parts)
    if (part !== null && !isSame(await sha256(part), digest)) return words.otherPart(name);
  return null;
}

/** An entry begins with its version, its log behind two bytes of length, and its position in eight. */
function isOf(entry: Bytes, log: string, position: number): boolean {
  const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
  const length = view.getUint16(1);
  const name = new TextDecoder().decode(entry.subarray(3, 3 + length));
  return name === log && Number(view.getBigUint64(3 + length)) === position;
}
