import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { HttpTargetRequest } from '@waybill/contracts/sending/request';
import { createEgress } from './egress.js';
import type { Egress, EgressOptions } from './egress.js';
import { readPolicy } from './policy.js';

/** A listener on the loopback that remembers what reached it. */
export interface Listener {
  readonly port: number;
  readonly url: string;
  connections: number;
  /** Everything received, one text a connection. */
  readonly received: string[];
  close(): Promise<void>;
}

/** Listens on a port, a free one where none is named, and hands every connection, with what was received so far, to `hear`. */
export async function listen(hear: (socket: Socket, text: string) => void, at = 0): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    const at = listener.connections;
    listener.connections += 1;
    listener.received[at] = '';
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      listener.received[at] += chunk.toString('utf8');
      hear(socket, listener.received[at] ?? '');
    });
  });
  await new Promise<void>((done) => server.listen(at, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const listener: Listener = {
    port,
    url: `http://127.0.0.1:${port}/hook`,
    connections: 0,
    received: [],
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((done) => server.close(() => done()));
    },
  };
  return listener;
}

/** Whether the text ends where a request of `content-length` ends. */
export function isWholeRequest(text: string): boolean {
  const bytes = Buffer.from(text, 'utf8');
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf('\r\n\r\n', at);
    if (end < 0) return false;
    const length = /content-length: (\d+)/i.exec(bytes.subarray(at, end).toString('utf8'))?.[1] ?? '0';
    at = end + 4 + Number(length);
  }
  return at === bytes.length && at > 0;
}

/** A listener that gives the same answer to every whole request. */
export const answering = (answer: string, at = 0): Promise<Listener> =>
  listen((socket, text) => {
    if (isWholeRequest(text)) socket.write(answer);
  }, at);

export const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

export const postTo = (url: string, changes: Partial<HttpTargetRequest> = {}): HttpTargetRequest => ({
  kind: 'http',
  method: 'POST',
  url,
  headers: { 'content-type': 'application/json' },
  body: '{"text":"hello"}',
  auth: { kind: 'none' },
  ...changes,
});

/** A door that lets out to these loopback ports and nowhere else special. */
export const doorTo = (ports: readonly number[], options: EgressOptions = {}, more: object = {}): Egress =>
  createEgress(
    readPolicy({ allow: ports.map((port) => `127.0.0.1/32:${port}-${port}`), ...more }, { production: false }),
    options,
  );
