import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Keeper, openKeeper } from '@waybill/dev-stack/keeper';

let keeper: Keeper | null = null;

/** One keeper for a spec file: whatever it starts ends with this process, also when the test run is killed. */
export function testKeeper(): Keeper {
  keeper ??= openKeeper();
  return keeper;
}

/** A folder of its own below the system's temporary folder that other users can enter (PostgreSQL may run as one). */
export function testFolder(name: string): string {
  const parent = join(tmpdir(), 'waybill-tests');
  mkdirSync(parent, { recursive: true, mode: 0o755 });
  return mkdtempSync(join(parent, `${name}-`));
}

/**
 * Remembers a value for later spec files of the same process: Jest gives each file its own globals, so only a file can carry it.
 * Another process, also a later one with the same pid, never sees it.
 */
export function rememberForProcess<T>(name: string, value: T): void {
  const file = memoryFile(name);
  writeFileSync(`${file}.draft`, JSON.stringify({ process: processMark(), value }), { mode: 0o600 });
  renameSync(`${file}.draft`, file);
}

export function recallForProcess<T>(name: string): T | null {
  try {
    const kept = JSON.parse(readFileSync(memoryFile(name), 'utf8')) as { process: string; value: T };
    return kept.process === processMark() ? kept.value : null;
  } catch {
    return null;
  }
}

export function forgetForProcess(name: string): void {
  rmSync(memoryFile(name), { force: true });
}

/** Where it is remembered. */
export function memoryFile(name: string): string {
  const parent = join(tmpdir(), 'waybill-tests');
  mkdirSync(parent, { recursive: true, mode: 0o755 });
  return join(parent, `${name}-${process.pid}.json`);
}

/** The pid and, where the system tells it, the moment the process began. */
function processMark(): string {
  try {
    return `${process.pid}/${readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ')[19] ?? ''}`;
  } catch {
    return `${process.pid}`;
  }
}
