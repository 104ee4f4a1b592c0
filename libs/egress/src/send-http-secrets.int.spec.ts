import type { Answer, HttpTargetRequest } from '@waybill/contracts/sending/request';
import { placeholder } from '@waybill/contracts/sending/request';
import type { Egress } from './egress.js';
import { signature } from './sign.js';
import { answering, doorTo, isWholeRequest, listen, ok, postTo } from './rooms.spec.js';
import type { Listener } from './rooms.spec.js';

/** Far more than anything here takes: time is the subject only where it is given. */
const limits = { timeoutMs: 30_000 };
const nowMs = 1_614_265_330_000;
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function hear(promised: Promise<Listener>): Promise<Listener> {
  const listener = await promised;
  open.push(listener);
  return listener;
}

function doorOf(...listeners: Listener[]): Egress {
  const door = doorTo(
    listeners.map((one) => one.port),
    { nowMs: () => nowMs },
  );
  open.push(door);
  return door;
}

/** Says back everything it got, as a careless target does in its error page. */
const echoing = (): Promise<Listener> =>
  listen((socket, text) => {
    if (!isWholeRequest(text)) return;
    const body = `you sent: ${text}`;
    const authorization = /authorization: (.*)\r\n/i.exec(text)?.[1] ?? '';
    socket.end(
      `HTTP/1.1 401 No\r\nx-said: ${authorization}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });

const bodyOf = (answer: Answer): string => (answer.kind === 'http' ? answer.body : JSON.stringify(answer));

describe('a secret', () => {
  const secrets = {
    password: 'pass "word" & more',
    user: 'admin@example.com',
    token: 'token-0123456789',
    headerValue: 'GenieKey 4711-0815',
    routingKey: 'R0123456789ABCDEF',
  };

  it.each([
    [
      'Basic',
      { auth: { kind: 'basic', username: 'admin', passwordSecret: 'password' } },
      `authorization: Basic ${btoa('admin:pass "word" & more')}`,
      'authorization',
      'Basic ****',
    ],
    [
      'Basic out of two secrets',
      { auth: { kind: 'basic-secrets', usernameSecret: 'user', passwordSecret: 'password' } },
      `authorization: Basic ${btoa('admin@example.com:pass "word" & more')}`,
      'authorization',
      'Basic ****',
    ],
    [
      'a bearer token',
      { auth: { kind: 'bearer', tokenSecret: 'token' } },
      'authorization: Bearer token-0123456789',
      'authorization',
      'Bearer ****',
    ],
    [
      'a header of its own',
      { auth: { kind: 'header', headerName: 'X-Api-Key', valueSecret: 'headerValue' } },
      'x-api-key: GenieKey 4711-0815',
      'x-api-key',
      '****',
    ],
    [
      'a header with a placeholder',
      { headers: { 'X-Key': `key=${placeholder('token')}` } },
      'x-key: key=token-0123456789',
      'x-key',
      'key=****',
    ],
    [
      'a JSON body',
      { body: `{"k":"${placeholder('password')}"}` },
      '{"k":"pass \\"word\\" & more"}',
      'content-type',
      'application/json',
    ],
    [
      'a form',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `k=${placeholder('password')}` },
      'k=pass+%22word%22+%26+more',
      'content-type',
      'application/x-www-form-urlencoded',
    ],
  ] as const)(
    'arrives as %s, and is masked in what is shown and in what comes back',
    async (_how, changes, arrived, header, shown) => {
      const listener = await hear(echoing());
      const sent = await doorOf(listener).sendHttp(postTo(listener.url, changes), secrets, limits);
      expect(listener.received[0]).toContain(arrived);
      expect(sent.sentRequest.headers[header]).toBe(shown);
      const kept = JSON.stringify([sent.answer, sent.sentRequest]);
      expect(bodyOf(sent.answer)).toContain('you sent: POST /hook');
      for (const value of Object.values(secrets)) {
        for (const form of [
          value,
          JSON.stringify(value).slice(1, -1),
          encodeURIComponent(value),
          btoa(value),
          btoa(`admin:${value}`),
        ]) {
          expect(kept).not.toContain(form);
        }
      }
    },
  );

  it.each<[string, (header: string) => string]>([
    ['as it came', (header) => header],
    ['in JSON', (header) => JSON.stringify({ got: { authorization: header } })],
    ['in JSON in a text', (header) => JSON.stringify({ got: JSON.stringify({ authorization: header }) })],
    ['URL-encoded', (header) => encodeURIComponent(header)],
    ['in base64', (header) => btoa(header)],
    ['in base64 with something before it', (header) => btoa(`x${header}`)],
    ['in hex', (header) => Buffer.from(header).toString('hex')],
    ['decoded', (header) => atob(header.slice('Basic '.length))],
    ['decoded and in JSON', (header) => JSON.stringify(atob(header.slice('Basic '.length)))],
    ['in two members', (header) => JSON.stringify(header.split(' '))],
  ])('leaves nothing of a pair that a target prints %s', async (_how, spelled) => {
    // Of these the password alone would be masked out of the middle of the pair, and a half of it would stay.
    const [user, password] = ['agent.seven', 'correct/horse+battery'];
    const pair = btoa(`${user}:${password}`);
    const listener = await hear(
      listen((socket, text) => {
        if (!isWholeRequest(text)) return;
        const body = spelled(/authorization: (.*)\r\n/i.exec(text)?.[1] ?? '');
        socket.end(`HTTP/1.1 401 No\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      }),
    );
    const auth = { kind: 'basic', username: user, passwordSecret: 'password' } as const;
    const sent = await doorOf(listener).sendHttp(postTo(listener.url, { auth }), { password }, limits);
    const said = bodyOf(sent.answer);
    expect(said).toContain('****');
    for (const form of [password, pair, pair.slice(-12), pair.slice(0, 12), spelled(`Basic ${pair}`).slice(-12)])
      expect(said).not.toContain(form);
  });

  it('SEC-08 that is the whole URL leads there and is shown as its host alone', async () => {
    const listener = await hear(echoing());
    // Slack's own placeholder: nothing that looks for secrets in code takes it for one.
    const path = '/services/T0000000/B0000000/XXXXXXXXXXXXXXXXXXXXXXXX';
    const url = `http://127.0.0.1:${listener.port}${path}`;
    const sent = await doorOf(listener).sendHttp(postTo(placeholder('url')), { url }, limits);
    expect(listener.received[0]).toContain(`POST ${path} HTTP/1.1`);
    expect(sent.sentRequest.url).toBe(`http://127.0.0.1:${listener.port}/\u2026/****`);
    expect(JSON.stringify(sent)).not.toContain('XXXXXXXX');
  });

  it('SEC-08 in the query arrives as it was written and is masked in what is shown and in what comes back', async () => {
    const urlQuery = 'key=abc%2F123+x&sig=s1gn==';
    const listener = await hear(echoing());
    const sent = await doorOf(listener).sendHttp(
      postTo(`${listener.url}?key=${placeholder('urlQuery.1')}&room=7&sig=${placeholder('urlQuery.2')}`),
      { urlQuery },
      limits,
    );
    expect(listener.received[0]).toContain('POST /hook?key=abc%2F123+x&room=7&sig=s1gn== HTTP/1.1');
    expect(sent.sentRequest.url).toBe(`${listener.url}?key=****&room=7&sig=****`);
    expect(bodyOf(sent.answer)).toContain('POST /hook?key=****&room=7&sig=**** HTTP/1.1');
    expect(JSON.stringify(sent)).not.toMatch(/abc|s1gn/);
  });

  it('in a part of the URL is encoded there and masked where it is shown', async () => {
    const listener = await hear(answering(ok));
    const sent = await doorOf(listener).sendHttp(
      postTo(`${listener.url}?key=${placeholder('password')}`),
      secrets,
      limits,
    );
    expect(listener.received[0]).toContain('POST /hook?key=pass%20%22word%22%20%26%20more HTTP/1.1');
    expect(sent.sentRequest.url).toBe(`${listener.url}?key=****`);
  });

  it('with a line end in it cannot become a header', async () => {
    const listener = await hear(answering(ok));
    const request = postTo(listener.url, { auth: { kind: 'bearer', tokenSecret: 'token' } });
    const sent = await doorOf(listener).sendHttp(request, { token: 'a\r\nx-evil: 1' }, limits);
    expect(sent.answer).toMatchObject({ kind: 'none', code: 'header_invalid', sent: false });
    expect(JSON.stringify(sent)).not.toContain('x-evil');
    expect(listener.connections).toBe(0);
  });

  it('that straddles the cut of a long answer leaves no part of itself', async () => {
    const token = 'T'.repeat(40);
    const body = `${'x'.repeat(16 * 1024 - 20)}${token}`;
    const listener = await hear(answering(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`));
    const sent = await doorOf(listener).sendHttp(postTo(listener.url), { token }, limits);
    expect(bodyOf(sent.answer)).not.toContain('TT');
  });
});

describe('a signature', () => {
  it('covers the bytes that leave, with secrets filled in, at the time of this attempt', async () => {
    const listener = await hear(answering(ok));
    const signingSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const request = postTo(listener.url, {
      body: `{"test": ${placeholder('number')}}`,
      sign: { webhookId: 'msg_p5jXN8AQM9LWM0D4loKWxJek', secrets: ['signingSecret'] },
    });
    const sent = await doorOf(listener).sendHttp(request, { signingSecret, number: '2432232314' }, limits);
    const heard = listener.received[0] ?? '';
    // The official vector of Standard Webhooks: the same id, time, body and secret.
    expect(heard).toContain('webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\r\n');
    expect(heard).toContain('webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\r\nwebhook-timestamp: 1614265330\r\n');
    expect(signature('msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}', [signingSecret])).toBe(
      sent.sentRequest.headers['webhook-signature'],
    );
  });
});

describe('an access token', () => {
  const grant = (tokenUrl: string): Partial<HttpTargetRequest> => ({
    auth: {
      kind: 'oauth2-client-credentials',
      tokenUrl,
      clientId: 'client id',
      scopes: 'a b',
      clientSecret: 'clientSecret',
    },
  });
  const secrets = { clientSecret: 'shh:secret' };
  const tokenAnswer = (token: string, more = ''): string => {
    const body = `{"access_token":"${token}","token_type":"Bearer"${more}}`;
    return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  };

  it('is asked for once, kept, and never shown', async () => {
    const desk = await hear(answering(tokenAnswer('access-token-1', ',"expires_in":3600')));
    const listener = await hear(echoing());
    const door = doorOf(desk, listener);
    const both = await Promise.all(
      [1, 2, 3].map(() => door.sendHttp(postTo(listener.url, grant(desk.url)), secrets, limits)),
    );
    await door.sendHttp(postTo(listener.url, grant(desk.url)), secrets, limits);
    expect(listener.received.every((text) => text.includes('authorization: Bearer access-token-1'))).toBe(true);
    expect(desk.received[0]).toContain(`authorization: Basic ${btoa('client%20id:shh%3Asecret')}`);
    expect(desk.received[0]).toContain('grant_type=client_credentials&scope=a+b');
    expect(JSON.stringify(both)).not.toContain('access-token-1');
  });

  it('that the target refuses is renewed exactly once', async () => {
    let issued = 0;
    const desk = await hear(
      listen((socket, text) => {
        if (isWholeRequest(text)) socket.write(tokenAnswer(`token-${(issued += 1)}`));
      }),
    );
    const listener = await hear(answering('HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n'));
    const door = doorOf(desk, listener);
    const sent = await door.sendHttp(postTo(listener.url, grant(desk.url)), secrets, limits);
    expect(sent.answer).toMatchObject({ kind: 'http', status: 401 });
    expect(issued).toBe(2);
    expect(listener.received.join('').match(/Bearer token-\d/g)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it.each([
    ['for good where the client is wrong', '401 Unauthorized', 'never'],
    ['for now where the desk is busy', '503 Busy', 'later'],
    ['for now where the desk gave up waiting', '408 Timeout', 'later'],
  ])('is refused %s, in the words of the endpoint and without the secret', async (_what, status, retry) => {
    const body = '{"error":"invalid_client","you":"shh:secret"}';
    const desk = await hear(answering(`HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n\r\n${body}`));
    const listener = await hear(answering(ok));
    const sent = await doorOf(desk, listener).sendHttp(postTo(listener.url, grant(desk.url)), secrets, limits);
    expect(sent.answer).toMatchObject({
      code: 'oauth_failed',
      sent: false,
      retry,
      message: `The token endpoint answered ${status.slice(0, 3)}: {"error":"invalid_client","you":"****"}`,
    });
    expect(listener.connections).toBe(0);
  });

  it('is refused for now where the endpoint asks for time, and tells for how long', async () => {
    const busy = 'HTTP/1.1 429 Busy\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n';
    const desk = await hear(answering(busy));
    const listener = await hear(answering(ok));
    const sent = await doorOf(desk, listener).sendHttp(postTo(listener.url, grant(desk.url)), secrets, limits);
    expect(sent.answer).toMatchObject({ code: 'oauth_failed', sent: false, retry: 'later', retryAfter: '7' });
  });

  it('is not fetched from a forbidden address', async () => {
    const desk = await hear(answering(tokenAnswer('x')));
    const listener = await hear(answering(ok));
    const sent = await doorOf(listener).sendHttp(postTo(listener.url, grant(desk.url)), secrets, limits);
    expect(sent.answer).toMatchObject({ code: 'egress_blocked', sent: false, retry: 'never' });
    expect(desk.connections + listener.connections).toBe(0);
  });
});
