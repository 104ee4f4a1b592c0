import { gzipSync } from 'node:zlib';
import type { Answer, HttpAnswer, NoAnswer } from '@waybill/contracts/sending/request';
import type { Egress } from './egress.js';
import { bodyKeptBytesMax, bodyReadBytesMax, interimAnswersMax } from './exchange.js';
import { headersCountMax } from './headers.js';
import { answering, doorTo, isWholeRequest, listen, ok, postTo } from './rooms.spec.js';
import type { Listener } from './rooms.spec.js';

/** Far more than anything here takes: time is the subject only where it is given. */
const limits = { timeoutMs: 30_000 };
let listener: Listener | null = null;
let door: Egress | null = null;

afterEach(async () => {
  await door?.close();
  await listener?.close();
  door = listener = null;
});

async function open(promised: Promise<Listener>): Promise<{ egress: Egress; listener: Listener }> {
  listener = await promised;
  door = doorTo([listener.port]);
  return { egress: door, listener };
}

async function answerOf(promised: Promise<Listener>, timeoutMs = limits.timeoutMs): Promise<Answer> {
  const { egress, listener: heard } = await open(promised);
  return (await egress.sendHttp(postTo(heard.url), {}, { timeoutMs })).answer;
}

const httpOf = (answer: Answer): HttpAnswer => {
  if (answer.kind !== 'http') throw new Error(`no answer: ${JSON.stringify(answer)}`);
  return answer;
};
const noneOf = (answer: Answer): NoAnswer => {
  if (answer.kind !== 'none') throw new Error(`an answer: ${JSON.stringify(answer)}`);
  return answer;
};

describe('an ordinary request', () => {
  it('arrives as it was written, says who it is from, and brings the answer back unchanged', async () => {
    const said =
      'HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\ncontent-length: 9\r\n\r\n{"é":"ü"}';
    const { egress, listener: heard } = await open(
      answering(said.replace('length: 9', `length: ${Buffer.byteLength('{"é":"ü"}')}`)),
    );
    const sent = await egress.sendHttp(postTo(heard.url), {}, limits);
    expect(heard.received[0]).toBe(
      `POST /hook HTTP/1.1\r\nhost: 127.0.0.1:${heard.port}\r\nconnection: keep-alive\r\n` +
        'content-type: application/json\r\nuser-agent: Waybill\r\naccept-encoding: identity\r\nwaybill-hop: 1\r\n' +
        'content-length: 16\r\n\r\n{"text":"hello"}',
    );
    expect(httpOf(sent.answer)).toMatchObject({ status: 429, body: '{"é":"ü"}', bodyTruncated: false });
    expect(httpOf(sent.answer).headers).toMatchObject({ 'retry-after': '7', 'set-cookie': 'a=1, b=2' });
    expect(sent.allowEntry).toBe(`127.0.0.1/32:${heard.port}-${heard.port}`);
    expect(sent.timingsMs.connect).toBeGreaterThan(0);
    expect(sent.timingsMs.total).toBeGreaterThanOrEqual(sent.timingsMs.firstByte);
  });

  it('keeps its connection for the next one', async () => {
    const { egress, listener: heard } = await open(answering(ok));
    for (let turn = 0; turn < 20; turn += 1) httpOf((await egress.sendHttp(postTo(heard.url), {}, limits)).answer);
    // Two, because undici frees a connection one turn of the event loop after its answer.
    expect(heard.connections).toBeLessThanOrEqual(2);
    expect((await egress.sendHttp(postTo(heard.url), {}, limits)).timingsMs.connect).toBe(0);
  });

  it.each([301, 302, 303, 307, 308])('does not follow a %d and shows where it points', async (status) => {
    const sink = await answering(ok);
    const { egress, listener: heard } = await open(
      answering(`HTTP/1.1 ${status} Moved\r\nlocation: ${sink.url}\r\ncontent-length: 0\r\n\r\n`),
    );
    const answer = httpOf((await egress.sendHttp(postTo(heard.url), {}, limits)).answer);
    expect(answer).toMatchObject({ status, headers: { location: sink.url } });
    expect(sink.connections).toBe(0);
    await sink.close();
  });

  it('takes no proxy from the environment', async () => {
    const proxy = await answering(ok);
    const before = { ...process.env };
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'all_proxy'])
      process.env[name] = proxy.url;
    process.env['NODE_USE_ENV_PROXY'] = '1';
    try {
      httpOf(await answerOf(answering(ok)));
      expect(proxy.connections).toBe(0);
    } finally {
      process.env = before;
      await proxy.close();
    }
  });
});

