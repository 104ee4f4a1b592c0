import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { type ExportVerdict, verifyExport } from '@waybill/event-log/verify-export';
import type { LogVerdict } from '@waybill/event-log/verify-log';
import { NotDone, say, Usage, type World } from '../world.js';

interface Options {
  key: string;
  previous?: string[];
  json?: boolean;
}

/** Needs neither server nor network nor database. */
export const verifyCommand = (world: World): Command =>
  new Command('verify')
    .description('checks an export with a key that came from somewhere else; needs no server')
    .argument('<archive>', 'what `waybill export` wrote; - for standard input')
    .requiredOption('--key <vkey>', "the notary's verification key, or a file with it")
    .option('--previous <file...>', 'older checkpoints: the log must have grown from them')
    .action(async (archive: string, { key, previous = [], json }: Options) => {
      if (archive !== '-' && !existsSync(archive)) throw new Usage(`there is no file ${archive}`);
      const vkey = existsSync(key) ? readFileSync(key, 'utf8').trim() : key;
      const notes = previous.map((file) => textOf(file));
      const bytes = archive === '-' ? process.stdin : createReadStream(archive, { highWaterMark: 1024 * 1024 });
      const verdict = await verifyExport(bytes as AsyncIterable<Uint8Array>, vkey, notes);
      say(world, json, verdict, () => wordsOf(verdict));
      if (!verdict.verified) throw new NotDone(json === true ? '' : 'NOT VERIFIED');
    });

function textOf(file: string): string {
  if (!existsSync(file)) throw new Usage(`there is no file ${file}`);
  return readFileSync(file, 'utf8');
}

function wordsOf({ logs, refused, verified }: ExportVerdict): string[] {
  return [
    ...logs.flatMap(logWords),
    ...(refused === null ? [] : [`The archive is refused: ${refused}.`]),
    ...(verified ? ['Verified.'] : []),
  ];
}

function logWords(verdict: LogVerdict): string[] {
  const { log, kind, from, to, events, size, firstBad, bad, payloads, extendsPrevious } = verdict;
  const what = kind === 'range' ? `positions ${from} to ${to}` : `${events} events, each by itself`;
  const { opened, shredded, closed } = payloads;
  return [
    `${log}: ${what}, of ${size} that are signed (${verdict.origin}, root ${verdict.rootHash.slice(0, 16)}…)`,
    firstBad === null
      ? '  every event is the one that was signed'
      : `  FIRST BAD POSITION ${firstBad.position ?? 'unknown'}: ${firstBad.reason}${bad > 1 ? ` (${bad} in all)` : ''}`,
    `  payloads: ${opened} opened, ${shredded} shredded, ${closed} without a key`,
    ...(extendsPrevious === true ? ['  it extends the older checkpoint'] : []),
    '  cannot be concluded:',
    ...verdict.cannotConclude.map((sentence) => `    - ${sentence}`),
  ];
}
