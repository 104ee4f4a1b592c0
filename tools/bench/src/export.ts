import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { askStack } from '@waybill/dev-stack/control';
import { PostgresLog } from '@waybill/event-log/postgres-log';
import { deliveryEvents } from './delivery-events.js';
import { fillLog } from './filled-log.js';
import type { BenchStack } from './stack.js';

export interface ExportFigures {
  readonly events: number;
  readonly megabytes: number;
  readonly exportSeconds: number;
  readonly exportedPerSecond: number;
  readonly verifySeconds: number;
  readonly verifiedPerSecond: number;
  /** Of the verifying process, when it has read a tenth, a half and all of the archive. */
  readonly rssMegabytes: { readonly tenth: number; readonly half: number; readonly whole: number };
}

const signedWithinMs = 120_000;
const sampleMs = 50;

/** Fills the delivery log of a running stack, takes it home as an auditor does, and verifies it; of the verifying process, memory is watched. */
export async function measureExport(stack: BenchStack, events: number): Promise<ExportFigures> {
  const { dev, dataDir } = stack;
  // Awake, it would go on with the deliveries of the fill while they are written.
  await askStack(dataDir, { act: 'stop', service: 'delivery', copy: 1 });
  const environment = environmentOf(join(dataDir, 'env', 'delivery.env'));
  const log = await PostgresLog.open({
    connectionString: environment['DATABASE_URL'] ?? '',
    kek: readFileSync(environment['WAYBILL_LOG_KEK_FILE'] ?? '', 'utf8').trim(),
    log: 'delivery-0',
  });
  await fillLog(log, deliveryEvents(), events);
  const { position } = await log.head();
  await log.close();
  await askStack(dataDir, { act: 'start', service: 'delivery', copy: 1 });
  await isSigned(dev, position);
  const archive = join(dataDir, 'export.tar');
  const ask = { WAYBILL_URL: dev.httpUrl, WAYBILL_KEY: dev.adminKey };
  const exporting = await waybill(['export', '--log', 'delivery-0', '--to', String(position), '-o', archive], ask);
  const verifying = await waybill(['verify', archive, '--key', dev.notaryVkey], {}, statSync(archive).size);
  return {
    events: position,
    megabytes: Math.round(statSync(archive).size / 1e6),
    exportSeconds: exporting.seconds,
    exportedPerSecond: Math.round(position / exporting.seconds),
    verifySeconds: verifying.seconds,
    verifiedPerSecond: Math.round(position / verifying.seconds),
    rssMegabytes: verifying.rss,
  };
}

/** `<data dir>/env/<service>.env`: names and values in single quotes. */
function environmentOf(file: string): Record<string, string> {
  const lines = readFileSync(file, 'utf8').split('\n');
  const found: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] = /^(\w+)='?([^']*)'?$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) found[name] = value;
  }
  return found;
}

async function isSigned({ httpUrl, adminKey }: BenchStack['dev'], position: number): Promise<void> {
  for (const until = Date.now() + signedWithinMs; Date.now() < until; await delay(500)) {
    const answer = await fetch(`${httpUrl}/v1/log/delivery-0/checkpoint`, {
      headers: { authorization: `Bearer ${adminKey}` },
    });
    if (answer.ok && Number((await answer.text()).split('\n')[1]) >= position) return;
  }
  throw new Error(`position ${position} was not signed in ${signedWithinMs / 1_000} s`);
}

async function waybill(args: readonly string[], environment: Record<string, string>, bytes = 0) {
  const beganMs = performance.now();
  const child = spawn(process.execPath, [join('apps', 'cli', 'waybill.mjs'), ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const rss = { tenth: 0, half: 0, whole: 0 };
  const watch = setInterval(() => {
    const megabytes = residentOf(child.pid);
    const share = bytes === 0 ? 0 : readBy(child.pid) / bytes;
    if (share <= 0.1) rss.tenth = Math.max(rss.tenth, megabytes);
    else if (share <= 0.5) rss.half = Math.max(rss.half, megabytes);
    else rss.whole = Math.max(rss.whole, megabytes);
  }, sampleMs);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`waybill ${args.join(' ')} ended with ${String(code)}`);
  return { seconds: Number(((performance.now() - beganMs) / 1000).toFixed(1)), rss };
}

const number = (file: string, pattern: RegExp): number =>
  existsSync(file) ? Number(pattern.exec(readFileSync(file, 'utf8'))?.[1] ?? 0) : 0;
const residentOf = (pid = 0): number => Math.round(number(`/proc/${pid}/status`, /VmRSS:\s+(\d+)/) / 1024);
const readBy = (pid = 0): number => number(`/proc/${pid}/io`, /rchar: (\d+)/);
