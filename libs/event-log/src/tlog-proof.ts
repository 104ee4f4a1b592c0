import { hashBytes } from './merkle.js';
import { NoteRefused } from './note.js';

/** One leaf is in the tree of a checkpoint: a receipt that is checked without asking anybody (c2sp.org/tlog-proof). */
export interface TlogProof {
  /** Counts from 0: the position less one. */
  readonly index: number;
  readonly hashes: readonly Buffer[];
  /** The signed note, as it was made. */
  readonly checkpoint: string;
  /** Bytes that nobody signs; ours put the entry there, whose hash is the leaf, so that the proof says of what it is one. */
  readonly extra?: Buffer | null;
}

const head = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^53 leaves has proofs of 53 hashes. */
const hashesMax = 63;

export function tlogProofText({ index, hashes, checkpoint, extra = null }: TlogProof): string {
  const named = extra === null ? [] : [`extra ${extra.toString('base64')}`];
  return [head, ...named, `index ${index}`, ...hashes.map((hash) => hash.toString('base64')), '', checkpoint].join(
    '\n',
  );
}

/** Reads what `tlogProofText` wrote. Throws `NoteRefused`; verifies nothing. */
export function parseTlogProof(text: string): TlogProof {
  const at = text.indexOf('\n\n');
  const lines = at < 0 ? [] : text.slice(0, at).split('\n');
  if (lines.shift() !== head) throw new NoteRefused('this is no c2sp.org/tlog-proof@v1');
  const extra = lines[0]?.startsWith('extra ') === true ? extraOf(lines.shift() ?? '') : null;
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '')?.[1];
  if (index === undefined || lines.length > hashesMax)
    throw new NoteRefused('a proof names its index and at most 63 hashes');
  const hashes = lines.map((line) => Buffer.from(line, 'base64'));
  if (hashes.some((hash, n) => hash.length !== hashBytes || hash.toString('base64') !== lines[n]))
    throw new NoteRefused('a hash has 32 bytes in base64');
  return { index: Number(index), hashes, checkpoint: text.slice(at + 2), ...(extra === null ? {} : { extra }) };
}

function extraOf(line: string): Buffer {
  const bytes = Buffer.from(line.slice('extra '.length), 'base64');
  if (`extra ${bytes.toString('base64')}` !== line) throw new NoteRefused('the extra line is no base64');
  return bytes;
}
