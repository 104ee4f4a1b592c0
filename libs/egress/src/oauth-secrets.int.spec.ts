import type { OAuthClient } from '@waybill/contracts/sending/request';
import type { Egress } from './egress.js';
import { closeOpened, mail, mailRoom, opened } from './mail-rooms.spec.js';
import { answering, doorTo, isWholeRequest, listen, postTo } from './rooms.spec.js';

/** Far more than anything here takes: time is the subject only where it is given. */
const limits = { timeoutMs: 30_000 };
/** RFC 6749 encodes what Basic joins, so that of this secret no form of its own stands in the header. */
const clientSecret = 'q+7/Zk=:w9';
const client = { clientId: 'agent seven', scopes: 'a b', clientSecret: 'clientSecret' } as const;
const pair = Buffer.from(`agent%20seven:${encodeURIComponent(clientSecret)}`);
const base64 = pair.toString('base64');

type Way = (door: Egress, auth: OAuthClient, mailPort: number) => Promise<{ readonly answer: unknown }>;

const ways: [string, Way][] = [
  [
    'a delivery',
    (door, auth) =>
      door.sendHttp(
        postTo('https://hooks.example.com/', { auth: { kind: 'oauth2-client-credentials', ...auth } }),
        { clientSecret },
        limits,
      ),
  ],
  [
    'a test of the token',
    (door, auth) =>
      door.sendHttp(
        postTo(auth.tokenUrl, { only: 'token', auth: { kind: 'oauth2-client-credentials', ...auth } }),
        { clientSecret },
        limits,
      ),
  ],
  [
    'a mail',
    (door, oauth, port) =>
      door.sendMail(mail(port, { smtpUrl: `smtp://box@127.0.0.1:${port}`, oauth }), { clientSecret }, limits),
  ],
];

afterEach(closeOpened);

/** Asks an endpoint for a token that says `said` of the Authorization header, and gives what is recorded of it. */
async function recorded(send: Way, said: (header: string) => string): Promise<string> {
  const desk = await listen((socket, text) => {
    if (!isWholeRequest(text)) return;
    const body = said(/authorization: (.*)\r\n/i.exec(text)?.[1] ?? '');
    socket.end(`HTTP/1.1 401 No\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });
  opened.push(() => desk.close());
  const room = await mailRoom({ disabledCommands: ['STARTTLS'], authMethods: ['XOAUTH2'], allowInsecureAuth: true });
  const door = doorTo([desk.port, room.port]);
  opened.push(() => door.close());
  const { answer } = await send(door, { ...client, tokenUrl: desk.url }, room.port);
  return JSON.stringify(answer);
}

describe.each(ways)('SEC-06 an endpoint that refuses %s a token', (_way, send) => {
  it.each<[string, (header: string) => string]>([
    ['as it came', (header) => header],
    ['in JSON', (header) => JSON.stringify({ got: { authorization: header } })],
    ['URL-encoded', (header) => encodeURIComponent(header)],
    ['in base64', (header) => btoa(header)],
    ['in hex', (header) => Buffer.from(header).toString('hex')],
    ['across the cut of a complaint', (header) => `${'x'.repeat(480)}${header}`],
  ])('and prints the client credentials %s leaves no part of them', async (_how, said) => {
    const kept = await recorded(send, said);
    expect(kept).toContain('****');
    for (const form of [said(`Basic ${base64}`).slice(-12), base64.slice(0, 8), base64.slice(-8), 'Zk', 'w9'])
      expect(kept).not.toContain(form);
  });

  it.each([492, 499])('and prints the client secret behind %i other characters leaves no part of it', async (at) => {
    const kept = await recorded(send, () => `${'x'.repeat(at)}${clientSecret}`);
    expect(kept).toContain(`${'x'.repeat(at)}*`);
    expect(kept).not.toContain('xq');
  });
});

describe('SEC-06 tokens that come as a form, which is not taken,', () => {
  it.each(ways)('are hidden in what is recorded of %s', async (_way, send) => {
    const kept = await recorded(send, () => 'access_token=live%2Btoken-1&refresh_token=live-token-2&expires_in=3600');
    expect(kept).toContain('access_token=****&refresh_token=****&expires_in=3600');
  });
});

describe('SEC-06 a token that was refused and renewed', () => {
  /** An endpoint that gives this many tokens and then names them in its refusal. */
  async function giving(count: number) {
    const given: string[] = [];
    const desk = await listen((socket, text) => {
      if (!isWholeRequest(text)) return;
      const isOut = given.length === count;
      const body = isOut ? `too soon after ${given.join(', ')}` : `{"access_token":"token-number-${given.length + 1}"}`;
      if (!isOut) given.push(`token-number-${given.length + 1}`);
      socket.end(`HTTP/1.1 ${isOut ? 401 : 200} So\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    });
    opened.push(() => desk.close());
    return { desk, given };
  }

  it('is hidden where the endpoint names it in the refusal of another', async () => {
    const { desk, given } = await giving(1);
    const target = await answering('HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n');
    opened.push(() => target.close());
    const door = doorTo([desk.port, target.port]);
    opened.push(() => door.close());
    const auth = { kind: 'oauth2-client-credentials', ...client, tokenUrl: desk.url } as const;
    const { answer } = await door.sendHttp(postTo(target.url, { auth }), { clientSecret }, limits);
    expect(given).toHaveLength(1);
    expect(answer).toMatchObject({ message: 'The token endpoint answered 401: too soon after ****' });
  });

  it('is hidden beside the one that came after it where a mail server names both', async () => {
    const { desk, given } = await giving(2);
    const room = await mailRoom({
      disabledCommands: ['STARTTLS'],
      authMethods: ['XOAUTH2'],
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => {
        const logins = given.map((token) => btoa(`user=box\u0001auth=Bearer ${token}\u0001\u0001`));
        done(Object.assign(new Error(`5.7.3 no ${[...given, ...logins].join(' ')}`), { responseCode: 535 }));
      },
    });
    const door = doorTo([desk.port, room.port]);
    opened.push(() => door.close());
    const oauth = { ...client, tokenUrl: desk.url };
    const request = mail(room.port, { smtpUrl: `smtp://box@127.0.0.1:${room.port}`, oauth });
    const { answer } = await door.sendMail(request, { clientSecret }, limits);
    expect(given).toHaveLength(2);
    expect(answer).toMatchObject({ recipients: [{ stage: 'auth', text: '535 5.7.3 no **** **** **** ****' }] });
  });
});
