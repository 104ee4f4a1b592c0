import { exampleSending, httpAnswer, noAnswer } from '../sending.fixture.js';
import type { Answer, HttpTargetRequest, Sending } from '../target.js';
import { webhook } from './webhook.target.js';

const url = 'https://hooks.example.test/in';

const sending = (config: Record<string, unknown> = {}, over: Partial<Sending> = {}): Sending =>
  exampleSending({ config: { url, ...config }, secretNames: ['signingSecret'], ...over });

const request = (of: Sending): HttpTargetRequest => {
  const step = webhook.next(of, []);
  if (!('send' in step) || step.send.kind !== 'http') throw new Error('a request was expected');
  return step.send;
};

describe('what a webhook sends', () => {
  it("posts the template's result byte for byte", () => {
    const body = '{ "n" : 1.10, "big":12345678901234567890, "text":"a\\u00e9\\nb" }';
    expect(request(sending({}, { body }))).toEqual({
      kind: 'http',
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      body,
      auth: { kind: 'none' },
      sign: { webhookId: 'dlv_01jd8xkq3vfb7sz3tm8v0q9k4n', secrets: ['signingSecret'] },
      caPem: undefined,
    });
  });

  it('uses the configured method', () => {
    expect(request(sending({ method: 'PUT' })).method).toBe('PUT');
  });

  it('sends no body with GET and says so', () => {
    const step = webhook.next(sending({ method: 'GET' }), []);
    expect(step).toMatchObject({
      send: { method: 'GET', body: '', headers: {} },
      notes: ["A GET request carries no body, so the template's result was not sent."],
    });
  });

  it('sends the configured headers, and its own content type only where none is given', () => {
    expect(request(sending({ headers: { Accept: 'text/plain' } })).headers).toEqual({
      'content-type': 'application/json',
      Accept: 'text/plain',
    });
    expect(request(sending({ headers: { 'Content-Type': 'application/cloudevents+json' } })).headers).toEqual({
      'Content-Type': 'application/cloudevents+json',
    });
  });

  it('names the delivery even where nothing is signed', () => {
    expect(request(sending({}, { secretNames: [] })).sign).toEqual({
      webhookId: 'dlv_01jd8xkq3vfb7sz3tm8v0q9k4n',
      secrets: [],
    });
  });

  it('signs with the old and the new secret while it is being changed', () => {
    const names = ['previousSigningSecret', 'signingSecret', 'password'];
    expect(request(sending({}, { secretNames: names })).sign?.secrets).toEqual([
      'signingSecret',
      'previousSigningSecret',
    ]);
  });

  it('SEC-08 has placeholders for the credentials in the query of its URL, each in its place', () => {
    const masked = 'https://h.example.test/in?a=1&key=****&b=****&sig=****&key=****';
    const secretNames = ['signingSecret', 'urlQuery'];
    expect(request(sending({ url: masked }, { secretNames })).url).toBe(
      'https://h.example.test/in?a=1&key=\u27e6secret:urlQuery.1\u27e7&b=****&sig=\u27e6secret:urlQuery.2\u27e7&key=\u27e6secret:urlQuery.3\u27e7',
    );
    const inClear = 'https://h.example.test/in?key=saved-before&room=7';
    expect(request(sending({ url: inClear })).url).toBe(inClear);
  });

  it('carries the private CA', () => {
    expect(request(sending({ caPem: 'PEM' })).caPem).toBe('PEM');
  });

  const oauth = {
    kind: 'oauth2-client-credentials',
    tokenUrl: 'https://login.example.test/token',
    clientId: 'waybill',
  };
  const oauthAuth = { ...oauth, scopes: '', clientSecret: 'clientSecret' };
  const rows: [string, Record<string, unknown>, unknown][] = [
    ['none by default', {}, { kind: 'none' }],
    ['Basic', { kind: 'basic', username: 'admin' }, { kind: 'basic', username: 'admin', passwordSecret: 'password' }],
    ['Bearer', { kind: 'bearer' }, { kind: 'bearer', tokenSecret: 'token' }],
    [
      "a header of one's own",
      { kind: 'header', headerName: 'X-Key' },
      { kind: 'header', headerName: 'X-Key', valueSecret: 'headerValue' },
    ],
    ['OAuth 2', oauth, oauthAuth],
    ['OAuth 2 with scopes', { ...oauth, scopes: 'a b' }, { ...oauthAuth, scopes: 'a b' }],
    [
      'a client certificate',
      { kind: 'mtls' },
      { kind: 'mtls', certSecret: 'clientCertPem', keySecret: 'clientKeyPem' },
    ],
  ];
  it.each(rows)('authenticates with %s, naming secrets and holding none', (_title, auth, expected) => {
    expect(request(sending({ auth })).auth).toEqual(expected);
  });
});

