import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { archiveOf, buildRange, buildSelection, type Built, linesOf, noteOf, vkey } from './export.fixture.js';
import type { ExportLine } from './export-format.js';
import { noteSigner, vkeyOf } from './note.js';
import { readTar, tarEnd, tarMember } from './tar.js';
import { verifyExport } from './verify-export.js';

/** Archives that are made wrong by chance; WAYBILL_LONG=1 makes five thousand. */
const runs = process.env['WAYBILL_LONG'] === '1' ? 5_000 : 250;

/** Asks `docs/verify.py` about one archive after the other, without starting Python for each. */
const pythonProgram = `
import contextlib, io, json, runpy, sys
sys.path.insert(0, "docs")
for line in sys.stdin:
    sys.argv, out, code = ["verify.py", *json.loads(line)], io.StringIO(), 0
    try:
        with contextlib.redirect_stdout(out): runpy.run_path("docs/verify.py", run_name="__main__")
    except SystemExit as end: code = end.code
    except BaseException as fault: code = f"crashed: {fault!r}"
    print(json.dumps([code is None or code is False or code == 0, code if isinstance(code, str) else None, out.getvalue()]), flush=True)
`;

interface Verdict {
  readonly verified: boolean;
  readonly refused: boolean;
  readonly position: number | null;
}

class Python {
  private readonly child: ChildProcessWithoutNullStreams = spawn('python3', ['-c', pythonProgram]);
  private readonly answers = createInterface(this.child.stdout)[Symbol.asyncIterator]();

  async judge(file: string, key: string, older: readonly string[]): Promise<Verdict> {
    this.child.stdin.write(`${JSON.stringify([file, key, ...older])}\n`);
    const answer = await this.answers.next();
    const [verified, refused, said] = JSON.parse(String(answer.value)) as [boolean, string | null, string];
    if (refused?.startsWith('crashed')) throw new Error(`docs/verify.py ${refused}`);
    const found = /FIRST BAD POSITION (\d+)/.exec(said)?.[1];
    return {
      verified,
      refused: refused !== null,
      position: found === undefined || found === String(2n ** 63n) ? null : Number(found),
    };
  }

  end(): void {
    this.child.kill();
  }
}

interface Asked {
  readonly archive: Buffer;
  readonly key: string;
  readonly older: readonly string[];
}

/** Good exports of every kind, each with the older checkpoints that it is held to. */
const originals: readonly (readonly [Built, readonly string[]])[] = [
  [buildRange(12), [noteOf(5)]],
  [buildRange(23, 6, 17), [noteOf(9)]],
  [buildRange(12, 9, 11, 4), [noteOf(4)]],
  [buildRange(16, 9, 16), [noteOf(16)]],
  [buildRange(12, 7, 6), []],
  [buildRange(1), [noteOf(0)]],
  [buildRange(0), []],
  [buildSelection(23, [1, 3, 5, 7, 8]), []],
  [buildSelection(9, []), []],
  [shreddedOf(buildRange(12)), []],
  [hiddenOf(buildRange(12)), []],
  [{ ...buildRange(12), lines: linesOf(1, 12).map((line) => (line.position === 4 ? gone(line) : line)) }, []],
];

function shreddedOf(built: Built): Built {
  return { ...built, lines: built.lines.map((line) => (line.key === undefined ? line : { ...line, key: 'shredded' })) };
}
function hiddenOf(built: Built): Built {
  const hidden = ({ position, leaf }: ExportLine): ExportLine => ({ position, leaf, absent: 'other-tenant' });
  return { ...built, lines: built.lines.map((line) => (line.position % 3 === 0 ? hidden(line) : line)) };
}
function gone({ position, leaf }: ExportLine): ExportLine {
  return { position, leaf, absent: 'missing' };
}

type Change<T> = (given: T) => T;
const at = <T>(list: readonly T[], place: number): number => place % Math.max(1, list.length);
const place = fc.nat(10_000);

