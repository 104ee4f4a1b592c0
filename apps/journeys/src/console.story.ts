import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findChromium } from '@waybill/dev-stack/chromium';
import type { Stage } from './stage.js';
import { hold, type Story } from './story.js';

const toldWithinMs = 15 * 60_000;

/** What a browser sees of the running system where it looks longer than `npm test` has time for. */
export const consoleLonger: Story = {
  name: 'console',
  about:
    'the console in a browser, looked at longer: a session that ends, scopes, commands that are pasted, a thousand connectors',
  tell: (stage) =>
    stage.long ? [{ says: 'every story of apps/console’s long specs holds', holds: () => tellLong(stage) }] : [],
};

/** One file after the other: one of them stops what the others need. */
async function tellLong(stage: Stage): Promise<string> {
  const lines: string[] = [];
  const chromium = findChromium((line) => lines.push(line));
  hold(chromium !== null, lines.join('\n'));
  const { code, said } = await runToEnd([join('node_modules', 'jest', 'bin', 'jest.js'), '--selectProjects', 'long', '--runInBand', '--verbose'], {
    NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    WAYBILL_CHROMIUM: chromium,
    WAYBILL_CONSOLE_STAGE: stage.dataDir,
  }); // prettier-ignore
  hold(code === 0, said.slice(-8_000));
  const [, passed = '0'] = /Tests: +(\d+) passed/.exec(said) ?? [];
  return `${passed} stories`;
}

async function runToEnd(
  args: readonly string[],
  environment: Record<string, string>,
): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), toldWithinMs);
  let said = '';
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number>((resolve) => child.once('close', (exit) => resolve(exit ?? 1)));
  clearTimeout(timer);
  return { code, said };
}