describe('what an answer to a webhook means', () => {
  const never = (reason: string, more: object = {}) => ({ kind: 'refused', retry: 'never', reason, ...more });
  const later = (reason: string, more: object = {}) => ({ kind: 'refused', retry: 'later', reason, ...more });
  const accepted = { kind: 'accepted', receipt: null };
  const rows: [string, Answer, unknown][] = [
    ['200 is delivered, whatever the body says', httpAnswer(200, '{"error":"no"}'), accepted],
    ['204 is delivered', httpAnswer(204), accepted],
    ['299 is delivered', httpAnswer(299), accepted],
    [
      'a redirect is refused',
      httpAnswer(302, '', { location: 'https://elsewhere.example.test/' }),
      never('redirect_refused'),
    ],
    ['401 is refused for good', httpAnswer(401, '{"error":"bad signature"}'), never('unauthorized')],
    ['410 disables the connector', httpAnswer(410), never('gone', { disable: true })],
    [
      '429 waits as long as it asks',
      httpAnswer(429, '', { 'retry-after': '3' }),
      later('rate_limited', { retryAfterMs: 3000 }),
    ],
    [
      '503 waits as long as it asks',
      httpAnswer(503, '', { 'retry-after': '3' }),
      later('server_error', { retryAfterMs: 3000 }),
    ],
    ['502 is tried again', httpAnswer(502), later('server_error')],
    ['425 is tried again', httpAnswer(425), later('too_early')],
    [
      'a wish to be disabled disables',
      httpAnswer(500, '', { 'webhook-delivery': 'disable' }),
      never('disabled_by_target', { disable: true }),
    ],
    [
      'a wish to abort ends this delivery only',
      httpAnswer(503, '', { 'webhook-delivery': 'abort-message' }),
      never('aborted_by_target'),
    ],
    ['an unknown wish counts for nothing', httpAnswer(500, '', { 'webhook-delivery': 'later' }), later('server_error')],
    ['a wish beside a success is too late', httpAnswer(200, '', { 'webhook-delivery': 'disable' }), accepted],
    ['no connection is tried again', noAnswer('connect_failed', false), later('connect_failed')],
    ['a forbidden address is refused for good', noAnswer('egress_blocked', false, 'never'), never('egress_blocked')],
    ['a reset after sending is unknown', noAnswer('reset', true), { kind: 'unknown', reason: 'reset' }],
    ['a timeout after sending is unknown', noAnswer('timeout', true), { kind: 'unknown', reason: 'timeout' }],
  ];
  it.each(rows)('%s', (_title, answer, expected) => {
    expect(webhook.next(sending(), [answer])).toEqual({ done: expected });
  });
});