/** What is done to the lines before the archive is made. */
const lineChanges: fc.Arbitrary<Change<readonly ExportLine[]>> = fc.oneof(
  place.map((n) => (lines: readonly ExportLine[]) => lines.filter((_, i) => i !== at(lines, n))),
  place.map(
    (n) => (lines: readonly ExportLine[]) => lines.flatMap((line, i) => (i === at(lines, n) ? [line, line] : [line])),
  ),
  fc.tuple(place, place).map(([a, b]) => (lines: readonly ExportLine[]) => {
    const changed = [...lines];
    const [i, j] = [at(lines, a), at(lines, b)];
    [changed[i], changed[j]] = [changed[j] as ExportLine, changed[i] as ExportLine];
    return changed.filter((line) => line !== undefined);
  }),
  fc.tuple(place, fc.constantFrom('position', 'leaf', 'entry', 'meta', 'data', 'sealed', 'key', 'proof', 'absent')).map(
    ([n, member]) =>
      (lines: readonly ExportLine[]) =>
        lines.map((line, i) => {
          if (i !== at(lines, n)) return line;
          const { [member]: _, ...rest } = line;
          return rest as ExportLine;
        }),
  ),
  fc
    .tuple(
      place,
      fc.constantFrom('leaf', 'entry', 'meta', 'data', 'sealed', 'key'),
      fc.constantFrom('', '=', 'AAAA', 'A', 'é', 'AAA=', ' ', 'shredded'),
    )
    .map(
      ([n, member, text]) =>
        (lines: readonly ExportLine[]) =>
          lines.map((line, i) => (i === at(lines, n) ? { ...line, [member]: text } : line)),
    ),
  fc.tuple(place, fc.constantFrom<unknown>(0, -1, 1.5, 7, 2 ** 53, 1e21, '7', null, true)).map(
    ([n, position]) =>
      (lines: readonly ExportLine[]) =>
        lines.map((line, i) => (i === at(lines, n) ? { ...line, position: position as number } : line)),
  ),
  fc.tuple(place, fc.constantFrom<unknown>('missing', 'changed', 'other-tenant', 'otherwise', '', null)).map(
    ([n, absent]) =>
      (lines: readonly ExportLine[]) =>
        lines.map((line, i) => (i === at(lines, n) ? ({ ...line, absent } as ExportLine) : line)),
  ),
);

/** What is done to the proof. */
const proofChanges: fc.Arbitrary<Change<Built>> = fc
  .tuple(
    fc.constantFrom('kind', 'from', 'to', 'size', 'left', 'consistency', 'previous', 'about'),
    fc.constantFrom<unknown>(undefined, 0, 1, 3, 12, 13, -1, 2 ** 53, 'range', 'selection', null, [], ['AAAA'], {
      size: 4,
      hashes: [],
    }),
  )
  .map(([member, value]) => (built: Built) => ({
    ...built,
    proof: { ...built.proof, [member]: value },
  }));

/** What is done to the note. */
const noteChanges: fc.Arbitrary<Change<Built>> = fc.oneof(
  fc.nat(24).map((size) => (built: Built) => ({ ...built, checkpoint: noteOf(size) })),
  fc
    .constantFrom('\n', '— x AAAAAAAAAAAA\n', '— waybill.local AAAAAAAAAAAA\n', ' ', '\n\n')
    .map((more) => (built: Built) => ({
      ...built,
      checkpoint: built.checkpoint + more,
    })),
  place.map((n) => (built: Built) => ({
    ...built,
    checkpoint: built.checkpoint.slice(0, at([...built.checkpoint], n)),
  })),
);

/** What is done to the bytes, or beside them. */
const byteChanges: fc.Arbitrary<Change<Asked>> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(place, fc.nat(1_000), fc.nat(7)).map(([big, small, bit]) => (asked: Asked) => {
      const archive = Buffer.from(asked.archive);
      const byte = (big * 1_001 + small) % archive.length;
      archive[byte] = (archive[byte] as number) ^ (1 << bit);
      return { ...asked, archive };
    }),
  },
  place.map((n) => (asked: Asked) => ({
    ...asked,
    archive: asked.archive.subarray(0, (n * 61) % (asked.archive.length + 1)),
  })),
  place.map((n) => (asked: Asked) => ({ ...asked, archive: moved(asked.archive, n) })),
  fc.constant((asked: Asked) => ({
    ...asked,
    archive: Buffer.concat([asked.archive.subarray(0, -1_024), asked.archive]),
  })),
  fc
    .constantFrom(
      '../delivery-0/checkpoint',
      '/etc/passwd',
      'delivery-0/other',
      'registry-0/proof.json',
      'delivery-0',
      'README',
    )
    .map((name) => (asked: Asked) => ({ ...asked, archive: Buffer.concat([tricked(name), asked.archive]) })),
  fc
    .constantFrom(0x31, 0x32, 0x35, 0x78, 0, 0x4c)
    .map((kind) => (asked: Asked) => ({ ...asked, archive: retyped(asked.archive, kind) })),
  fc.constant((asked: Asked) => ({ ...asked, key: vkeyOf(noteSigner('waybill.local', Buffer.alloc(32, 8))) })),
  fc.constant((asked: Asked) => ({ ...asked, key: vkey.replace('waybill.local', 'waybill.other') })),
  fc.nat(24).map((size) => (asked: Asked) => ({ ...asked, older: [noteOf(size)] })),
);

/** A member under a name that an export has no use for, with the header made right. */
function tricked(name: string): Buffer {
  const member = tarMember('x', Buffer.from('x'), 0);
  member.fill(0, 0, 100);
  member.write(name, 0, 'latin1');
  return resummed(member);
}
/** The first member with another type; an archive that a change before cut within its first header has none. */
function retyped(archive: Buffer, kind: number): Buffer {
  if (archive.length < 512) return archive;
  const changed = Buffer.from(archive);
  changed[156] = kind;
  return resummed(changed);
}
function resummed(member: Buffer): Buffer {
  member.write('        ', 148, 'latin1');
  const sum = member.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  member.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return member;
}
/** One member taken out and put in somewhere else. */
function moved(archive: Buffer, n: number): Buffer {
  const members: Buffer[] = [];
  for (let from = 0; from + 512 <= archive.length && archive[from] !== 0;) {
    const size = parseInt(archive.toString('latin1', from + 124, from + 135), 8);
    const until = from + 512 + Math.ceil(size / 512) * 512;
    members.push(archive.subarray(from, until));
    from = until;
  }
  const [taken] = members.splice(at(members, n), 1);
  if (taken !== undefined) members.splice(at([...members, taken], n >> 4), 0, taken);
  return Buffer.concat([...members, tarEnd]);
}

