import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Keeper, openKeeper } from './keeper.js';
import { isAlive, processMark } from './process-mark.js';

const sleeper = { command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'], env: {} };
const stubborn = {
  ...sleeper,
  args: ['-e', "process.on('SIGTERM', () => {}); console.log('deaf'); setInterval(() => {}, 1000)"],
};

const folders: string[] = [];

describe('the keeper of processes', () => {
  let keeper: Keeper;
  beforeEach(() => (keeper = openKeeper()));
  afterEach(() => keeper.close());
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('starts a process and says how it ended', async () => {
    const running = await keeper.start({ id: 'a', ...sleeper, args: ['-e', 'process.exit(7)'] });
    expect(await running.ended).toMatchObject({ code: 7 });
  });

  it('rejects what cannot be started', async () => {
    await expect(keeper.start({ id: 'a', command: '/nowhere/program', args: [], env: {} })).rejects.toThrow('ENOENT');
  });

  it('kills who does not end when asked', async () => {
    const logFile = join(newFolder(), 'log');
    const running = await keeper.start({ id: 'a', ...stubborn, stopWaitMs: 300, logFile });
    // Until its handler is in place the first signal would end it.
    await until(() => existsSync(logFile) && readFileSync(logFile, 'utf8').includes('deaf'));
    expect(await running.stop()).toMatchObject({ signal: 'SIGKILL' });
  });

  it('ends everything and removes its folders when its owner is killed', async () => {
    const folder = join(newFolder(), 'mine');
    mkdirSync(folder);
    // The owner is a process of its own, so that it can be killed without a chance to clean up.
    const program = join(import.meta.dirname, 'keeper-program.mjs');
    const spec = JSON.stringify({ start: { id: 'a', ...sleeper, removeAfter: [folder] } });
    const owner = spawn(process.execPath, [
      '-e',
      `const c = require('node:child_process').spawn(process.execPath, [${JSON.stringify(program)}], { detached: true, stdio: ['pipe', 'inherit', 'inherit'] });
       c.stdin.write(${JSON.stringify(`${spec}\n`)}); setInterval(() => {}, 1000);`,
    ]);
    const said = await new Promise<string>((resolve) =>
      owner.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())),
    );
    const { started } = JSON.parse(said) as { started: { pid: number } };
    const mark = processMark(started.pid) ?? '';
    expect(isAlive(started.pid, mark)).toBe(true);
    owner.kill('SIGKILL');
    await until(() => !isAlive(started.pid, mark) && !existsSync(folder));
  });
});

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !holds();) {
    if (Date.now() > end) throw new Error('it did not come to hold within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-dev-stack-'));
  folders.push(folder);
  return folder;
}
