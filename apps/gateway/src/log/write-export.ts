import type { z } from 'zod';
import type { exportQuerySchema } from '@waybill/contracts/http/log-proofs';
import { Refused } from '@waybill/decider/decider';
import { exportReadme, type ExportLine, type ExportProof } from '@waybill/event-log/export-format';
import { tarEnd, tarMember } from '@waybill/event-log/tar';
import { rangeLines, selectedLines } from './export-lines.js';
import type { LogSource } from './log-source.js';

export type ExportQuery = z.output<typeof exportQuerySchema>;

/** What an export begins with: found before the first byte is sent, so that what cannot be exported is a problem and no half file. */
export interface PlannedExport {
  readonly checkpoint: string;
  readonly proof: ExportProof;
  readonly lines: AsyncGenerator<ExportLine[]>;
}

/** Decides what goes into an export. Refuses a range that is not signed yet, and a question that this log knows nothing about. */
export async function planExport(source: LogSource, query: ExportQuery): Promise<PlannedExport> {
  const keys = query.payloads === 'all';
  const { connectorId, notificationId } = query;
  if (connectorId !== undefined || notificationId !== undefined) {
    const streams = await streamsOf(source, connectorId, notificationId);
    const about = connectorId ?? notificationId ?? '';
    const { checkpoint, size, previous } = await source.signedRange(1, undefined, query.previous);
    const positions = streams.length === 0 ? [] : await positionsOf(source, streams, size);
    return {
      checkpoint,
      proof: { kind: 'selection', about, size, previous },
      lines: selectedLines(source, size, positions, keys),
    };
  }
  const from = query.since === undefined ? (query.from ?? 1) : (await source.positionAt(justBefore(query.since))) + 1;
  const to = query.until === undefined ? query.to : await source.positionAt(query.until);
  if (to !== undefined && to < from - 1)
    throw new Refused('validation_failed', 'The range ends before it begins.', '/to');
  const {
    checkpoint,
    size,
    to: upto,
    left,
    consistency,
    previous,
  } = await source.signedRange(from, to, query.previous);
  const proof: ExportProof = { kind: 'range', from, to: upto, size, left, consistency, previous };
  return { checkpoint, proof, lines: rangeLines(source, { from, to: upto, size }, keys) };
}

/** The archive, piece by piece. */
export async function* writeExport(log: string, { checkpoint, proof, lines }: PlannedExport): AsyncGenerator<Buffer> {
  const atSeconds = Math.floor(Date.now() / 1000);
  yield tarMember('README', Buffer.from(exportReadme), atSeconds);
  yield tarMember(`${log}/checkpoint`, Buffer.from(checkpoint), atSeconds);
  yield tarMember(`${log}/proof.json`, Buffer.from(JSON.stringify(proof)), atSeconds);
  for await (const page of lines) {
    const first = page[0];
    if (first === undefined) continue;
    const name = `${log}/entries-${String(first.position).padStart(16, '0')}.ndjson`;
    yield tarMember(name, Buffer.from(page.map((line) => `${JSON.stringify(line)}\n`).join('')), atSeconds);
  }
  yield tarEnd;
}

async function streamsOf(source: LogSource, connectorId?: string, notificationId?: string): Promise<string[]> {
  const { log } = source;
  if (log.startsWith('delivery-')) {
    const found = await source.deliveries({
      ...(connectorId && { connectorId }),
      ...(notificationId && { notificationId }),
    });
    return found.map((id) => `delivery-${id}`);
  }
  if (connectorId !== undefined && notificationId === undefined && log.startsWith('registry-'))
    return [`connector-${connectorId}`];
  if (notificationId !== undefined && connectorId === undefined && log.startsWith('subscriptions-'))
    return [`notification-${notificationId}`];
  throw new Refused(
    'validation_failed',
    `${log} holds no events of that kind; ask delivery-0.`,
    connectorId === undefined ? '/notificationId' : '/connectorId',
  );
}

const streamsAtOnce = 1_000;

async function positionsOf(source: LogSource, streams: readonly string[], size: number): Promise<number[]> {
  const found: number[] = [];
  for (let at = 0; at < streams.length; at += streamsAtOnce)
    found.push(...(await source.positionsOf(streams.slice(at, at + streamsAtOnce))));
  return found.filter((position) => position <= size).sort((a, b) => a - b);
}

/** The last microsecond before a time would do; times of the log are whole milliseconds to a reader. */
function justBefore(time: string): string {
  return new Date(Date.parse(time) - 1).toISOString();
}
