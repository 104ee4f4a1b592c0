import { request } from 'node:http';
import { idOf, type Stage, startStage } from './stage.fixture.js';

describe('what the gateway refuses by itself', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
    await stage.answer('registry', 'connectors.list', () => ({ items: [], nextCursor: null }));
    await stage.answer('subscriptions', 'refusals.record', () => ({ refusalId: idOf('ref', 1) }));
    await stage.answer('publish', 'publish', () => ({ notificationId: idOf('ntf', 1), position: 7, duplicate: false }));
  }, 60_000);
  afterAll(() => stage.stop());
  beforeEach(() => {
    stage.heard.length = 0;
  });

  it.each<[string, string, string, object, number, string]>([
    ['no key is unauthenticated', 'GET', '/v1/connectors', { key: null }, 401, 'unauthorized'],
    ['a key of another form is unauthenticated', 'GET', '/v1/connectors', { key: 'secret' }, 401, 'unauthorized'],
    ['an unknown path is not found', 'GET', '/v1/nothing', {}, 404, 'not_found'],
    ['an unknown path needs no key to be not found', 'POST', '/nothing', { key: null, body: {} }, 404, 'not_found'],
    ['a wrong method is told what is offered', 'DELETE', '/v1/notifications', {}, 405, 'method_not_allowed'],
    ['a malformed id is an unknown id', 'GET', '/v1/connectors/con_1', {}, 404, 'not_found'],
    ['an unknown query parameter is refused', 'GET', '/v1/connectors?page=2', {}, 422, 'validation_failed'],
    ['a repeated query parameter is refused', 'GET', '/v1/connectors?limit=1&limit=2', {}, 422, 'validation_failed'],
    ['a limit of 201 is refused', 'GET', '/v1/connectors?limit=201', {}, 422, 'validation_failed'],
    ['text that is no JSON is malformed', 'POST', '/v1/notifications', { text: '{"type":' }, 400, 'malformed'],
    ['a body that is not UTF-8 is malformed', 'POST', '/v1/notifications', { text: '\ufeff{}' }, 400, 'malformed'],
    [
      'a duplicate key is refused',
      'POST',
      '/v1/notifications',
      { text: '{"type":"a","type":"b","payload":{}}' },
      422,
      'validation_failed',
    ],
    [
      'a key that reaches prototypes is refused',
      'POST',
      '/v1/notifications',
      { text: '{"type":"a","payload":{"__proto__":{}}}' },
      422,
      'validation_failed',
    ],
    [
      'a number beyond a double is refused',
      'POST',
      '/v1/notifications',
      { text: '{"type":"a","payload":{"n":1e400}}' },
      422,
      'validation_failed',
    ],
    [
      'an unknown field is refused',
      'POST',
      '/v1/notifications',
      { text: '{"type":"a","payload":{},"tenant":"other"}' },
      422,
      'validation_failed',
    ],
    [
      'a publish that came out of a delivery is refused (R9)',
      'POST',
      '/v1/notifications',
      { text: '{"type":"a","payload":{}}', headers: { 'Waybill-Hop': '1' } },
      422,
      'looped',
    ],
    [
      'a reason that no row can hold is refused',
      'POST',
      `/v1/deliveries/${idOf('dlv', 1)}/cancel`,
      { text: String.raw`{"reason":"\u0000"}` },
      422,
      'validation_failed',
    ],
    ['a word to look for that no row can hold is refused', 'GET', '/v1/connectors?q=%00', {}, 422, 'validation_failed'],
    ['an id that no row can hold is unknown', 'GET', '/v1/notification-types/a%00', {}, 404, 'not_found'],
    [
      'an unknown field that no row can hold is refused, and on the record',
      'POST',
      '/v1/notifications',
      { text: String.raw`{"type":"a","payload":{},"\u0000":1}` },
      422,
      'validation_failed',
    ],
    ['a missing payload is refused', 'POST', '/v1/notifications', { text: '{"type":"a"}' }, 422, 'validation_failed'],
    [
      'another media type is refused',
      'POST',
      '/v1/notifications',
      { text: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'unsupported_media_type',
    ],
    [
      'another charset is refused',
      'POST',
      '/v1/notifications',
      { text: '{}', headers: { 'content-type': 'application/json; charset=utf-16' } },
      415,
      'unsupported_media_type',
    ],
    [
      'an encoded body is refused',
      'POST',
      '/v1/notifications',
      { text: '{}', headers: { 'content-encoding': 'gzip' } },
      415,
      'unsupported_media_type',
    ],
  ])('%s', async (_, method, path, options, status, code) => {
    const reply = await stage.send(method, path, options);
    expect([reply.status, reply.json?.code]).toEqual([status, code]);
    expect(reply.json).toMatchObject({
      status,
      instance: path.split('?')[0],
      requestId: expect.stringMatching(/^req_/),
    });
    expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const others = /keys\.verify$|refusals\.record$/;
    expect(stage.heard.filter(({ subject }) => !others.test(subject))).toEqual([]);
  });

  it.each<[string, string, string, string | null]>([
    ['that is no JSON', '{"type":', 'json_invalid', '/type'],
    ['with a duplicate key', '{"type":"a","payload":{"n":1,"n":2}}', 'json_duplicate_key', '/payload/n'],
    ['with an unknown field', '{"type":"a","payload":{},"tenant":"other"}', 'unknown_field', '/tenant'],
    ['without a payload', '{"type":"a"}', 'required', '/payload'],
  ])('puts a publish %s on the record of the tenant, once, and says under which id', async (_, text, code, pointer) => {
    const { json } = await stage.send('POST', '/v1/notifications', { text });
    expect(json).toMatchObject({ refusalId: idOf('ref', 1), errors: [{ code, pointer }] });
    const recorded = stage.heard.filter(({ subject }) => subject.endsWith('refusals.record'));
    expect(recorded.map(({ subject }) => subject)).toEqual(['waybill.v1.rpc.subscriptions.default.refusals.record']);
    expect(JSON.parse(recorded[0]?.text ?? '')).toMatchObject({ code, pointer, bytes: Buffer.byteLength(text) });
  });

  it('hands on a payload that holds what no row can, as it was written', async () => {
    const text = String.raw`{"type":"a","payload":{"k\u0000":"\u0000"}}`;
    expect((await stage.send('POST', '/v1/notifications', { text })).status).toBe(202);
    expect(stage.heard.map((heard) => heard.text)).toEqual([text]);
  });

  it('puts a publish that came out of a delivery on the record, and lets other requests with that header be', async () => {
    const headers = { 'waybill-hop': '1' };
    const { json } = await stage.send('POST', '/v1/notifications', { body: { type: 'a', payload: {} }, headers });
    expect(json).toMatchObject({ code: 'looped', refusalId: idOf('ref', 1) });
    const recorded = stage.heard.filter(({ subject }) => subject.endsWith('refusals.record'));
    expect(recorded.map(({ text }) => JSON.parse(text) as object)).toEqual([
      expect.objectContaining({ code: 'looped', pointer: null }),
    ]);
    expect((await stage.send('GET', '/v1/connectors', { headers })).status).toBe(200);
  });

  it('asks to come again where the refusal cannot be put on the record', async () => {
    await stage.answer('subscriptions', 'refusals.record', null);
    const reply = await stage.send('POST', '/v1/notifications', { text: '{"type":' });
    expect([reply.status, reply.json?.code]).toEqual([503, 'service_unavailable']);
    expect(reply.headers.get('retry-after')).toBe('1');
    await stage.answer('subscriptions', 'refusals.record', () => ({ refusalId: idOf('ref', 1) }));
  });

  it('puts nothing on the record that is no publish', async () => {
    expect((await stage.send('POST', '/v1/connectors', { text: '{"name":' })).status).toBe(400);
    expect(stage.heard.filter(({ subject }) => subject.endsWith('refusals.record'))).toEqual([]);
  });

  it('names every fault of a body with a pointer', async () => {
    const reply = await stage.send('POST', '/v1/notifications', { body: { type: 'No Type', payload: [], more: 1 } });
    const { errors } = JSON.parse(reply.text) as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer)).toEqual(['/type', '/payload', '/more']);
  });

  it('tells an unauthenticated caller how to authenticate, and a wrong method what is offered', async () => {
    expect((await stage.send('GET', '/v1/connectors', { key: null })).headers.get('www-authenticate')).toMatch(
      /^Bearer/,
    );
    expect((await stage.send('PUT', '/v1/connectors', { body: {} })).headers.get('allow')).toBe('POST, GET');
  });

  it.each([
    ['a body of 512 KiB is read', 0, 422],
    ['one byte more is too large', 1, 413],
  ])('%s', async (_, more, status) => {
    const text = `{"type":"a","payload":{},"x":"${'y'.repeat(512 * 1024 - 32 + more)}"}`;
    expect(Buffer.byteLength(text)).toBe(512 * 1024 + more);
    expect((await stage.send('POST', '/v1/notifications', { text })).status).toBe(status);
  });

  it.each([
    '//v1/connectors',
    '/V1/CONNECTORS',
    '/v1/connectors/',
    '/v1/%63onnectors',
    '/v1/./connectors',
    '/v1/connectors;a=b',
  ])('lets nobody in without a key under the spelling %s', async (path) => {
    const status = await statusOf(stage.gateway.url, path);
    expect([401, 404]).toContain(status);
  });

  it('refuses a revoked key within five seconds', async () => {
    const key = stage.keyOf('default', 'read');
    expect((await stage.send('GET', '/v1/connectors', { key })).status).toBe(200);
    stage.revoke(key);
    const revokedAtMs = Date.now();
    let status = 200;
    while (status === 200 && Date.now() - revokedAtMs < 6_000) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      status = (await stage.send('GET', '/v1/connectors', { key })).status;
    }
    expect(status).toBe(401);
    expect(Date.now() - revokedAtMs).toBeLessThan(5_000);
  }, 10_000);

  it('carries the headers that a browser needs on every answer', async () => {
    for (const path of ['/', '/v1/nothing', '/docs']) {
      const { headers } = await stage.send('GET', path);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });
});

/** As it is spelled: fetch would clean the path up. */
function statusOf(url: string, path: string): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}
