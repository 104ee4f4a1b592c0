import { readdirSync, readFileSync } from 'node:fs';
import type { Stage } from './stage.js';

/** The server of the stage and all its processes, found by their parents; empty when there is none. */
export function postgresProcesses(stage: Stage): number[] {
  const first = stage.serverPid('postgres');
  if (first === 0) return [];
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
        return [{ pid: Number(name), parent: Number(fields[1]) }];
      } catch {
        return [];
      }
    });
  const family = new Set([first]);
  for (let grew = true; grew;) {
    const more = parents.filter(({ pid, parent }) => family.has(parent) && !family.has(pid));
    for (const { pid } of more) family.add(pid);
    grew = more.length > 0;
  }
  return [...family];
}

/**
 * kill -9 of one process that works for a service. PostgreSQL takes its shared memory for spoilt then: it kills all its other processes and
 * recovers from its log, as after `pg_ctl stop -m immediate`. Answers whose process it was.
 */
export function crashPostgres(stage: Stage): string {
  for (const pid of postgresProcesses(stage)) {
    const title = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    if (!/^postgres: waybill_\w+ /.test(title)) continue;
    process.kill(pid, 'SIGKILL');
    return title;
  }
  throw new Error('no process of PostgreSQL works for a service');
}
