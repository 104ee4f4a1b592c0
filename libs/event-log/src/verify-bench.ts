import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { originOf, signCheckpoint } from './checkpoint.js';
import { digest, encodeEntry } from './entry.js';
import { eventIdBytes } from './event-id.js';
import type { ExportLine } from './export-format.js';
import { Frontier, leafHash } from './merkle.js';
import { noteSigner, vkeyOf } from './note.js';
import { tarEnd, tarMember } from './tar.js';
import { verifyExport } from './verify-export.js';

const perFile = 500;
/** How often memory is looked at, in events. */
const perLook = 5_000;
const log = 'delivery-0';
const signer = noteSigner('waybill.bench', Buffer.alloc(32, 1));
const meta = Buffer.from('{"actor":"service:delivery","correlationId":"req_01k0000000000000000000000"}');
const data = Buffer.alloc(200, '{');
const sealed = Buffer.alloc(800, 7);
const digests = { metaDigest: digest(meta), dataDigest: digest(data), sealedDigest: digest(sealed) };

function lineOf(position: number): ExportLine & { entry: string } {
  const stream = `delivery-${Math.ceil(position / 3)}`;
  const version = ((position - 1) % 3) + 1;
  const eventId = eventIdBytes(log, stream, version);
  const names = { log, stream, type: 'AttemptStarted', tenant: 'default' };
  const entry = encodeEntry({
    ...names,
    position,
    atUs: 1.7e15 + position,
    eventId,
    version,
    schemaVersion: 1,
    ...digests,
  });
  const texts = {
    entry: entry.toString('base64'),
    meta: meta.toString('base64'),
    data: data.toString('base64'),
    sealed: sealed.toString('base64'),
  };
  return { position, leaf: leafHash(entry).toString('base64'), ...texts };
}

async function* archive(count: number, look: () => void = () => undefined): AsyncGenerator<Buffer> {
  const frontier = Frontier.empty();
  for (let position = 1; position <= count; position += 1)
    frontier.append(Buffer.from(lineOf(position).leaf, 'base64'));
  const checkpoint = signCheckpoint({ origin: originOf('bench', log), size: count, rootHash: frontier.root() }, signer);
  const proof = { kind: 'range', from: 1, to: count, size: count, left: [], consistency: [], previous: null };
  yield tarMember(`${log}/checkpoint`, Buffer.from(checkpoint), 0);
  yield tarMember(`${log}/proof.json`, Buffer.from(JSON.stringify(proof)), 0);
  for (let first = 1; first <= count; first += perFile) {
    if (first % perLook === 1) look();
    const lines = Array.from(
      { length: Math.min(perFile, count - first + 1) },
      (_, at) => `${JSON.stringify(lineOf(first + at))}\n`,
    );
    yield tarMember(`${log}/entries-${String(first).padStart(16, '0')}.ndjson`, Buffer.from(lines.join('')), 0);
  }
  look();
  yield tarEnd;
}

/** Seconds of processor time: what others do on the machine does not count. */
async function cpuSeconds(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

export interface VerifyFigures {
  readonly verified: boolean;
  readonly events: number;
  readonly megabytes: number;
  /** Of one core, without the making of the export. */
  readonly cpuSeconds: number;
  readonly eventsPerSecond: number;
  readonly rssMegabytes: number;
}

/**
 * The most that is alive at once while an export of `count` events is verified, in megabytes, over what was alive before: after a full
 * collection every 5,000 events. What the collector has not come to yet, which depends on the machine, is not in it.
 */
export async function mostAlive(count: number): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const alive = (): number => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 1e6;
  };
  const before = alive();
  let most = 0;
  await verifyExport(
    archive(count, () => (most = Math.max(most, alive() - before))),
    vkeyOf(signer),
  );
  return most;
}

/**
 * How fast an export is verified on one core, and with how much memory: `node libs/event-log/dist/verify-bench.js [events]`. The export is
 * made while it is read, so the making is measured apart and taken off. Events of 1 KB: 200 bytes clear, 800 sealed.
 */
export async function measureVerifying(count: number): Promise<VerifyFigures> {
  let bytes = 0;
  let verified = false;
  const making = await cpuSeconds(async () => {
    for await (const piece of archive(count)) bytes += piece.length;
  });
  const both = await cpuSeconds(async () => {
    ({ verified } = await verifyExport(archive(count), vkeyOf(signer)));
  });
  const seconds = both - making;
  return {
    verified,
    events: count,
    megabytes: Math.round(bytes / 1e6),
    cpuSeconds: Number(seconds.toFixed(2)),
    eventsPerSecond: Math.round(count / seconds),
    rssMegabytes: Math.round(process.memoryUsage.rss() / 1024 / 1024),
  };
}

if (process.argv[1]?.endsWith('verify-bench.js') === true)
  process.stdout.write(`${JSON.stringify(await measureVerifying(Number(process.argv[2] ?? 200_000)))}\n`);