describe('a hostile answer', () => {
  it('of endless length is read to the limit, kept to its own, and the connection destroyed (IN-33)', async () => {
    let isClosed = false;
    const answer = httpOf(
      await answerOf(
        listen((socket, text) => {
          if (!isWholeRequest(text)) return;
          socket.write('HTTP/1.1 500 Oops\r\ntransfer-encoding: chunked\r\n\r\n');
          const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
          const pump = (): void => {
            while (!socket.destroyed && socket.write(chunk));
          };
          socket.on('drain', pump);
          socket.on('close', () => {
            isClosed = true;
          });
          pump();
        }),
      ),
    );
    expect(answer).toMatchObject({ status: 500, body: 'x'.repeat(bodyKeptBytesMax), bodyTruncated: true });
    for (let turn = 0; turn < 100 && !isClosed; turn += 1) await new Promise((done) => setTimeout(done, 10));
    expect(isClosed).toBe(true);
  });

  it.each([
    ['at the kept limit is whole', bodyKeptBytesMax, bodyKeptBytesMax, false],
    ['one past the kept limit is cut', bodyKeptBytesMax + 1, bodyKeptBytesMax, true],
    ['at the read limit is cut', bodyReadBytesMax, bodyKeptBytesMax, true],
    ['one past the read limit is cut', bodyReadBytesMax + 1, bodyKeptBytesMax, true],
  ])('%s', async (_what, bytes, kept, isCut) => {
    const answer = httpOf(
      await answerOf(answering(`HTTP/1.1 200 OK\r\ncontent-length: ${bytes}\r\n\r\n${'y'.repeat(bytes)}`)),
    );
    expect(answer.body).toHaveLength(kept);
    expect(answer.bodyTruncated).toBe(isCut);
  });

  it('is not cut inside a character', async () => {
    const body = `${'y'.repeat(bodyKeptBytesMax - 2)}🚨🚨`;
    const answer = httpOf(
      await answerOf(answering(`HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)),
    );
    expect(answer.body).toBe('y'.repeat(bodyKeptBytesMax - 2));
    expect(answer.bodyTruncated).toBe(true);
  });

  it('in gzip that nobody asked for stays as it is, never unpacked (IN-34)', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const answer = httpOf(
      await answerOf(
        listen((socket, text) => {
          if (!isWholeRequest(text)) return;
          socket.write(
            `HTTP/1.1 200 OK\r\ncontent-encoding: ${Array(1000).fill('gzip').join(',')}\r\ncontent-length: ${bomb.length}\r\n\r\n`,
          );
          socket.write(bomb);
        }),
      ),
    );
    expect(answer.status).toBe(200);
    expect(answer.body.length).toBeLessThanOrEqual(bodyKeptBytesMax);
  });

  it.each([
    ['whose head never comes', 'the answer', (): string => ''],
    [
      'whose head drips',
      'the answer',
      (turn: number): string => (turn === 0 ? 'HTTP/1.1 200 OK\r\n' : `x-${turn}: 1\r\n`),
    ],
    [
      'whose body drips',
      'the whole answer',
      (turn: number): string => (turn === 0 ? 'HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n' : 'x'),
    ],
  ])('%s ends at the deadline, and the phase is named (IN-35)', async (_what, phase, piece) => {
    const begun = performance.now();
    const answer = noneOf(
      await answerOf(
        listen((socket, text) => {
          if (!isWholeRequest(text)) return;
          let turn = 0;
          const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write(piece(turn++))), 50);
        }),
        500,
      ),
    );
    expect(answer).toMatchObject({
      code: 'timeout',
      sent: true,
      retry: 'later',
      message: expect.stringMatching(new RegExp(`for ${phase}\\.$`)),
    });
    expect(performance.now() - begun).toBeLessThan(1500);
  });

  it.each([
    ['101 without being asked', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ['a flood of interim answers', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(interimAnswersMax + 1)],
    ['a body after 204', 'HTTP/1.1 204 No Content\r\ncontent-length: 4\r\n\r\nbody'],
    ['HTTP/0.9', 'hello world\r\n'],
    ['a bad chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nokk'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nok'],
    ['a head of more than 16 KiB', `HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(17_000)}\r\ncontent-length: 2\r\n\r\nok`],
    ['20,000 headers', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(20_000)}content-length: 2\r\n\r\nok`],
    ['one header too many', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(headersCountMax)}content-length: 2\r\n\r\nok`],
  ])('with %s breaks HTTP (IN-37, IN-38)', async (_what, said) => {
    expect(noneOf(await answerOf(answering(said)))).toMatchObject({
      code: 'protocol_error',
      sent: true,
      retry: 'later',
    });
    // The next request gets a fresh connection and no rest of the last answer.
    const before = listener?.connections ?? 0;
    await door?.sendHttp(postTo(listener?.url ?? ''), {}, { timeoutMs: 500 });
    expect(listener?.connections).toBe(before + 1);
  });

  it.each([
    ['interim answers up to the limit', `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(interimAnswersMax)}${ok}`],
    [
      'headers up to the limit',
      `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(headersCountMax - 1)}content-length: 2\r\n\r\nok`,
    ],
    ['a body that ends with the connection', 'end'],
  ])('with %s is still an answer', async (_what, said) => {
    const promised =
      said === 'end'
        ? listen((socket, text) => {
            if (isWholeRequest(text)) socket.end('HTTP/1.1 200 OK\r\n\r\nok');
          })
        : answering(said);
    expect(httpOf(await answerOf(promised))).toMatchObject({ status: 200, body: 'ok' });
  });

  it('that never comes, because the target closes after reading, may mean that it has arrived (IN-39)', async () => {
    const closing = listen((socket, text) => {
      if (isWholeRequest(text)) socket.end();
    });
    expect(noneOf(await answerOf(closing))).toMatchObject({ code: 'reset', sent: true, retry: 'later' });
  });

  it.each([
    ['in the same packet', `${ok}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil`, 0],
    ['a moment later', 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil', 30],
  ])('that nobody asked for, %s, never answers the next request (IN-40)', async (_when, said, delayMs) => {
    const { egress, listener: heard } = await open(
      listen((socket, text) => {
        if (!isWholeRequest(text)) return;
        if (delayMs > 0) socket.write(ok);
        setTimeout(() => socket.destroyed || socket.write(said), delayMs);
      }),
    );
    for (let turn = 0; turn < 3; turn += 1) {
      expect(httpOf((await egress.sendHttp(postTo(heard.url), {}, limits)).answer).body).toBe('ok');
      await new Promise((done) => setTimeout(done, 80));
    }
    expect(heard.connections).toBe(3);
  });
});

describe('what was sent', () => {
  it('is false where nobody listens', async () => {
    const gone = await answering(ok);
    await gone.close();
    door = doorTo([gone.port]);
    expect(noneOf((await door.sendHttp(postTo(gone.url), {}, limits)).answer)).toMatchObject({
      code: 'connect_failed',
      sent: false,
      retry: 'later',
      message: 'No connection (ECONNREFUSED).',
    });
  });

  it.each([
    ['a header with a line end', { headers: { 'x-a': 'a\r\nx-evil: 1' } }, 'header_invalid'],
    ["a header that is not the connector's to set", { headers: { Host: 'evil.example' } }, 'header_invalid'],
    ['one header twice', { headers: { 'X-A': '1', 'x-a': '2' } }, 'header_invalid'],
    ['a secret that is not set', { auth: { kind: 'bearer', tokenSecret: 'token' } }, 'secret_missing'],
    ['a method of its own', { method: 'TRACE' }, 'request_invalid'],
    ['a body past the limit', { body: 'x'.repeat(1024 * 1024 + 1) }, 'request_invalid'],
  ] as const)('is nothing for %s', async (_what, changes, code) => {
    const { egress, listener: heard } = await open(answering(ok));
    const sent = await egress.sendHttp(postTo(heard.url, changes), {}, limits);
    expect(noneOf(sent.answer)).toMatchObject({ code, sent: false, retry: 'never' });
    expect(heard.connections).toBe(0);
  });
});
