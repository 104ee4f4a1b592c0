import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const fileOf = (name: string): string => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));

/** Loads a process of its own with work that leaves much behind, and answers its memory in MiB right after that and four seconds later. */
const loaded = (isKept: boolean): string => `
  const { manageMemory } = await import(${fileOf('./memory.ts')});
  const { watchLoad } = await import(${fileOf('./load-watch.ts')});
  if (${isKept}) manageMemory(watchLoad, undefined, 1_000);
  let kept = [];
  for (let round = 0; round < 300; round += 1) {
    for (let n = 0; n < 3000; n += 1) kept.push({ n, text: 'x' + n, list: [n, n + 1] });
    if (kept.length > 120000) kept = kept.slice(60000);
  }
  const full = process.memoryUsage.rss();
  kept = [];
  await new Promise((resolve) => setTimeout(resolve, 4000));
  console.log(JSON.stringify([full, process.memoryUsage.rss()].map((bytes) => Math.round(bytes / 1048576))));`;

async function memoryOf(isKept: boolean): Promise<[fullMiB: number, idleMiB: number]> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', loaded(isKept)], {
    env: { PATH: process.env['PATH'] ?? '' },
  });
  return JSON.parse(stdout) as [number, number];
}

describe('the memory of a service', () => {
  it('is given back once the load is over, which a process does not do by itself', async () => {
    const [[full, idle], [, left]] = await Promise.all([memoryOf(true), memoryOf(false)]);
    expect(full).toBeGreaterThan(120);
    expect(idle).toBeLessThan(90);
    expect(left).toBeGreaterThan(idle + 30);
  });
});
