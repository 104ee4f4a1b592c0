import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy on the loopback address that passes everything on until it is told to keep what one side says to itself. */
export interface SilentProxy {
  readonly port: number;
  /** From now on nothing goes through in that direction; the connections stay open. */
  silence(direction: 'requests' | 'answers'): void;
  /** Ends every connection; those made afterwards are sound again. */
  cut(): void;
  /** Bytes that went through in a direction. */
  passed(direction: 'requests' | 'answers'): number;
  close(): Promise<void>;
}

/** Listens on a free port and passes on to `port`, which need not answer yet. */
export async function openSilentProxy(port: number): Promise<SilentProxy> {
  const silent = { requests: false, answers: false };
  const passed = { requests: 0, answers: 0 };
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    const pass = (direction: 'requests' | 'answers', to: Socket) => (chunk: Buffer) => {
      if (silent[direction]) return;
      passed[direction] += chunk.length;
      to.write(chunk);
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => [client, upstream].forEach((each) => each.destroy()));
    }
    client.on('data', pass('requests', upstream));
    upstream.on('data', pass('answers', client));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    silent.requests = silent.answers = false;
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    port: (server.address() as { port: number }).port,
    silence: (direction) => void (silent[direction] = true),
    cut,
    passed: (direction) => passed[direction],
    close: () => new Promise<void>((resolve) => (cut(), server.close(() => resolve()))),
  };
}
