import { createHash, createSecretKey } from 'node:crypto';
import { originOf, signCheckpoint } from './checkpoint.js';
import { digest, encodeEntry } from './entry.js';
import { eventIdBytes, uuidText } from './event-id.js';
import { type ExportLine, type ExportProof, exportReadme } from './export-format.js';
import { consistencyProof, inclusionProof, leafHash, rangeHashOf } from './merkle.js';
import { noteSigner, vkeyOf } from './note.js';
import { seal } from './seal.js';
import { tarEnd, tarMember } from './tar.js';

/** What specs of exports share: a small log as a service would store it, signed as a notary would. */
export const signer = noteSigner('waybill.local', Buffer.alloc(32, 9));
export const vkey = vkeyOf(signer);
export const log = 'delivery-0';
export const origin = originOf('local', log);

/** One line as an export holds it, without its proof. Every third event has a sealed part; stream `delivery-a` and `delivery-b` take turns. */
export function storedLine(position: number): ExportLine {
  const line = known.get(position) ?? makeLine(position);
  known.set(position, line);
  return line;
}

/** Sealing takes a random nonce: a line is made once, so that every tree of a spec has the same leaves. */
const known = new Map<number, ExportLine>();

function makeLine(position: number): ExportLine {
  const stream = position % 2 === 1 ? 'delivery-a' : 'delivery-b';
  const version = Math.ceil(position / 2);
  const meta = Buffer.from('{"actor":"service:delivery"}');
  const data = Buffer.from(`{"number":${position}}`);
  const id = eventIdBytes(log, stream, version);
  const key = createHash('sha256').update(`key ${position}`).digest();
  const sealed =
    position % 3 === 0 ? seal(createSecretKey(key), { log, eventId: uuidText(id) }, `{"payload":${position}}`) : null;
  const entry = encodeEntry({
    log,
    position,
    atUs: 1_764_000_000_000_000 + position,
    eventId: id,
    stream,
    version,
    type: 'AttemptStarted',
    schemaVersion: 1,
    tenant: 'default',
    metaDigest: digest(meta),
    dataDigest: digest(data),
    sealedDigest: sealed === null ? null : digest(sealed),
  });
  return {
    position,
    leaf: leafHash(entry).toString('base64'),
    entry: entry.toString('base64'),
    meta: meta.toString('base64'),
    data: data.toString('base64'),
    ...(sealed === null ? {} : { sealed: sealed.toString('base64'), key: key.toString('base64') }),
  };
}

export interface Built {
  readonly checkpoint: string;
  readonly proof: ExportProof;
  readonly lines: readonly ExportLine[];
}

const base64 = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('base64'));

/** The note of a size of the log that `storedLine` makes. */
export function noteOf(size: number, lines = linesOf(1, size)): string {
  return signCheckpoint({ origin, size, rootHash: rootOf(lines.slice(0, size)) }, signer);
}

export const linesOf = (from: number, to: number): ExportLine[] =>
  Array.from({ length: to - from + 1 }, (_, at) => storedLine(from + at));

/** The positions `from` to `to` of a log of `size` events. */
export function buildRange(size: number, from = 1, to = size, previous?: number): Built {
  const all = linesOf(1, size);
  const leaves = all.map(({ leaf }) => Buffer.from(leaf, 'base64'));
  const rangeHash = rangeHashOf(leaves);
  return {
    checkpoint: noteOf(size, all),
    proof: {
      kind: 'range',
      from,
      to,
      size,
      left: base64(peaks(from - 1).map(([first, last]) => rangeHash(first, last))),
      consistency: base64(consistencyProof(to, size, rangeHash)),
      previous:
        previous === undefined ? null : { size: previous, hashes: base64(consistencyProof(previous, size, rangeHash)) },
    },
    lines: all.slice(from - 1, to),
  };
}

/** Some positions of a log of `size` events, each with its own proof. */
export function buildSelection(size: number, positions: readonly number[]): Built {
  const all = linesOf(1, size);
  const rangeHash = rangeHashOf(all.map(({ leaf }) => Buffer.from(leaf, 'base64')));
  const lines = positions.map((position) => {
    const { leaf, position: _, ...rest } = all[position - 1] as ExportLine;
    return { position, leaf, proof: base64(inclusionProof(position - 1, size, rangeHash)), ...rest };
  });
  return { checkpoint: noteOf(size, all), proof: { kind: 'selection', about: 'con_x', size, previous: null }, lines };
}

/** The archive of one log, in files of `perFile` lines. */
export function archiveOf({ checkpoint, proof, lines }: Built, perFile = 4, name = log): Buffer {
  const members = [
    tarMember('README', Buffer.from(exportReadme), 0),
    tarMember(`${name}/checkpoint`, Buffer.from(checkpoint), 0),
    tarMember(`${name}/proof.json`, Buffer.from(JSON.stringify(proof)), 0),
  ];
  for (let at = 0; at < lines.length; at += perFile) {
    const some = lines.slice(at, at + perFile);
    const text = some.map((line) => `${JSON.stringify(line)}\n`).join('');
    // Numbered by place: a spec may have made the positions wrong.
    members.push(tarMember(`${name}/entries-${String(at + 1).padStart(16, '0')}.ndjson`, Buffer.from(text), 0));
  }
  return Buffer.concat([...members, tarEnd]);
}

/** The root of the tree of these lines. */
export function rootOf(lines: readonly ExportLine[]): Buffer {
  if (lines.length === 0) return createHash('sha256').digest();
  return rangeHashOf(lines.map(({ leaf }) => Buffer.from(leaf, 'base64')))(0, lines.length);
}

function peaks(size: number): [number, number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < size;) {
    let width = 1;
    while (at + width * 2 <= size) width *= 2;
    found.push([at, at + width]);
    at += width;
  }
  return found;
}
