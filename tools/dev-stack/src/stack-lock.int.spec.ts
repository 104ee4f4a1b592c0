import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processMark, signalIfAlive } from './process-mark.js';
import { takeLock } from './stack-lock.js';

describe('the lock of a data folder', () => {
  let folder: string;
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  beforeEach(() => {
    folder = newFolder();
    said.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is refused while a living stack has it, and free after its release', async () => {
    const lock = await takeLock(folder, say);
    await expect(takeLock(folder, say)).rejects.toThrow('A stack is running');
    lock.release();
    (await takeLock(folder, say)).release();
    expect(existsSync(join(folder, 'stack.lock'))).toBe(false);
  });

  it('is taken from a process that is gone, also when its pid lives again', async () => {
    writeFileSync(join(folder, 'stack.lock'), JSON.stringify({ pid: process.pid, mark: 'another beginning' }));
    (await takeLock(folder, say)).release();
  });

  it('is taken when it was written half', async () => {
    writeFileSync(join(folder, 'stack.lock'), '{"pi');
    (await takeLock(folder, say)).release();
  });

  it('ends what a killed stack left running, and nobody else', async () => {
    const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const leftEnded = new Promise((resolve) => left.once('exit', (_, signal) => resolve(signal)));
    writeFileSync(
      join(folder, 'processes.json'),
      JSON.stringify([
        { name: 'delivery', pid: left.pid, mark: processMark(left.pid ?? 0) },
        // The pid of a stranger that began at another time than the one written down.
        { name: 'gateway', pid: stranger.pid, mark: 'earlier' },
      ]),
    );
    const lock = await takeLock(folder, say);
    expect(await leftEnded).toBe('SIGTERM');
    expect(said).toEqual(['Ending what an earlier stack left running: delivery']);
    expect(stranger.exitCode).toBeNull();
    stranger.kill('SIGKILL');
    lock.release();
  });

  it('takes no offence at a process that ended between the look and the signal', async () => {
    const gone = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => gone.once('exit', resolve));
    expect(() => process.kill(gone.pid ?? 0, 'SIGTERM')).toThrow('ESRCH');
    expect(() => signalIfAlive(gone.pid ?? 0, 'SIGTERM')).not.toThrow();
  });
});

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'waybill-dev-stack-'));
}