describe('what a webhook connector may be', () => {
  // 24, 64 and one more or less bytes in base64.
  const whsec = (bytes: number) => `whsec_${btoa('k'.repeat(bytes))}`;
  const check =
    (config: Record<string, unknown>, secrets: Record<string, string> = {}) =>
    () =>
      webhook.check({ url, ...config }, Object.keys(secrets), secrets);
  const pem = (label: string) => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`;

  const good: [string, Record<string, unknown>, Record<string, string>][] = [
    ['a URL alone', {}, {}],
    ['Basic with its password', { auth: { kind: 'basic', username: 'admin' } }, { password: 'testpassword' }],
    [
      "a header of one's own that is Authorization",
      { auth: { kind: 'header', headerName: 'Authorization' } },
      { headerValue: 'Basic YQ==' },
    ],
    [
      'mTLS with both parts',
      { auth: { kind: 'mtls' } },
      { clientCertPem: pem('CERTIFICATE'), clientKeyPem: pem('EC PRIVATE KEY') },
    ],
    ['a signing secret of 24 bytes', {}, { signingSecret: whsec(24) }],
    ['a signing secret of 64 bytes', {}, { signingSecret: whsec(64) }],
    ['a credential in the query, kept as a secret', { url: `${url}?key=****&room=7` }, { urlQuery: 'key=a%2Fb==' }],
    ['the example of the standard', {}, { signingSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }],
  ];
  it.each(good)('takes %s', (_title, config, secrets) => {
    expect(check(config, secrets)).not.toThrow();
  });

  const bad: [string, Record<string, unknown>, Record<string, string>, string, string][] = [
    ['a forbidden header', { headers: { Host: 'a' } }, {}, 'header_forbidden', '/config/headers/Host'],
    [
      'Basic without its password',
      { auth: { kind: 'basic', username: 'a' } },
      {},
      'secret_missing',
      '/secrets/password',
    ],
    [
      'mTLS without its key',
      { auth: { kind: 'mtls' } },
      { clientCertPem: pem('CERTIFICATE') },
      'secret_missing',
      '/secrets/clientKeyPem',
    ],
    [
      'a user with a colon',
      { auth: { kind: 'basic', username: 'a:b' } },
      { password: 'p' },
      'auth_invalid',
      '/config/auth/username',
    ],
    [
      "a header of one's own that frames",
      { auth: { kind: 'header', headerName: 'Host' } },
      { headerValue: 'a' },
      'header_forbidden',
      '/config/auth/headerName',
    ],
    [
      'a token with a line end',
      { auth: { kind: 'bearer' } },
      { token: 'a\r\nX: y' },
      'header_invalid',
      '/secrets/token',
    ],
    ['a signing secret of 23 bytes', {}, { signingSecret: whsec(23) }, 'secret_invalid', '/secrets/signingSecret'],
    ['a signing secret of 65 bytes', {}, { signingSecret: whsec(65) }, 'secret_invalid', '/secrets/signingSecret'],
    [
      'a signing secret without its beginning',
      {},
      { signingSecret: btoa('k'.repeat(32)) },
      'secret_invalid',
      '/secrets/signingSecret',
    ],
    ['a CA that is no PEM', { caPem: 'AAAA' }, {}, 'pem_invalid', '/config/caPem'],
    [
      'a key with a pass phrase',
      { auth: { kind: 'mtls' } },
      { clientCertPem: pem('CERTIFICATE'), clientKeyPem: pem('ENCRYPTED PRIVATE KEY') },
      'pem_invalid',
      '/secrets/clientKeyPem',
    ],
    [
      'a token URL that is none',
      { auth: { kind: 'oauth2-client-credentials', tokenUrl: 'x', clientId: 'a' } },
      { clientSecret: 'a' },
      'url_invalid',
      '/config/auth/tokenUrl',
    ],
    [
      'SEC-08 a token URL with a credential, which would be stored in clear',
      { auth: { kind: 'oauth2-client-credentials', tokenUrl: 'https://l.example.test/?api_key=a', clientId: 'a' } },
      { clientSecret: 'a' },
      'url_invalid',
      '/config/auth/tokenUrl',
    ],
    [
      'SEC-08 a user and a password in the URL',
      { url: 'https://u:p@hooks.example.test/in' },
      {},
      'url_invalid',
      '/config/url',
    ],
    [
      'a credential in the query that ends the URL',
      { url: `${url}?key=****` },
      { urlQuery: 'key=a#b' },
      'url_invalid',
      '/config/url',
    ],
    [
      'a credential in the query that makes the URL too long',
      { url: `${url}?key=****` },
      { urlQuery: `key=${'a'.repeat(4_096)}` },
      'url_invalid',
      '/config/url',
    ],
  ];
  it.each(bad)('refuses %s', (_title, config, secrets, code, pointer) => {
    expect(check(config, secrets)).toThrow(expect.objectContaining({ code, pointer }));
  });

  it('does not need the values of secrets that stay', () => {
    expect(() => webhook.check({ url, auth: { kind: 'bearer' } }, ['token'])).not.toThrow();
  });
});
