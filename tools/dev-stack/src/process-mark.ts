import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** When the process with this pid began, in the system's own words; null when there is none. A reused pid has another mark. */
export function processMark(pid: number): string | null {
  if (process.platform !== 'linux') {
    const began = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
    return began === '' ? null : began;
  }
  try {
    // Field 22 of proc(5); the name in field 2 may hold blanks, hence the cut after its parenthesis. A zombie is gone for us.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

/** True while the very process that had this mark still runs. */
export const isAlive = (pid: number, mark: string): boolean => processMark(pid) === mark;

/** Sends the signal. Between a look at a process and its signal it may end by itself: that is what the signal was for, and no error. */
export function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
