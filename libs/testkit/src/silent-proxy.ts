import { connect, createServer, type Server, type Socket } from 'node:net';

/** Passes everything on until it is told to keep what one side says to itself. */
export interface SilentProxy {
  readonly port: number;
  /** From now on nothing goes through in that direction; the connections stay open. */
  silence(direction: 'requests' | 'answers'): void;
  /** Bytes that went through in a direction. */
  passed(direction: 'requests' | 'answers'): number;
  /** False once nobody has said anything for a while. */
  isBusy(): boolean;
  close(): Promise<void>;
}

const quietAfterMs = 2_000;

export async function openSilentProxy(port: number): Promise<SilentProxy> {
  const silent = { requests: false, answers: false };
  const passed = { requests: 0, answers: 0 };
  const sockets = new Set<Socket>();
  let heardAt = performance.now();
  const server: Server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    const pass = (direction: 'requests' | 'answers', to: Socket) => (chunk: Buffer) => {
      heardAt = performance.now();
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
  return {
    port: (server.address() as { port: number }).port,
    silence: (direction) => void (silent[direction] = true),
    passed: (direction) => passed[direction],
    isBusy: () => performance.now() - heardAt < quietAfterMs,
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
