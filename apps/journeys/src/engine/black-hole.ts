import { spawn } from 'node:child_process';

/** How many connections its queue takes before the kernel drops what comes: the least that Linux knows. */
const program = `
  const server = require('node:net').createServer();
  server.listen({ port: Number(process.argv[1]), host: '0.0.0.0', backlog: 1 }, () => {
    process.stdout.write('listening');
    setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 100);
  });`;

/**
 * A port on every loopback address that answers nothing: whoever connects waits for its own time-out, because the listener never takes
 * a connection and its queue is full. Answers what ends it.
 */
export async function openBlackHole(port: number): Promise<() => void> {
  const child = spawn(process.execPath, ['-e', program, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the black hole on port ${port} ended with ${code}`)));
  });
  // A watcher that dies with this process would be better than none; a SIGKILL is the only thing it hears.
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  return () => {
    process.off('exit', end);
    end();
  };
}
