import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { originOf, signCheckpoint } from './checkpoint.js';
import {
  archiveOf,
  buildRange,
  buildSelection,
  type Built,
  linesOf,
  log,
  noteOf,
  rootOf,
  signer,
  storedLine,
  vkey,
} from './export.fixture.js';
import type { ExportLine } from './export-format.js';
import { leafHash } from './merkle.js';
import { noteSigner, vkeyOf } from './note.js';
import { verifyExport } from './verify-export.js';

/** Both verifiers look at every archive: ours and the eighty lines of Python in docs/. */
describe('an export', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-verify-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
    yield bytes;
  }

  const inPython = (
    archive: Buffer,
    key: string,
    older: readonly string[],
  ): { verified: boolean; position: number | null } => {
    const file = join(folder, 'export.tar');
    writeFileSync(file, archive);
    const files = older.map((note, at) => {
      writeFileSync(join(folder, `${at}.checkpoint`), note);
      return join(folder, `${at}.checkpoint`);
    });
    const { status, stdout, error } = spawnSync('python3', ['docs/verify.py', file, key, ...files], {
      encoding: 'utf8',
    });
    if (error !== undefined) throw error;
    const found = /FIRST BAD POSITION (\d+)/.exec(stdout)?.[1];
    return {
      verified: status === 0,
      position: found === undefined || found === String(2n ** 63n) ? null : Number(found),
    };
  };

  const judged = async (archive: Buffer, key = vkey, older: readonly string[] = []) => {
    const verdict = await verifyExport(once(archive), key, older);
    const position = verdict.logs.map(({ firstBad }) => firstBad?.position ?? null).find((at) => at !== null) ?? null;
    expect(inPython(archive, key, older)).toEqual({ verified: verdict.verified, position });
    return { verified: verdict.verified, position, verdict };
  };

  const withLines = (built: Built, change: (lines: ExportLine[]) => ExportLine[]): Buffer =>
    archiveOf({ ...built, lines: change([...built.lines]) });
  const without = (position: number) => (lines: ExportLine[]) => lines.filter((line) => line.position !== position);
  const flip = (text: string): string => {
    const bytes = Buffer.from(text, 'base64');
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
    return bytes.toString('base64');
  };
  const changed = (position: number, change: (line: ExportLine) => Partial<ExportLine>) => (lines: ExportLine[]) =>
    lines.map((line) => (line.position === position ? { ...line, ...change(line) } : line));
  /** The row of another position under this one, as after an exchange of two rows with consistent hashes. */
  const swapped = (a: number, b: number) => (lines: ExportLine[]) =>
    lines.map((line) => {
      const other = line.position === a ? b : line.position === b ? a : null;
      if (other === null) return line;
      const { position: _, leaf: __, ...rest } = storedLine(other);
      return { position: line.position, leaf: line.leaf, ...rest };
    });

  it.each<[string, Buffer, string[]?]>([
    ['the whole log', archiveOf(buildRange(11))],
    ['a log of one event', archiveOf(buildRange(1))],
    ['an empty log', archiveOf(buildRange(0))],
    ['the middle of a log', archiveOf(buildRange(23, 6, 17))],
    ['the end of a log', archiveOf(buildRange(16, 9, 16))],
    ['one position', archiveOf(buildRange(12, 7, 7))],
    ['no position', archiveOf(buildRange(12, 7, 6))],
    ['nothing before the first position', archiveOf(buildRange(12, 1, 0))],
    ['some events', archiveOf(buildSelection(23, [1, 3, 5, 7]))],
    ['no events', archiveOf(buildSelection(23, []))],
    [
      'shredded payloads',
      withLines(buildRange(12), (lines) =>
        lines.map((line) => (line.key === undefined ? line : { ...line, key: 'shredded' })),
      ),
    ],
    ['no keys', withLines(buildRange(12), (lines) => lines.map(({ key: _, ...line }) => line))],
    [
      'keys that open nothing',
      withLines(
        buildRange(12),
        changed(3, ({ key }) => ({ key: flip(key as string) })),
      ),
    ],
    [
      'events of other tenants as leaves',
      withLines(buildRange(12), (lines) =>
        lines.map((line) =>
          line.position % 4 === 0 ? { position: line.position, leaf: line.leaf, absent: 'other-tenant' } : line,
        ),
      ),
    ],
    ['a log that grew from an older checkpoint in the range', archiveOf(buildRange(12)), [noteOf(5)]],
    ['a log that grew from an older checkpoint of the same size', archiveOf(buildRange(12, 3, 5)), [noteOf(12)]],
    ['a log that grew from nothing', archiveOf(buildRange(12, 9, 12)), [noteOf(0)]],
    ['a proof of growth from before the range', archiveOf(buildRange(12, 9, 11, 4)), [noteOf(4)]],
    ['growth seen at the edge of the range', archiveOf(buildRange(12, 9, 11)), [noteOf(8)]],
  ])('verifies with %s', async (_case, archive, older = []) => {
    expect(await judged(archive, vkey, older)).toMatchObject({ verified: true, position: null });
  });

  it.each<[string, Buffer, number | null]>([
    [
      'a bit of its data was turned',
      withLines(
        buildRange(12),
        changed(7, ({ data }) => ({ data: flip(data as string) })),
      ),
      7,
    ],
    [
      'a bit of its meta was turned',
      withLines(
        buildRange(12),
        changed(7, ({ meta }) => ({ meta: flip(meta as string) })),
      ),
      7,
    ],
    [
      'a bit of its sealed part was turned',
      withLines(
        buildRange(12),
        changed(9, ({ sealed }) => ({ sealed: flip(sealed as string) })),
      ),
      9,
    ],
    [
      'a bit of its entry was turned',
      withLines(
        buildRange(12),
        changed(7, ({ entry }) => ({ entry: flip(entry as string) })),
      ),
      7,
    ],
    [
      'its sealed part was taken away',
      withLines(buildRange(12), (lines) =>
        lines.map(({ sealed, key, ...line }) =>
          line.position === 9 ? line : { ...line, ...(sealed && { sealed }), ...(key && { key }) },
        ),
      ),
      9,
    ],
    [
      'it was written anew with a leaf that fits',
      withLines(
        buildRange(12),
        changed(7, () => ({ ...storedLine(8), position: 7 })),
      ),
      7,
    ],
    [
      'its row is missing',
      withLines(buildRange(12), (lines) =>
        lines.map((line) => (line.position === 7 ? { position: 7, leaf: line.leaf, absent: 'missing' } : line)),
      ),
      7,
    ],
    ['its line was left out', withLines(buildRange(12), without(7)), 7],
    [
      'it stands twice',
      withLines(buildRange(12), (lines) => lines.flatMap((line) => (line.position === 7 ? [line, line] : [line]))),
      7,
    ],
    ['the end was left out', withLines(buildRange(12), (lines) => lines.slice(0, 9)), 10],
    ['two rows changed places', withLines(buildRange(12), swapped(5, 8)), 5],
    [
      'a foreign row was renumbered into its place',
      withLines(
        buildRange(12),
        changed(4, () => ({ ...storedLine(40), position: 4 })),
      ),
      4,
    ],
    [
      'the leaf was changed',
      withLines(
        buildRange(12),
        changed(7, ({ leaf }) => ({ leaf: flip(leaf) })),
      ),
      7,
    ],
    [
      'a selected event has a proof of another',
      withLines(
        buildSelection(23, [1, 3, 5]),
        changed(3, () => ({ proof: buildSelection(23, [5]).lines[0]?.proof })),
      ),
      3,
    ],
    ['an event of a stream was left out of a selection', withLines(buildSelection(23, [1, 3, 5]), without(3)), 5],
    [
      'a selected row was changed',
      withLines(
        buildSelection(23, [1, 3, 5]),
        changed(3, ({ data }) => ({ data: flip(data as string) })),
      ),
      3,
    ],
  ])('names the first bad position when %s', async (_case, archive, position) => {
    expect(await judged(archive)).toMatchObject({ verified: false, position });
  });

  it('catches everything hashed again without the key, against the signed root', async () => {
    const forged = linesOf(1, 12).map((line) =>
      line.position < 6 ? line : { ...storedLine(line.position + 2), position: line.position },
    );
    expect(await judged(archiveOf({ ...buildRange(12), lines: forged }))).toMatchObject({ verified: false });
  });

  it('catches everything hashed again WITH the key only by an older checkpoint', async () => {
    const { checkpoint: _, ...built } = buildRange(12);
    const lines = linesOf(1, 12).map((line) => (line.position === 3 ? { ...rewritten(3) } : line));
    const forged = archiveOf({ ...built, checkpoint: noteOf(12, lines), lines });
    expect(await judged(forged)).toMatchObject({ verified: true });
    expect(await judged(forged, vkey, [noteOf(5)])).toMatchObject({ verified: false });
  });

  it.each<[string, Buffer, string, string[]]>([
    ['another key', archiveOf(buildRange(12)), vkeyOf(noteSigner('waybill.local', Buffer.alloc(32, 8))), []],
    ['a key of another name', archiveOf(buildRange(12)), vkeyOf(noteSigner('waybill.other', Buffer.alloc(32, 9))), []],
    [
      'a checkpoint of another log',
      archiveOf({
        ...buildRange(12),
        checkpoint: signCheckpoint(
          { origin: originOf('local', 'registry-0'), size: 12, rootHash: Buffer.alloc(32) },
          signer,
        ),
      }),
      vkey,
      [],
    ],
    ['a proof out of another tree', archiveOf({ ...buildRange(12), proof: buildRange(13, 1, 12).proof }), vkey, []],
    ['an older checkpoint without a proof', archiveOf(buildRange(12, 9, 12)), vkey, [noteOf(4)]],
    ['an older checkpoint of another history', archiveOf(buildRange(12)), vkey, [noteOf(5, linesOf(2, 6))]],
    ['an older checkpoint that is larger', archiveOf(buildRange(12)), vkey, [noteOf(13)]],
    [
      'an older checkpoint of another log',
      archiveOf(buildRange(12)),
      vkey,
      [signCheckpoint({ origin: originOf('local', 'registry-0'), size: 0, rootHash: Buffer.alloc(32) }, signer)],
    ],
    [
      'an older checkpoint of another deployment',
      archiveOf(buildRange(12)),
      vkey,
      [signCheckpoint({ origin: originOf('other', log), size: 5, rootHash: Buffer.alloc(32, 1) }, signer)],
    ],
    [
      'a member that stands twice in a line',
      Buffer.from(
        archiveOf(buildRange(12), 1)
          .toString('latin1')
          .replace('{"position":7,"leaf":', '{"position":7,"leag":')
          .replace('"meta":', '"data":'),
        'latin1',
      ),
      vkey,
      [],
    ],
    [
      'a line of megabytes, at which an expression would run out of stack',
      withLines(
        buildRange(12),
        changed(3, () => ({ data: 'ABCD'.repeat(1_500_000) })),
      ),
      vkey,
      [],
    ],
    ['an archive that was cut', archiveOf(buildRange(12)).subarray(0, 6_000), vkey, []],
    ['no archive at all', Buffer.alloc(10_240, 'x'), vkey, []],
    ['an empty archive', Buffer.alloc(1_024), vkey, []],
    [
      'too many signatures',
      archiveOf({ ...buildRange(3), checkpoint: noteOf(3) + '— x AAAAAAAAAAAA\n'.repeat(17) }),
      vkey,
      [],
    ],
    [
      'a member that leads out of the folder',
      Buffer.from(
        archiveOf(buildRange(3)).toString('latin1').replaceAll('delivery-0/checkpoint', '../livery-0/checkpoint'),
        'latin1',
      ),
      vkey,
      [],
    ],
  ])('refuses %s', async (_case, archive, key, older) => {
    expect(await judged(archive, key, older)).toMatchObject({ verified: false });
  });

  it('is checked with the keys of before and after a change of key, by both verifiers', async () => {
    const second = noteSigner('waybill.local', Buffer.alloc(32, 4));
    const root = { origin: originOf('local', log), size: 12, rootHash: rootOf(linesOf(1, 12)) };
    const archive = archiveOf({ ...buildRange(12), checkpoint: signCheckpoint(root, second) });
    const both = `${vkeyOf(second)}\n${vkey}`;
    expect(await judged(archive, both, [noteOf(5)])).toMatchObject({ verified: true });
    expect(await judged(archive, vkeyOf(second), [noteOf(5)])).toMatchObject({ verified: false });
    expect(await judged(archive, vkey)).toMatchObject({ verified: false });
  });

  it('says what it cannot conclude', async () => {
    const { verdict } = await judged(archiveOf(buildSelection(23, [3, 5])));
    expect(verdict.logs[0]?.cannotConclude.join(' ')).toMatch(
      /Whether there are further events about con_x.*What 1 streams held before/,
    );
    const range = await judged(archiveOf(buildRange(23, 6, 17)));
    expect(range.verdict.logs[0]?.cannotConclude.join(' ')).toMatch(/positions 1 to 5 say.*positions 18 to 23 say/);
  });
});

/** The same position with another text, hashed as it should be. */
function rewritten(position: number): ExportLine {
  const line = storedLine(position + 99);
  const entry = Buffer.from(line.entry as string, 'base64');
  entry.writeBigUInt64BE(BigInt(position), 3 + entry.readUInt16BE(1));
  const { key: _, ...rest } = line;
  return { ...rest, position, entry: entry.toString('base64'), leaf: leafHash(entry).toString('base64') };
}
