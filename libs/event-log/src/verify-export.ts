import { openCheckpoint } from './checkpoint.js';
import type { ExportLine, ExportProof } from './export-format.js';
import { NoteRefused, parseVkeys } from './note.js';
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
    const keys = parseVkeys(vkey);
    const older = previousNotes.map((note) => openCheckpoint(note, keys));
    const anchored = anchoredNotes.map((note) => openCheckpoint(note, keys));
    let open: LogVerifier | null = null;
    const seen = new Set<string>();
    let log = '';
    let note = '';
    for await (const { name, bytes } of readTar(archive)) {
      if (name === 'README') continue;
      const [folder = '', file = '', more] = name.split('/');
      if (more !== undefined || !/^[a-z]+-\d+$/.test(folder))
        throw new TarRefused(`${name} does not belong into an export`);
      if (file === 'checkpoint') {
        if (open !== null) verdicts.push(open.verdict());
        open = null;
        log = folder;
        note = bytes.toString('utf8');
        if (seen.has(log)) throw new TarRefused(`${log} stands in it twice`);
        seen.add(log);
        continue;
      }
      if (folder !== log) throw new TarRefused(`${name} stands before the checkpoint of its log`);
      if (file === 'proof.json') {
        if (open !== null) throw new TarRefused(`${log} has two proofs`);
        const ofLog = [...older, ...anchored].filter(({ origin }) => origin.endsWith(`/${log}`));
        open = new LogVerifier(log, note, readProof(bytes), keys, ofLog);
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

/**
 * The one spelling of an export (`export-format.ts`), for both verifiers: a member that stood twice, or bytes that are no base64, would be
 * read one way here and another way elsewhere. Numbers have at most fifteen digits, which every reader keeps exactly.
 */
const number = '(?:0|[1-9][0-9]{0,14})';
/** Its length is a multiple of four besides, which an expression over megabytes has no stack for. */
const base64 = '[A-Za-z0-9+/]*={0,2}';
const hash = '"[A-Za-z0-9+/]{43}="';
/** No proof about fewer than 10^15 leaves is longer. */
const hashes = `\\[(?:${hash}(?:,${hash}){0,63})?\\]`;
const previous = `"previous":(?:null|\\{"size":${number},"hashes":${hashes}\\})`;
const proofSpelling = new RegExp(
  `^\\{"kind":(?:"range","from":${number},"to":${number},"size":${number},"left":${hashes},"consistency":${hashes}` +
    `|"selection","about":"[A-Za-z0-9_-]*","size":${number}),${previous}\\}$`,
);
const content =
  `(?:"absent":"(?:missing|changed|other-tenant)"` +
  `|"entry":"${base64}","meta":"${base64}","data":"${base64}"(?:,"sealed":"${base64}"(?:,"key":"${base64}")?)?)`;
/** `shredded` as a key is base64 too. */
const lineSpelling = {
  range: new RegExp(`^\\{"position":${number},"leaf":${hash},${content}\\}$`),
  selection: new RegExp(`^\\{"position":${number},"leaf":${hash},"proof":${hashes},${content}\\}$`),
};

function readProof(bytes: Buffer): ExportProof {
  const text = bytes.toString('latin1');
  if (!proofSpelling.test(text)) throw new LineRefused('proof.json is none');
  const proof = JSON.parse(text) as ExportProof;
  if (proof.kind === 'selection') return proof;
  if (proof.from < 1 || proof.to < proof.from - 1) throw new LineRefused('proof.json is none');
  if (proof.left.length !== bitsSet(proof.from - 1))
    throw new LineRefused('proof.json holds another number of hashes than it should');
  return proof;
}

function takeLines(verifier: LogVerifier, bytes: Buffer): void {
  const spelling = lineSpelling[verifier.kind];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw new LineRefused('a line has no end');
    const text = bytes.toString('latin1', at, end);
    if (!spelling.test(text)) throw new LineRefused('a line is not spelled as an export spells it');
    const line = JSON.parse(text) as ExportLine;
    for (const part of [line.entry, line.meta, line.data, line.sealed, line.key])
      if (part !== undefined && part.length % 4 !== 0) throw new LineRefused('a part of a line is no base64');
    verifier.take(line);
    at = end + 1;
  }
}

function bitsSet(size: number): number {
  return [...size.toString(2)].filter((bit) => bit === '1').length;
}
