import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archiveOf, buildRange, noteOf, vkey } from '@waybill/event-log/export.fixture';
import { runWaybill } from './program.js';

/** A server that says what it was asked, so that the command lines can be seen from its side. */
describe('waybill', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-cli-'));
  const asked: { method: string; url: string; body: string; key: string }[] = [];
  let answer: { status: number; body: unknown };
  let server: Server;
  let url: string;

  const run = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
    let [out, err] = ['', ''];
    const code = await runWaybill(args, {
      out: (text) => (out += text),
      err: (text) => (err += text),
      environment: { WAYBILL_URL: url, WAYBILL_KEY: 'wb_1_secret' },
    });
    return { code, out, err };
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        asked.push({ method, url: path, body, key: headers.authorization ?? '' });
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked.length = 0;
    answer = { status: 200, body: { items: [], nextCursor: null } };
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each<[string, string[]]>([
    ['no command', []],
    ['an unknown command', ['fly']],
    ['an unknown option', ['why', 'ntf_x', '--loud']],
    ['a missing argument', ['why']],
    ['a missing key', ['verify', 'export.tar']],
    ['a file that is not there', ['verify', '/nowhere/export.tar', '--key', vkey]],
    ['a payload that is no JSON', ['publish', 'incident', '{oops']],
    ['a redelivery of everything', ['redeliver']],
    ['shredding of nothing', ['shred', '--reason', 'x']],
    ['a time that is none', ['replay', '--log', 'delivery-0', '--until', 'yesterday']],
  ])('answers 2 to wrong usage: %s', async (_case, args) => {
    expect(await run(...args)).toMatchObject({ code: 2, out: '' });
  });

  it.each<[string, string[], string, string]>([
    ['a list', ['deliveries', 'list', '--status', 'delivered'], 'GET', '/v1/deliveries?limit=50&status=delivered'],
    [
      'one thing at a time',
      ['connectors', 'get', 'con_x', '--at', '2026-01-01T00:00:00Z'],
      'GET',
      '/v1/connectors/con_x?at=2026-01-01T00%3A00%3A00Z',
    ],
    ['a redelivery', ['redeliver', 'dlv_x', '--mode', 'render-again'], 'POST', '/v1/deliveries/dlv_x/redeliver'],
    ['a hold', ['hold', '--notification', 'ntf_x', '--reason', 'court'], 'POST', '/v1/legal-holds'],
  ])('asks the API for %s, with the key', async (_case, args, method, path) => {
    expect((await run(...args)).code).toBe(0);
    expect(asked[0]).toMatchObject({ method, url: path, key: 'Bearer wb_1_secret' });
  });

  it('answers JSON with --json, also below another command', async () => {
    expect(JSON.parse((await run('deliveries', 'list', '--json')).out)).toEqual({ items: [], nextCursor: null });
  });

  it('publishes a payload in the spelling it was given', async () => {
    answer = { status: 202, body: { notificationId: 'ntf_x', position: 7, duplicate: false } };
    const { code, out } = await run('publish', 'incident', '{"n": 1.50, "big": 12345678901234567890}', '--id', 'a');
    expect([code, out]).toEqual([0, 'ntf_x is recorded at position 7 of subscriptions-0\n']);
    expect(asked[0]?.body).toBe('{"type":"incident","id":"a","payload":{"n": 1.50, "big": 12345678901234567890}}');
  });

  it('answers 1 to a refusal, in the words of the server', async () => {
    answer = { status: 410, body: { code: 'connector_deleted', detail: 'It is gone.', requestId: 'req_1' } };
    expect(await run('connectors', 'get', 'con_x')).toEqual({
      code: 1,
      out: '',
      err: 'connector_deleted: It is gone.\n  (request req_1)\n',
    });
  });

  it('never says the key', async () => {
    const { out } = await run('config');
    expect(out).toContain('wb_1_…');
    expect(out).not.toContain('secret');
  });

  it('verifies without asking anybody, and says where an export is bad', async () => {
    const file = join(folder, 'export.tar');
    const older = join(folder, 'older.checkpoint');
    writeFileSync(file, archiveOf(buildRange(12)));
    writeFileSync(older, noteOf(5));
    expect(await run('verify', file, '--key', vkey, '--previous', older)).toMatchObject({ code: 0, err: '' });
    const built = buildRange(12);
    writeFileSync(file, archiveOf({ ...built, lines: built.lines.filter(({ position }) => position !== 7) }));
    const { code, out } = await run('verify', file, '--key', vkey, '--json');
    const { verified, logs } = JSON.parse(out) as { verified: boolean; logs: { firstBad: { position: number } }[] };
    expect([code, verified, logs[0]?.firstBad.position]).toEqual([1, false, 7]);
    expect(asked).toEqual([]);
  });
});
