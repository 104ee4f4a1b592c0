import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';

/**
 * Where free ports are looked for: below what systems hand to outgoing connections (Linux from 32768, others from 49152, as RFC 6335 has it).
 * A port that the system itself hands out may be the near end of somebody's connection by the time its server starts.
 */
const range = { from: 20_000, to: 32_767 };

/** What this process was told is free: a server that has not started yet holds nothing. */
const given = new Set<number>();

/**
 * A port of the loopback address that nobody holds right now and that this process was not given before. Another process may take it before the caller does.
 * Throws when a thousand tries found none.
 */
export async function freePort(): Promise<number> {
  if (given.size > (range.to - range.from) / 2) given.clear();
  for (let tries = 0; tries < 1_000; tries += 1) {
    const port = randomInt(range.from, range.to + 1);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port found from ${range.from} to ${range.to}`);
}

/** True when nobody listens on the port of the loopback address. */
export async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** True when somebody accepts connections on the port of the loopback address. */
export async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (reached: boolean): void => {
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
