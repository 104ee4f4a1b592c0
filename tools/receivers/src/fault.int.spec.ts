import { request, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { ReceiversClient } from './client.js';
import type { ScriptedAnswer } from './script.js';
import { startReceivers, type Receivers } from './start.js';

describe('a scripted fault', () => {
  let receivers: Receivers;
  let client: ReceiversClient;

  beforeAll(async () => {
    receivers = await startReceivers({ httpPort: 0, smtpPort: 0 });
    client = new ReceiversClient(receivers.httpUrl);
  });
  afterAll(() => receivers.close());
  beforeEach(() => client.reset());

  /** Sends one request and gives its answer's head; the body is the caller's. */
  const sent = (options: object = {}): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const outgoing = request(`${receivers.httpUrl}/webhook/f`, { method: 'POST', agent: false, ...options }, resolve);
      outgoing.on('error', reject);
      outgoing.end('{}');
    });
  const play = async (answer: ScriptedAnswer, options: object = {}): Promise<IncomingMessage> => {
    await client.script('webhook', 'f', [answer]);
    return sent(options);
  };
  const bytesOf = async (response: IncomingMessage): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  };

  it('resets without an answer, but keeps what came', async () => {
    await expect(play({ fault: 'reset' })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await client.received()).toMatchObject([{ body: '{}', status: null, verdict: 'scripted fault reset' }]);
  });

  it('closes without an answer', async () => {
    await expect(play({ fault: 'close' })).rejects.toMatchObject({ code: 'ECONNRESET', message: 'socket hang up' });
  });

  it('resets in the middle of an answer', async () => {
    const response = await play({ fault: 'reset-after-headers', status: 201 });
    expect(response.statusCode).toBe(201);
    await expect(bytesOf(response)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('hangs', async () => {
    const timeout = AbortSignal.timeout(200);
    await expect(play({ fault: 'hang' }, { signal: timeout })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('drips', async () => {
    const response = await play({ fault: 'slow-loris', delayMs: 5 });
    const chunks = [];
    for await (const chunk of response) if (chunks.push(chunk) === 3) break;
    expect(Buffer.concat(chunks as Buffer[]).toString()).toMatch(/^\.{3,}$/);
  });

  it('pours as many bytes as it is told', async () => {
    const response = await play({ fault: 'huge-body', size: 1_000_001 });
    expect(await bytesOf(response)).toHaveLength(1_000_001);
  });

  it('stops pouring when the sender lets go', async () => {
    const response = await play({ fault: 'huge-body' });
    for await (const chunk of response) if ((chunk as Buffer).length > 0) break;
    expect((await sent()).statusCode).toBe(200);
  });

  it('sends a bomb', async () => {
    const response = await play({ fault: 'gzip-bomb', size: 1_000_000 });
    const packed = await bytesOf(response);
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(packed.length).toBeLessThan(5_000);
    expect(gunzipSync(packed)).toHaveLength(1_000_000);
  });

  it('floods with headers', async () => {
    await expect(play({ fault: 'header-flood' })).rejects.toMatchObject({ code: 'HPE_HEADER_OVERFLOW' });
  });

  it('writes raw bytes', async () => {
    const bytes = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx';
    await expect(play({ fault: 'raw', body: bytes })).rejects.toMatchObject({ code: expect.stringMatching(/^HPE_/) });
  });

  it('has done what it was asked before its answer comes late', async () => {
    const before = Date.now();
    const late = play({ delayMs: 2_000 });
    const items = await client.waitFor({ target: 'webhook' }, 1, 1_500);
    expect(items.map(({ verdict }) => verdict)).toEqual(['accepted']);
    expect(Date.now() - before).toBeLessThan(2_000);
    await late;
  });

  it('waits, and then lets the room answer', async () => {
    const before = Date.now();
    const response = await play({ delayMs: 100 });
    expect(response.statusCode).toBe(200);
    expect(Date.now() - before).toBeGreaterThanOrEqual(95);
  });

  it('is played in order and as often as it says, then the room answers again', async () => {
    await client.script('webhook', 'f', [
      { status: 503, headers: { 'retry-after': 'soon' }, times: 2 },
      { status: 404 },
    ]);
    const seen = [];
    for (let i = 0; i < 4; i += 1) {
      const response = await sent();
      seen.push([response.statusCode, response.headers['retry-after'] ?? null]);
    }
    expect(seen).toEqual([
      [503, 'soon'],
      [503, 'soon'],
      [404, null],
      [200, null],
    ]);
  });

  it.each([
    ['a script without answers', { target: 'webhook' }],
    ['an unknown target', { target: 'fax', answers: [] }],
    ['an unknown fault', { target: 'webhook', answers: [{ fault: 'flood' }] }],
    ['an unknown member', { target: 'webhook', answers: [{ code: 200 }] }],
    ['a status of 99', { target: 'webhook', answers: [{ status: 99 }] }],
  ])('is refused as %s', async (_title, script) => {
    const response = await fetch(`${receivers.httpUrl}/_script`, { method: 'POST', body: JSON.stringify(script) });
    expect(response.status).toBe(400);
  });
});
