import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signCheckpoint } from '@waybill/event-log/checkpoint';
import { archiveOf, buildRange, buildSelection, noteOf, origin, signer, vkey } from '@waybill/event-log/export.fixture';
import { opensslResponse, opensslRoot } from '@waybill/event-log/time-stamp.fixture';
import { tlogProofText } from '@waybill/event-log/tlog-proof';
import { runWaybill } from './program.js';

/** A server that says what it was asked, so that the command lines can be seen from its side. */
describe('waybill', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-cli-'));
  const asked: { method: string; url: string; body: string; key: string }[] = [];
  let answer: { status: number; body: unknown; plain?: true };
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
        const text = answer.plain ? String(answer.body) : JSON.stringify(answer.body);
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
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
    ['a proof of nothing', ['proof', '--log', 'delivery-0']],
    ['growth of no log', ['consistency', '--from', '5']],
    ['shredding of nothing', ['shred', '--reason', 'x']],
    ['holding and releasing at once', ['delivery-hold', '--hold', '--release']],
    ['a reason for no hold', ['delivery-hold', '--restored']],
    ['a moment that is none', ['replay', '--decisions', '--since', 'last week']],
    ['an attempt that is none', ['replay', '--delivery', 'dlv_x', '--bytes', '--attempt', 'first']],
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
    [
      'a delivery as it was',
      ['deliveries', 'get', 'dlv_x', '--at', '2026-01-01T00:00:00Z'],
      'GET',
      '/v1/deliveries/dlv_x?at=2026-01-01T00%3A00%3A00Z',
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

  const hostile = 'gone\u001b[2J\u009b1A\u007f \u202edereviled\u2069';
  it.each<[string, string[], object]>([
    ['why', ['why', 'dlv_x'], { words: hostile, steps: [{ at: null, words: hostile }] }],
    ['a list', ['connectors', 'list'], { items: [{ id: 'con_x', name: hostile }], nextCursor: null }],
    ['one thing', ['deliveries', 'get', 'dlv_x'], { body: hostile }],
  ])('shows what a terminal would obey: %s, in words and as JSON that means the same', async (_case, args, body) => {
    answer = { status: 200, body };
    const words = (await run(...args)).out;
    expect(words).toContain('gone\\u001b[2J\\u009b1A\\u007f \\u202edereviled\\u2069');
    const { out } = await run(...args, '--json');
    for (const text of [words, out]) expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/); // prettier-ignore
    expect(JSON.parse(out)).toEqual(body);
  });

  it('shows what a terminal would obey in what it is refused with, and in what it was given', async () => {
    answer = { status: 422, body: { code: 'validation_failed', detail: hostile } };
    expect((await run('connectors', 'get', 'con_x')).err).toBe(
      'validation_failed: gone\\u001b[2J\\u009b1A\\u007f \\u202edereviled\\u2069\n',
    );
    expect((await run('\u001b[2J')).err).toContain("unknown command '\\u001b[2J'");
  });

  it('says why nothing is sent, holds and releases, and answers 1 while a release is not on the record', async () => {
    const one = { id: 'x', reason: 'restored', since: 'then', by: 'operator:eve', releaseAskedAt: null };
    answer = { status: 200, body: { held: true, since: 'then', holds: [one] } };
    expect(await run('delivery-hold')).toEqual({
      code: 0,
      out: 'held since then; nothing is sent\n  restored since then by operator:eve\n',
      err: '',
    });
    expect((await run('delivery-hold', '--hold', '--restored')).code).toBe(0);
    expect(await run('delivery-hold', '--release')).toMatchObject({ code: 1 });
    expect(asked.map(({ method, url: path, body }) => [method, path, body])).toEqual([
      ['GET', '/v1/delivery-hold', ''],
      ['POST', '/v1/delivery-hold', '{"reason":"restored"}'],
      ['POST', '/v1/delivery-hold/release', '{}'],
    ]);
    answer = { status: 200, body: { held: false, since: null, holds: [] } };
    expect(await run('delivery-hold', '--release')).toMatchObject({
      code: 0,
      out: 'deliveries leave; nothing is held\n',
    });
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

  it('holds an export to every checkpoint of an anchor, and to none that it cannot be compared with', async () => {
    const file = join(folder, 'export.tar');
    const anchors = join(folder, 'anchors');
    const anchor = (size: number, note = noteOf(size)): void => {
      mkdirSync(join(anchors, 'delivery-0'), { recursive: true });
      writeFileSync(join(anchors, 'delivery-0', `${String(size).padStart(16, '0')}.checkpoint`), note);
    };
    writeFileSync(file, archiveOf(buildRange(12)));
    for (const size of [1, 5, 8, 12]) anchor(size);
    const whole = await run('verify', file, '--key', vkey, '--anchors', anchors);
    expect([whole.code, whole.out]).toEqual([0, expect.stringContaining('it extends 4 older checkpoints')]);
    writeFileSync(file, archiveOf(buildRange(12, 6, 12)));
    const part = await run('verify', file, '--key', vkey, '--anchors', anchors);
    expect([part.code, part.out]).toEqual([
      0,
      expect.stringMatching(/Whether the log extends the older checkpoint of 1 events/),
    ]);
    // Somebody with the key has rewritten history: only the anchor still knows.
    writeFileSync(file, archiveOf(buildRange(12)));
    anchor(5, signCheckpoint({ origin, size: 5, rootHash: Buffer.alloc(32, 1) }, signer));
    const rewritten = await run('verify', file, '--key', vkey, '--anchors', anchors);
    expect([rewritten.code, rewritten.out]).toEqual([
      1,
      expect.stringContaining('does not extend the older checkpoint'),
    ]);
    anchor(5);
    // The end was cut off: an anchor knows more than the export.
    anchor(20);
    const cut = await run('verify', file, '--key', vkey, '--anchors', anchors, '--json');
    expect([cut.code, cut.out]).toEqual([
      1,
      expect.stringContaining('a checkpoint of 20 events was given, this one has 12'),
    ]);
    expect((await run('verify', file, '--key', vkey, '--anchors', join(folder, 'none'))).code).toBe(2);
  });

  it('checks the time stamps beside anchored checkpoints when it is given the root of their authority', async () => {
    const anchors = join(folder, 'stamped', 'delivery-0');
    const file = join(folder, 'export.tar');
    const ca = join(folder, 'tsa.pem');
    mkdirSync(anchors, { recursive: true });
    writeFileSync(file, archiveOf(buildRange(12)));
    writeFileSync(ca, opensslRoot);
    writeFileSync(join(anchors, '0000000000000005.checkpoint'), noteOf(5));
    // Of another text: a stamp that was moved here.
    writeFileSync(join(anchors, '0000000000000005.checkpoint.tsr'), opensslResponse);
    const args = ['verify', file, '--key', vkey, '--anchors', join(folder, 'stamped')];
    const unchecked = await run(...args);
    expect([unchecked.code, unchecked.out]).toEqual([0, expect.stringContaining('1 time stamps were not checked')]);
    const checked = await run(...args, '--tsa-ca', ca);
    expect([checked.code, checked.out]).toEqual([1, expect.stringMatching(/FALSE TIME STAMP .*something else/)]);
  });

  it('takes checkpoints, receipts and proofs of growth home byte for byte, and checks them without a server', async () => {
    const [older, newer] = [join(folder, 'five.checkpoint'), join(folder, 'twelve.checkpoint')];
    writeFileSync(older, noteOf(5));
    answer = { status: 200, body: noteOf(12), plain: true };
    await run('checkpoint', '--log', 'delivery-0', '-o', newer);
    expect(readFileSync(newer, 'utf8')).toBe(noteOf(12));
    const [line] = buildSelection(12, [7]).lines;
    const hashes = (line?.proof ?? []).map((hash) => Buffer.from(hash, 'base64'));
    const extra = Buffer.from(line?.entry ?? '', 'base64');
    answer = { status: 200, body: tlogProofText({ index: 6, hashes, checkpoint: noteOf(12), extra }), plain: true };
    const receipt = join(folder, 'receipt');
    await run('proof', '--log', 'delivery-0', '--position', '7', '-o', receipt);
    expect((await run('proof', '--notification', 'ntf_x')).out).toBe(answer.body);
    await run('consistency', '--from', older, '--to', newer);
    expect(asked.map(({ url: path }) => path)).toEqual([
      '/v1/log/delivery-0/checkpoint',
      '/v1/log/delivery-0/proof?position=7&entry=true',
      '/v1/notifications/ntf_x/receipt',
      '/v1/log/delivery-0/consistency?from=5&to=12',
    ]);
    asked.length = 0;
    const verified = await run('verify', receipt, '--key', vkey);
    expect([verified.code, verified.out]).toEqual([
      0,
      expect.stringMatching(/position 7 of 12 .*\n.*AttemptStarted, version 4 of delivery-a/),
    ]);
    writeFileSync(receipt, readFileSync(receipt, 'utf8').replace('index 6', 'index 7'));
    expect((await run('verify', receipt, '--key', vkey)).code).toBe(1);
    expect(asked).toEqual([]);
  });
});
