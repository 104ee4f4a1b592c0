import { openCheckpoint } from './checkpoint.js';
import type { ExportLine, ExportProof } from './export-format.js';
import { NoteRefused, parseVkey } from './note.js';
import { readTar, TarRefused } from './tar.js';
import { type LogVerdict, LogVerifier } from './verify-log.js';

export interface ExportVerdict {
  readonly verified: boolean;
  readonly key: string;
  readonly logs: readonly LogVerdict[];
  /** Why the archive itself is refused; null when it could be read to its end. */
  readonly refused: string | null;
}

/** The lines are not spelled as an export spells them. */
class LineRefused extends Error {
  override readonly name = 'LineRefused';
}

/**
 * Checks an export with a key that came from somewhere else, and with older checkpoints of the same logs: no server, no network, no
 * database. Answers a verdict for whatever comes in; reads the archive as a stream. `previousNotes` must all be compared; of
 * `anchoredNotes`, such as an anchor holds by the thousand, those that the export can be compared with.
 */
export async function verifyExport(
  archive: AsyncIterable<Uint8Array>,
  vkey: string,
  previousNotes: readonly string[] = [],
  anchoredNotes: readonly string[] = [],
): Promise<ExportVerdict> {
  const verdicts: LogVerdict[] = [];
  try {
    const key = parseVkey(vkey);
    const older = previousNotes.map((note) => openCheckpoint(note, key));
    const anchored = anchoredNotes.map((note) => openCheckpoint(note, key));
    let open: LogVerifier | null = null;
    let log = '';
    let note = '';
    for await (const { name, bytes } of readTar(archive)) {
      const [folder = '', file] = name.split('/');
      if (file === undefined) continue;
      if (file === 'checkpoint') {
        if (open !== null) verdicts.push(open.verdict());
        open = null;
        log = folder;
        note = bytes.toString('utf8');
        if (verdicts.some((verdict) => verdict.log === log)) throw new TarRefused(`${log} stands in it twice`);
        continue;
      }
      if (folder !== log) throw new TarRefused(`${name} stands before the checkpoint of its log`);
      if (file === 'proof.json') {
        if (open !== null) throw new TarRefused(`${log} has two proofs`);
        const ofLog = [...older, ...anchored].filter(({ origin }) => origin.endsWith(`/${log}`));
        open = new LogVerifier(log, note, readProof(bytes), key, ofLog);
      } else if (/^entries-\d+\.ndjson$/.test(file)) {
        if (open === null) throw new TarRefused(`${name} stands before the proof of its log`);
        takeLines(open, bytes);
      } else throw new TarRefused(`${name} does not belong into an export`);
    }
    if (open !== null) verdicts.push(open.verdict());
    if (verdicts.length === 0) throw new TarRefused('the archive holds no log');
    // An older checkpoint that nothing here is about was not looked at: saying nothing would say yes.
    const unused = older.find(({ origin }) => !verdicts.some((verdict) => origin.endsWith(`/${verdict.log}`)));
    if (unused !== undefined)
      throw new TarRefused(`the archive holds nothing of ${unused.origin}, of which an older checkpoint was given`);
    // What was asked for and could not be done is no yes.
    const compared = older.every(({ origin, size }) =>
      verdicts.some(
        (verdict) =>
          origin.endsWith(`/${verdict.log}`) &&
          verdict.compared.some((one) => one.size === size && one.extended === true),
      ),
    );
    const verified = compared && verdicts.every((verdict) => verdict.verified);
    return { verified, key: vkey, logs: verdicts, refused: null };
  } catch (error) {
    if (!(error instanceof TarRefused || error instanceof NoteRefused || error instanceof LineRefused)) throw error;
    return { verified: false, key: vkey, logs: verdicts, refused: error.message };
  }
}

function readProof(bytes: Buffer): ExportProof {
  const proof = parse(bytes.toString('latin1')) as ExportProof;
  const previous = proof.previous ?? null;
  const isRange =
    proof.kind === 'range' && isCount(proof.from) && proof.from >= 1 && isCount(proof.to) && proof.to >= proof.from - 1;
  const isWhole = isRange ? isTexts(proof.left) && isTexts(proof.consistency) : proof.kind === 'selection';
  const isPrevious = previous === null || (isCount(previous.size) && isTexts(previous.hashes));
  if (!isWhole || !isPrevious || !isCount(proof.size)) throw new LineRefused('proof.json is none');
  if (isRange && proof.left.length !== bitsSet(proof.from - 1))
    throw new LineRefused('proof.json holds another number of hashes than it should');
  return proof;
}

function takeLines(verifier: LogVerifier, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw new LineRefused('a line has no end');
    const text = bytes.toString('latin1', at, end);
    const line = parse(text) as ExportLine;
    // One spelling only: a member that stands twice would be read one way here and another way elsewhere.
    if (JSON.stringify(line) !== text || !isCount(line.position) || typeof line.leaf !== 'string')
      throw new LineRefused('a line is not spelled as an export spells it');
    verifier.take(line);
    at = end + 1;
  }
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below, in our own words.
  }
  throw new LineRefused('a line is no JSON object');
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((text) => typeof text === 'string');

function bitsSet(size: number): number {
  return [...size.toString(2)].filter((bit) => bit === '1').length;
}
