import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, processMark, signalIfAlive } from './process-mark.js';

/** A process of an earlier stack, as it was written down when it started. */
interface Recorded {
  readonly name: string;
  readonly pid: number;
  readonly mark: string;
}

/** One stack a data folder. Holds the list of what runs, so that a killed stack's leftovers can be found. */
export interface StackLock {
  record(name: string, pid: number): void;
  release(): void;
}

/** A leftover may have requests to finish and a checkpoint to write. */
const leftoverWaitMs = 15_000;

/**
 * Takes the folder for this process; refuses while another living stack has it. What a killed one left running is ended first:
 * only processes whose pid and beginning match what that stack wrote down.
 */
export async function takeLock(dataDir: string, say: (line: string) => void): Promise<StackLock> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lockFile = join(dataDir, 'stack.lock');
  const listFile = join(dataDir, 'processes.json');
  const holder = readHolder(lockFile);
  if (holder !== null && isAlive(holder.pid, holder.mark)) {
    throw new Error(
      `A stack is running on ${dataDir} already (pid ${holder.pid}). Stop it, or give this one another WAYBILL_DATA_DIR.`,
    );
  }
  rmSync(lockFile, { force: true });
  // Two starts at once: one of them creates the file.
  writeFileSync(lockFile, JSON.stringify({ pid: process.pid, mark: processMark(process.pid) }), {
    flag: 'wx',
    mode: 0o600,
  });
  await endLeftovers(readList(listFile), say);
  const running: Recorded[] = [];
  return {
    record: (name, pid) => {
      running.push({ name, pid, mark: processMark(pid) ?? '' });
      writeFileSync(listFile, JSON.stringify(running), { mode: 0o600 });
    },
    release: () => {
      rmSync(listFile, { force: true });
      rmSync(lockFile, { force: true });
    },
  };
}

async function endLeftovers(recorded: readonly Recorded[], say: (line: string) => void): Promise<void> {
  const living = () => recorded.filter(({ pid, mark }) => isAlive(pid, mark));
  if (living().length === 0) return;
  say(
    `Ending what an earlier stack left running: ${living()
      .map(({ name }) => name)
      .join(', ')}`,
  );
  // PostgreSQL waits for its clients on SIGTERM, not on SIGINT.
  for (const { name, pid } of living().reverse()) signalIfAlive(pid, name === 'postgres' ? 'SIGINT' : 'SIGTERM');
  for (const until = Date.now() + leftoverWaitMs; Date.now() < until && living().length > 0;) await pause(50);
  for (const { pid } of living()) signalIfAlive(pid, 'SIGKILL');
  for (const until = Date.now() + 2000; Date.now() < until && living().length > 0;) await pause(20);
}

function readHolder(file: string): { pid: number; mark: string } | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { pid: number; mark: string };
  } catch {
    // Absent, or written half: its writer is gone.
    return null;
  }
}

function readList(file: string): Recorded[] {
  if (!existsSync(file)) return [];
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Recorded[];
  } catch {
    return [];
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
