import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const installWaitMs = 300_000;

/**
 * The path of a Chromium for the console's tests: `WAYBILL_CHROMIUM`, else the system's, else installed from the distribution where we are root
 * and have apt. Null where there is none, after one line that says what to do.
 */
export function findChromium(say: (line: string) => void): string | null {
  const found = process.env['WAYBILL_CHROMIUM'] ?? onPath();
  if (found !== null) return found;
  if (process.getuid?.() === 0 && hasApt()) {
    say('Installing Chromium (apt-get) for the tests of the console …');
    for (const args of [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium'],
    ]) {
      spawnSync('apt-get', args, {
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
        stdio: 'ignore',
        timeout: installWaitMs,
      });
    }
  }
  const installed = onPath();
  if (installed === null)
    say(
      'There is no Chromium for the tests of the console: install the package chromium, or set WAYBILL_CHROMIUM to one.',
    );
  return installed;
}

const hasApt = (): boolean => spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;

function onPath(): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of names) if (folder !== '' && isExecutable(join(folder, name))) return join(folder, name);
  }
  return null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
