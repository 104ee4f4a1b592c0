import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A TCP proxy that breaks connections the ways networks do. Faults hold for connections made after they are set
 * (`pause` and `cutAll` also for those that exist), until `heal`.
 */
export interface FaultProxy {
  readonly port: number;
  /** Connections made so far. */
  readonly connections: number;
  /** Every chunk waits this long, in both directions. */
  delay(ms: number): void;
  /** Both sides are reset once so many bytes went from the client to the server (`up`) or back (`down`). */
  cutAfter(bytes: number, direction: 'up' | 'down'): void;
  /** The server gets everything, the client hears nothing: an answer lost on the way. */
  swallowReplies(): void;
  /** Nothing flows, nothing closes: a stalled network. `heal` lets it flow again. */
  pause(): void;
  /** New connections are reset at once. */
  refuse(): void;
  /** Resets every connection that exists. */
  cutAll(): void;
  heal(): void;
  close(): Promise<void>;
}

type Fault =
  | { kind: 'none' }
  | { kind: 'delay'; ms: number }
  | { kind: 'cut'; bytes: number; direction: 'up' | 'down' }
  | { kind: 'swallow' }
  | { kind: 'refuse' };

/** Listens on a free port of the loopback address and passes on to `target`. */
export async function openFaultProxy(target: { port: number; host?: string }): Promise<FaultProxy> {
  let fault: Fault = { kind: 'none' };
  let paused = false;
  let connections = 0;
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer({ pauseOnConnect: true }, (client) => {
    connections += 1;
    if (fault.kind === 'refuse') return void client.resetAndDestroy();
    const upstream = connect({ port: target.port, host: target.host ?? '127.0.0.1' });
    const pair = [client, upstream] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of pair) socket.setNoDelay(true).on('error', end).on('close', end);
    carry(client, upstream, 'up', pair, fault);
    carry(upstream, client, 'down', pair, fault);
    if (paused) upstream.pause();
    else client.resume();
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const setPaused = (to: boolean): void => {
    paused = to;
    for (const socket of [...pairs].flat())
      if (to) socket.pause();
      else socket.resume();
  };
  const cutAll = (): void => {
    for (const pair of [...pairs]) reset(pair);
  };
  return {
    port: portOf(server),
    get connections() {
      return connections;
    },
    delay: (ms) => void (fault = { kind: 'delay', ms }),
    cutAfter: (bytes, direction) => void (fault = { kind: 'cut', bytes, direction }),
    swallowReplies: () => void (fault = { kind: 'swallow' }),
    pause: () => setPaused(true),
    refuse: () => void (fault = { kind: 'refuse' }),
    cutAll,
    heal: () => {
      fault = { kind: 'none' };
      setPaused(false);
    },
    close: async () => {
      cutAll();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** One direction of one connection, under the fault that held when it was made. */
function carry(
  from: Socket,
  to: Socket,
  direction: 'up' | 'down',
  pair: readonly [Socket, Socket],
  fault: Fault,
): void {
  let passed = 0;
  from.on('data', (chunk: Buffer) => {
    if (fault.kind === 'swallow' && direction === 'down') return;
    if (fault.kind === 'delay') return void setTimeout(() => to.writable && to.write(chunk), fault.ms);
    if (fault.kind === 'cut' && fault.direction === direction && passed + chunk.length >= fault.bytes) {
      const rest = chunk.subarray(0, fault.bytes - passed);
      passed = fault.bytes;
      return void to.write(rest, () => reset(pair));
    }
    passed += chunk.length;
    // Without this a slow reader would make the proxy hold everything in memory.
    if (!to.write(chunk)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
  });
  from.on('end', () => to.end());
}

function reset(pair: readonly [Socket, Socket]): void {
  for (const socket of pair) socket.resetAndDestroy();
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return address.port;
}
