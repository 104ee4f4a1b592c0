import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { connectTimeoutMs, tlsTimeoutMs } from './dial.js';
import { bodyIdleTimeoutMs } from './exchange.js';
import { doorTo, isWholeRequest, listen, postTo } from './rooms.spec.js';
import type { HttpSent } from './send-http.js';

/** Far above the waits within it, so that what ends an attempt here is one of these and not its own deadline. */
const limits = { timeoutMs: 30_000 };
const open: (() => Promise<unknown> | void)[] = [];

/** A port whose queue of connections is full and is never taken from: the kernel answers nobody who knocks. */
async function deafPort(): Promise<number> {
  const woken = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const server = require('node:net').createServer().listen(0, '127.0.0.1', 1, () => {
       parentPort.postMessage(server.address().port);
       setImmediate(() => { Atomics.wait(workerData, 0, 0); process.exit(); });
     });`,
    { eval: true, workerData: woken },
  );
  const exited = new Promise((done) => thread.once('exit', done));
  open.push(() => {
    Atomics.store(woken, 0, 1);
    Atomics.notify(woken, 0);
    return exited;
  });
  const port = await new Promise<number>((done) => thread.once('message', done));
  // Linux keeps one more than the queue was asked for.
  for (let place = 0; place < 2; place += 1) {
    const socket = connect(port, '127.0.0.1');
    open.push(() => void socket.destroy());
    await new Promise((done) => socket.once('connect', done));
  }
  return port;
}

/** A target that reads, says this much of an answer and no more. */
async function stalledPort(said: string): Promise<number> {
  const listener = await listen((socket, text) => {
    if (said !== '' && isWholeRequest(text)) socket.write(said);
  });
  open.push(() => listener.close());
  return listener.port;
}

async function sentTo(scheme: string, port: number): Promise<HttpSent> {
  const door = doorTo([port]);
  open.push(() => door.close());
  return door.sendHttp(postTo(`${scheme}://127.0.0.1:${port}/hook`), {}, limits);
}

describe('a target that is silent', () => {
  let connecting: HttpSent;
  let handshaking: HttpSent;
  let answering: HttpSent;

  // Side by side: each of them takes its five seconds.
  beforeAll(async () => {
    const [deaf, mute, half] = await Promise.all([
      deafPort(),
      stalledPort(''),
      stalledPort('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'),
    ]);
    [connecting, handshaking, answering] = await Promise.all([
      sentTo('http', deaf),
      sentTo('https', mute),
      sentTo('http', half),
    ]);
  });
  afterAll(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });

  it('while it is connected to is given up long before the deadline of the attempt', () => {
    expect(connecting.answer).toMatchObject({
      kind: 'none',
      sent: false,
      code: 'connect_failed',
      message: 'No connection in time.',
      retry: 'later',
    });
    expect(connecting.timingsMs.total).toBeGreaterThan(connectTimeoutMs - 100);
  });

  it('in the handshake of TLS is given up long before the deadline of the attempt', () => {
    expect(handshaking.answer).toMatchObject({
      kind: 'none',
      sent: false,
      code: 'tls_failed',
      message: 'TLS: no handshake in time.',
      retry: 'later',
    });
    expect(handshaking.timingsMs.total).toBeGreaterThan(tlsTimeoutMs - 100);
  });

  it('in the middle of its answer is given up long before the deadline of the attempt', () => {
    expect(answering.answer).toMatchObject({
      kind: 'none',
      sent: true,
      code: 'timeout',
      message: `The answer stood still for ${bodyIdleTimeoutMs} ms.`,
      retry: 'later',
    });
    expect(answering.timingsMs.total).toBeGreaterThan(bodyIdleTimeoutMs - 100);
  });
});
