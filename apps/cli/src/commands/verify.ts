import { closeSync, createReadStream, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { Command } from 'commander';
import { NoteRefused } from '@waybill/event-log/note';
import { type ExportVerdict, verifyExport } from '@waybill/event-log/verify-export';
import type { LogVerdict } from '@waybill/event-log/verify-log';
import { type GrowthVerdict, type ReceiptVerdict, verifyGrowth, verifyReceipt } from '@waybill/event-log/verify-proof';
import { type AnchoredCheckpoints, anchoredCheckpoints } from '../anchored-checkpoints.js';
import { NotDone, say, Usage, type World } from '../world.js';

interface Options {
  key: string[];
  previous?: string[];
  anchors?: string;
  tsaCa?: string;
  leaf?: string;
  json?: boolean;
}

/** A proof is text and small; an export is a tar. */
const proofBytesMax = 1_048_576;

/** Needs neither server nor network nor database. */
export const verifyCommand = (world: World): Command =>
  new Command('verify')
    .description(
      'checks an export, a receipt or a proof of growth with a key that came from somewhere else; needs no server',
    )
    .argument('<file>', 'what `waybill export`, `proof` or `consistency` wrote; - for an export on standard input')
    .requiredOption(
      '--key <vkey...>',
      "the notary's verification keys, or files with them: after a change of key, also the old one",
    )
    .option('--previous <file...>', 'older checkpoints: the log must have grown from them')
    .option(
      '--anchors <folder>',
      "checkpoints as the notary's anchor keeps them: an export must agree with all that it can be compared with",
    )
    .option(
      '--tsa-ca <file>',
      'root certificates (PEM) of the authority whose time stamps lie beside anchored checkpoints',
    )
    .option('--leaf <hex>', 'the leaf hash that a proof without an entry is about')
    .addHelpText(
      'after',
      `
Exit 0: every event is the one that was signed. Exit 1: the first bad position is named, or the archive is refused.
  waybill verify delivery.tar --key "waybill.example+…" --previous last-year.checkpoint`,
    )
    .action(async (file: string, options: Options) => {
      if (file !== '-' && !existsSync(file)) throw new Usage(`there is no file ${file}`);
      const vkey = options.key.map((key) => (existsSync(key) ? textOf(key).trim() : key)).join('\n');
      const previous = (options.previous ?? []).map(textOf);
      const start = file === '-' ? '' : startOf(file);
      const verified = start.startsWith('c2sp.org/tlog-proof')
        ? sayProof(world, options.json, () => verifyReceipt(proofIn(file), vkey, leafOf(options)))
        : start.startsWith('{')
          ? sayProof(world, options.json, () => verifyGrowth(proofIn(file), vkey, previous))
          : await verifyArchive(world, file, vkey, previous, options);
      if (!verified) throw new NotDone(options.json === true ? '' : 'NOT VERIFIED');
    });

async function verifyArchive(
  world: World,
  archive: string,
  vkey: string,
  previous: readonly string[],
  { anchors, tsaCa, json }: Options,
): Promise<boolean> {
  const roots = tsaCa === undefined ? null : textOf(tsaCa);
  const anchored = anchors === undefined ? null : anchoredCheckpoints(anchors, roots);
  const bytes = archive === '-' ? process.stdin : createReadStream(archive, { highWaterMark: 1024 * 1024 });
  const verdict = await verifyExport(bytes as AsyncIterable<Uint8Array>, vkey, previous, anchored?.notes);
  const verified = verdict.verified && (anchored?.stamps.bad.length ?? 0) === 0;
  const stamps = anchored === null ? {} : { timeStamps: anchored.stamps };
  say(world, json, { ...verdict, ...stamps, verified }, () => [
    ...wordsOf(verdict),
    ...(anchored === null ? [] : stampWords(anchored)),
    ...(verified ? ['Verified.'] : []),
  ]);
  return verified;
}

function sayProof(world: World, json: boolean | undefined, check: () => ReceiptVerdict | GrowthVerdict): boolean {
  let verdict: ReceiptVerdict | GrowthVerdict;
  try {
    verdict = check();
  } catch (error) {
    if (!(error instanceof NoteRefused)) throw error;
    say(world, json, { verified: false, fault: error.message }, () => [`The proof is refused: ${error.message}.`]);
    return false;
  }
  const { origin, size, fault, cannotConclude, verified } = verdict;
  say(world, json, verdict, () => [
    'from' in verdict
      ? `${origin}: from ${verdict.from} to ${verdict.to} events`
      : `${origin}: position ${verdict.position} of ${size} that are signed`,
    ...('event' in verdict && verdict.event !== null
      ? [
          `  ${verdict.event.type}, version ${verdict.event.version} of ${verdict.event.stream}, recorded at ${verdict.event.at}`,
        ]
      : []),
    ...(fault === null ? [] : [`  ${fault}`]),
    '  cannot be concluded:',
    ...cannotConclude.map((sentence) => `    - ${sentence}`),
    ...(verified ? ['Verified.'] : []),
  ]);
  return verified;
}

function leafOf({ leaf }: Options): Buffer | null {
  if (leaf === undefined) return null;
  if (!/^[0-9a-f]{64}$/i.test(leaf)) throw new Usage('a leaf hash has 64 hexadecimal digits');
  return Buffer.from(leaf, 'hex');
}

function startOf(file: string): string {
  const fd = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(64);
    return bytes.toString('latin1', 0, readSync(fd, bytes));
  } finally {
    closeSync(fd);
  }
}

function proofIn(file: string): string {
  const text = textOf(file);
  if (text.length > proofBytesMax) throw new Usage(`${file} is larger than any proof`);
  return text;
}

function textOf(file: string): string {
  if (!existsSync(file)) throw new Usage(`there is no file ${file}`);
  return readFileSync(file, 'utf8');
}

function wordsOf({ logs, refused }: ExportVerdict): string[] {
  return [...logs.flatMap(logWords), ...(refused === null ? [] : [`The archive is refused: ${refused}.`])];
}

function stampWords({ stamps }: AnchoredCheckpoints): string[] {
  const { good, unchecked, newestAt, bad } = stamps;
  return [
    ...(good === 0 ? [] : [`${good} time stamps are good; the newest checkpoint existed at ${newestAt ?? 'no time'}`]),
    ...(unchecked === 0
      ? []
      : [`${unchecked} time stamps were not checked: give the roots of their authority with --tsa-ca`]),
    ...bad.map(({ file, fault }) => `FALSE TIME STAMP ${file}: ${fault}`),
  ];
}

function logWords(verdict: LogVerdict): string[] {
  const { log, kind, from, to, events, size, firstBad, bad, payloads, compared } = verdict;
  const what = kind === 'range' ? `positions ${from} to ${to}` : `${events} events, each by itself`;
  const { opened, shredded, closed } = payloads;
  const extended = compared.filter((one) => one.extended === true).length;
  return [
    `${log}: ${what}, of ${size} that are signed (${verdict.origin}, root ${verdict.rootHash.slice(0, 16)}…)`,
    firstBad === null
      ? '  every event is the one that was signed'
      : `  FIRST BAD POSITION ${firstBad.position ?? 'unknown'}: ${firstBad.reason}${bad > 1 ? ` (${bad} in all)` : ''}`,
    `  payloads: ${opened} opened, ${shredded} shredded, ${closed} without a key`,
    ...(extended === 0 ? [] : [`  it extends ${extended} older ${extended === 1 ? 'checkpoint' : 'checkpoints'}`]),
    '  cannot be concluded:',
    ...verdict.cannotConclude.map((sentence) => `    - ${sentence}`),
  ];
}
