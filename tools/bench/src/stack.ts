import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DevContent } from '@waybill/dev-stack/dev-file';

/** A running system of its own, with an empty data folder, that is taken down and forgotten afterwards. */
export interface BenchStack {
  readonly dev: DevContent;
  readonly dataDir: string;
  /** `failed`: its folder stays for whoever looks for the reason. */
  stop(end?: 'failed'): Promise<void>;
}

const startWaitMs = 120_000;

/** Starts the whole system as `npm start` does, in a folder under the system's temporary one. */
export async function startStack(environment: Record<string, string> = {}): Promise<BenchStack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'waybill-bench-'));
  const child = spawn(process.execPath, ['tools/dev-stack/bootstrap.mjs', 'start'], {
    env: { ...process.env, WAYBILL_LOG_LEVEL: 'warn', ...environment, WAYBILL_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const file = join(dataDir, 'dev.json');
  const deadline = Date.now() + startWaitMs;
  while (!existsSync(file) || !said.includes('API key')) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the system did not start:\n${said}`);
    await delay(200);
  }
  return {
    dev: JSON.parse(readFileSync(file, 'utf8')) as DevContent,
    dataDir,
    stop: async (end) => {
      await ended(child);
      if (end !== 'failed') return rmSync(dataDir, { recursive: true, force: true });
      console.error(`what the services and servers said of it is in ${join(dataDir, 'logs')}`);
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}
