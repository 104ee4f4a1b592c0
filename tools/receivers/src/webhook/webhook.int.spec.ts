import { request as httpsRequest } from 'node:https';
import { ReceiversClient } from '../client.js';
import { send, type RawAnswer } from '../raw-request.spec.js';
import { startReceivers, type Receivers } from '../start.js';
import { signatureOf } from './signature.js';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;

describe('the webhook receiver', () => {
  let receivers: Receivers;
  let client: ReceiversClient;

  beforeAll(async () => {
    receivers = await startReceivers({ httpPort: 0, smtpPort: 0 });
    client = new ReceiversClient(receivers.httpUrl);
  });
  afterAll(() => receivers.close());
  beforeEach(() => client.reset());

  const post = (name: string, body: string, headers: Record<string, string> = {}): Promise<RawAnswer> =>
    send(receivers.httpUrl, { path: `/webhook/${name}`, body, headers });
  const seconds = (offset: number): string => String(Math.floor(Date.now() / 1_000) + offset);
  const signed = (id: string, timestamp: string, body: string, key = secret): Record<string, string> => ({
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatureOf(key, id, timestamp, Buffer.from(body)),
  });
  const newToken = async (clientSecret = 'waybill-client-secret'): Promise<RawAnswer> =>
    send(receivers.httpUrl, {
      path: '/oauth/token',
      body: 'grant_type=client_credentials',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: basic(`waybill-client:${clientSecret}`),
      },
    });
  const tokenOf = (answer: RawAnswer): string => (JSON.parse(answer.body) as { access_token: string }).access_token;

  it('takes anything under any name and keeps it byte for byte', async () => {
    expect(await post('soc', '{"a": 1}', { 'webhook-id': 'ntf_1', 'X-Own': 'v' })).toMatchObject({ status: 200 });
    expect(await client.received({ target: 'webhook', name: 'soc' })).toMatchObject([
      {
        method: 'POST',
        path: '/webhook/soc',
        body: '{"a": 1}',
        verdict: 'accepted',
        headers: { 'x-own': 'v' },
        status: 200,
      },
    ]);
  });

  it.each([
    ['no signature', () => ({ 'webhook-id': 'a' })],
    ['another signature', (body: string) => ({ ...signed('a', seconds(0), body), 'webhook-signature': 'v1,AAAA' })],
    ['a signature of other bytes', (body: string) => signed('a', seconds(0), `${body} `)],
    [
      'a signature with another secret',
      (body: string) => signed('a', seconds(0), body, 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'),
    ],
    ['a timestamp 310 s old', (body: string) => signed('a', seconds(-310), body)],
    ['a timestamp 310 s ahead', (body: string) => signed('a', seconds(310), body)],
    ['a timestamp in milliseconds', (body: string) => signed('a', `${seconds(0)}000`, body)],
  ])('refuses %s where signatures are demanded', async (_title, headersOf) => {
    await client.option('webhook', 'signingSecrets', [secret], 'signed');
    expect(await post('signed', '{"b":1}', headersOf('{"b":1}'))).toMatchObject({
      status: 401,
      body: '{"error":"bad signature"}',
    });
    expect((await client.received())[0]?.verdict).toMatch(/^refused by webhook\.signature; /);
  });

  it('accepts a signature of the last 5 minutes, also one of two', async () => {
    await client.option('webhook', 'signingSecrets', [secret], 'signed');
    const headers = signed('a', seconds(-290), '{"b":1}');
    headers['webhook-signature'] = `v1,AAAA ${headers['webhook-signature']}`;
    expect(await post('signed', '{"b":1}', headers)).toMatchObject({ status: 200 });
    expect(await post('open', '{}')).toMatchObject({ status: 200 });
  });

  it('refuses another id for the same body after a failure, and takes the same one', async () => {
    await client.option('webhook', 'signingSecrets', [secret], 'signed');
    await client.script('webhook', 'signed', [{ status: 500 }]);
    await post('signed', '{"c":1}', signed('first', seconds(0), '{"c":1}'));
    expect(await post('signed', '{"c":1}', signed('second', seconds(0), '{"c":1}'))).toMatchObject({ status: 401 });
    expect((await client.received()).at(-1)?.flags).toEqual(['webhook-id changed between attempts']);
    expect(await post('signed', '{"c":1}', signed('first', seconds(0), '{"c":1}'))).toMatchObject({ status: 200 });
  });

  it('flags a timestamp that was not renewed 2 s later', async () => {
    await client.option('webhook', 'signingSecrets', [secret], 'signed');
    const headers = signed('a', seconds(0), '{"d":1}');
    await post('signed', '{"d":1}', headers);
    await new Promise((resolve) => setTimeout(resolve, 2_050));
    await post('signed', '{"d":1}', headers);
    await post('signed', '{"d":1}', signed('a', seconds(0), '{"d":1}'));
    const flags = (await client.received()).map((item) => item.flags);
    expect(flags).toEqual([[], ['webhook-timestamp is not of this attempt'], []]);
  });

  it.each([
    [{ kind: 'basic', username: 'admin', password: 'pä:ss' }, { authorization: basic('admin:pä:ss') }, /^Basic /],
    [{ kind: 'bearer', token: 't' }, { authorization: 'Bearer t' }, /^Bearer /],
    [{ kind: 'header', name: 'X-Key', value: 'k' }, { 'x-key': 'k' }, /^Header /],
  ])('demands %j', async (auth, right, challenge) => {
    await client.option('webhook', 'auth', auth);
    const refused = await post('locked', '{}', { authorization: 'Basic x', 'x-key': 'x' });
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, expect.stringMatching(challenge)]);
    expect(await post('locked', '{}', right)).toMatchObject({ status: 200 });
  });

  it('wants a living token, and flags a second refresh', async () => {
    await client.option('webhook', 'auth', { kind: 'oauth2' });
    const first = tokenOf(await newToken());
    expect(await post('o', '{}', { authorization: `Bearer ${first}` })).toMatchObject({ status: 200 });
    await client.option('oauth', 'revoked', true);
    const refused = await post('o', '{}', { authorization: `Bearer ${first}` });
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer error="invalid_token"']);
    await newToken();
    const third = tokenOf(await newToken());
    expect(await post('o', '{}', { authorization: `Bearer ${third}` })).toMatchObject({ status: 200 });
    const flags = (await client.received({ target: 'oauth' })).map((item) => item.flags);
    expect(flags).toEqual([[], [], ['more than one refresh']]);
  });

  it('lets a token end when it says', async () => {
    await client.option('webhook', 'auth', { kind: 'oauth2' });
    await client.option('oauth', 'expiresInSeconds', 0);
    const answer = await newToken();
    expect(JSON.parse(answer.body)).toMatchObject({ expires_in: 0, token_type: 'Bearer' });
    expect(await post('o', '{}', { authorization: `Bearer ${tokenOf(answer)}` })).toMatchObject({ status: 401 });
  });

  it('knows its clients and one grant', async () => {
    expect(await newToken('wrong')).toMatchObject({ status: 401, body: '{"error":"invalid_client"}' });
    expect(await send(receivers.httpUrl, { path: '/oauth/token', body: 'grant_type=password' })).toMatchObject({
      status: 400,
      body: '{"error":"unsupported_grant_type"}',
    });
    await client.script('oauth', null, [{ status: 503 }]);
    expect(await newToken()).toMatchObject({ status: 503 });
  });

  it('flags what comes after 410 and after disable', async () => {
    await client.option('webhook', 'gone', true, 'over');
    await client.option('webhook', 'disable', true, 'off');
    expect(await post('over', '{}')).toMatchObject({ status: 410 });
    expect(await post('off', '{}')).toMatchObject({ status: 200, headers: { 'webhook-delivery': 'disable' } });
    await post('over', '{}');
    await post('off', '{}');
    const flags = (await client.received()).map((item) => item.flags);
    expect(flags).toEqual([[], [], ['arrived after 410'], ['arrived after webhook-delivery: disable']]);
  });

  it('redirects by a script, and sees what arrives behind the redirect', async () => {
    const location = `${receivers.tlsUrl}/webhook/elsewhere`;
    await client.script('webhook', 'moved', [{ status: 307, headers: { location } }]);
    expect(await post('moved', '{}', { authorization: 'Bearer t' })).toMatchObject({
      status: 307,
      headers: { location },
    });
    expect(await client.received({ name: 'elsewhere' })).toEqual([]);
  });

  const overTls = (url: string, tls: Record<string, unknown>): Promise<number> =>
    new Promise((resolve, reject) => {
      const request = httpsRequest(`${url}/webhook/tls`, { method: 'POST', agent: false, ...tls }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      });
      request.on('error', reject);
      request.end('{}');
    });

  it('has a TLS port whose CA can be trusted', async () => {
    const ca = await (await fetch(`${receivers.httpUrl}/_ca.pem`)).text();
    expect(await overTls(receivers.tlsUrl, { ca })).toBe(200);
    await expect(overTls(receivers.tlsUrl, {})).rejects.toMatchObject({
      code: expect.stringMatching(/SIGNATURE|SIGNED|ISSUER/),
    });
  });

  it.each([
    ['expired', 'CERT_HAS_EXPIRED'],
    ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('can show a certificate that is %s', async (certificate, code) => {
    const ca = receivers.certificates.caPem;
    await client.option('tls', 'certificate', certificate);
    await expect(overTls(receivers.tlsUrl, { ca })).rejects.toMatchObject({ code });
    await client.option('tls', 'certificate', 'good');
    expect(await overTls(receivers.tlsUrl, { ca })).toBe(200);
  });

  it('has a port that takes known client certificates only', async () => {
    const { caPem: ca, client: known, stranger } = receivers.certificates;
    expect(await overTls(receivers.mtlsUrl, { ca, cert: known.certPem, key: known.keyPem })).toBe(200);
    await expect(overTls(receivers.mtlsUrl, { ca })).rejects.toMatchObject({
      code: expect.stringMatching(/ALERT|ECONNRESET/),
    });
    await expect(overTls(receivers.mtlsUrl, { ca, cert: stranger.certPem, key: stranger.keyPem })).rejects.toThrow();
    expect(await client.received({ name: 'tls' })).toHaveLength(1);
  });

  it.each(['webhook', 'oauth'])('has exercised every rule of %s', async (target) => {
    const { items } = await client.rules(target);
    expect(items.filter((rule) => rule.exercised === 0).map((rule) => rule.id)).toEqual([]);
  });
});