const mutants: fc.Arbitrary<Asked & { readonly original: Built }> = fc
  .record({
    original: fc.constantFrom(...originals),
    perFile: fc.constantFrom(1, 4, 100),
    onLines: fc.array(lineChanges, { maxLength: 2 }),
    onBuilt: fc.array(fc.oneof(proofChanges, noteChanges), { maxLength: 1 }),
    onBytes: fc.array(byteChanges, { maxLength: 2 }),
  })
  .map(({ original: [built, older], perFile, onLines, onBuilt, onBytes }) => {
    const lines = onLines.reduce((given, change) => change(given), built.lines);
    const changed = onBuilt.reduce<Built>((given, change) => change(given), { ...built, lines });
    const asked: Asked = { archive: archiveOf(changed, perFile), key: vkey, older };
    const before = JSON.stringify(built.lines);
    const shown = {
      proof: changed.proof,
      checkpoint: changed.checkpoint === built.checkpoint ? 'as it was' : changed.checkpoint,
      lines:
        JSON.stringify(lines) === before
          ? 'as they were'
          : lines.filter((line) => !before.includes(JSON.stringify(line))),
      bytes: onBytes.length,
    };
    const mutant = onBytes.reduce((given, change) => change(given), asked);
    // Written out, a counterexample would be a hundred thousand numbers; its seed and path bring it back.
    return { original: built, ...mutant, [fc.toStringMethod]: () => JSON.stringify(shown) };
  });

/** Everything that the signature is about, as it stands in an archive. */
async function signedParts(archive: Buffer): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, bytes } of readTar(once(archive))) {
    if (!name.endsWith('.ndjson')) continue;
    for (const text of bytes.toString('latin1').split('\n').slice(0, -1))
      found.push(partsOf(JSON.parse(text) as ExportLine));
  }
  return found;
}
function partsOf({ position, leaf, entry, meta, data, sealed }: ExportLine): string {
  const bytes = (text: string | undefined) => (text === undefined ? null : Buffer.from(text, 'base64').toString('hex'));
  return JSON.stringify([position, ...[leaf, entry, meta, data, sealed].map(bytes)]);
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

describe('an export that was changed on its way', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-mutants-'));
  const python = new Python();
  afterAll(() => {
    python.end();
    rmSync(folder, { recursive: true, force: true });
  });

  async function judged({ archive, key, older }: Asked): Promise<Verdict & { words: string }> {
    const { verified, refused, logs } = await verifyExport(once(archive), key, older);
    const positions = logs.flatMap(({ firstBad }) => (firstBad === null ? [] : [firstBad.position]));
    const words = JSON.stringify([refused, logs.map(({ firstBad }) => firstBad)]);
    return { verified, refused: refused !== null, position: refused === null ? (positions[0] ?? null) : null, words };
  }

  it('is judged the same by both verifiers, and never verified when a byte that was signed is another', async () => {
    const file = join(folder, 'export.tar');
    const count = { verified: 0, refused: 0, named: 0, whole: 0 };
    await fc.assert(
      fc.asyncProperty(mutants, async (mutant) => {
        writeFileSync(file, mutant.archive);
        const olderFiles = mutant.older.map((note, n) => {
          writeFileSync(join(folder, `${n}.checkpoint`), note);
          return join(folder, `${n}.checkpoint`);
        });
        const { words, ...ours } = await judged(mutant);
        const theirs = await python.judge(file, mutant.key, olderFiles);
        // An archive that cannot be read to its end has no position that both would have come to.
        const isRead = !ours.refused && !theirs.refused;
        const said = (one: Verdict) => ({ verified: one.verified, ...(isRead && { position: one.position }), words });
        expect(said(theirs)).toEqual(said(ours));
        if (ours.verified) {
          count.verified += 1;
          const signed = new Set(mutant.original.lines.map(partsOf));
          const hidden = new Set(mutant.original.lines.map(({ position, leaf }) => partsOf({ position, leaf })));
          for (const part of await signedParts(mutant.archive)) expect(signed.has(part) || hidden.has(part)).toBe(true);
        } else if (ours.refused) count.refused += 1;
        else if (ours.position === null) count.whole += 1;
        else count.named += 1;
      }),
      { numRuns: runs, verbose: 1 },
    );
    console.info(`mutants: ${JSON.stringify(count)}`);
    // Otherwise the changes are of one kind only, and little was tried.
    expect(Math.min(count.verified, count.refused, count.named)).toBeGreaterThan(runs / 50);
  }, 900_000);
});
