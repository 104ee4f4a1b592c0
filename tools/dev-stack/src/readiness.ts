import { existsSync, readFileSync } from 'node:fs';
import type { Running } from './keeper.js';

/** Resolves when the URL answers 200; rejects when the process ends before, or after `timeoutMs`, with what it last said. */
export async function waitUntilReady(
  name: string,
  url: string,
  running: Running,
  options: { timeoutMs: number; logFile: string },
): Promise<void> {
  let ended: string | null = null;
  void running.ended.then(({ code, signal }) => (ended = `it ended (${signal ?? `exit ${code ?? '?'}`})`));
  let last = 'no answer';
  for (const until = Date.now() + options.timeoutMs; Date.now() < until;) {
    if (ended !== null) throw new Error(`${name} did not start: ${String(ended)}\n${lastLines(options.logFile)}`);
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
      if (response.ok) {
        await response.body?.cancel();
        return;
      }
      last = `${response.status} ${await response.text()}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${name} is not ready after ${options.timeoutMs / 1000} s: ${last}\n${lastLines(options.logFile)}`);
}

/** The end of a log file, for a message to a person. */
export function lastLines(file: string, count = 15): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n') : '';
}
