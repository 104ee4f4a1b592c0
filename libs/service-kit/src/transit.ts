import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Node reads what comes over HTTP into one piece of 64 KiB, which it keeps: so much fills it, whatever else is read meanwhile. */
const readThroughBytes = 1_024 * 1_024;
/** Nested calls that reach below everything that a request has left on the stack; 4,000 of them take less than what Node allows. */
const callsDeep = 4_000;

/**
 * What only passes through a process, and is for nobody to find in it later, as in a dump of its memory. V8 does not clear what it gives back,
 * nor does Node what it has read, nor the C library unless told so: see `manageMemory`, and `transitEnvironment` in
 * tools/dev-stack/src/services.ts.
 */
export class Transit {
  private hasCome = false;

  /** Something came that is to be forgotten, and is dealt with: nobody needs it any more. */
  came(): void {
    this.hasCome = true;
  }

  /** Whether something came since this was asked last. */
  take(): boolean {
    const { hasCome } = this;
    this.hasCome = false;
    return hasCome;
  }

  /** Overwrites what is never given back: what was read last, and the stack. */
  async overwrite(): Promise<void> {
    await readSomethingElse();
    overwriteStack(callsDeep, 0, 0, 0, 0, 0, 0);
  }
}

/** Only what comes over a real connection goes through the piece in question. */
async function readSomethingElse(): Promise<void> {
  const server = createServer((asked, answer) => asked.resume().once('end', () => answer.end()));
  await new Promise<void>((resolve, reject) => void server.once('error', reject).listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    await new Promise<void>((resolve, reject) => {
      const asking = request({ host: '127.0.0.1', port, method: 'POST', agent: false }, (answer) =>
        answer.resume().once('end', resolve),
      );
      asking.once('error', reject).end(Buffer.alloc(readThroughBytes, '.'));
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function overwriteStack(calls: number, a: number, b: number, c: number, d: number, e: number, f: number): number {
  return calls === 0 ? a + b + c + d + e + f : 1 + overwriteStack(calls - 1, a, b, c, d, e, f);
}
