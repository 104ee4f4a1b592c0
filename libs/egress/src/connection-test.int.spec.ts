import type { HttpTargetRequest, MailTargetRequest } from '@waybill/contracts/sending/request';
import { createEgress } from './egress.js';
import {
  closeOpened,
  greeting,
  limits,
  mail,
  mailAnswerOf,
  mailDoorTo,
  mailRoom,
  opened,
  polite,
  scripted,
} from './mail-rooms.spec.js';
import { readPolicy } from './policy.js';
import { answering, doorTo, isWholeRequest, listen, type Listener, ok, postTo } from './rooms.spec.js';

afterEach(closeOpened);

const kept = async (listening: Promise<Listener>): Promise<Listener> => {
  const listener = await listening;
  opened.push(() => listener.close());
  return listener;
};
const json = (status: string, body: string): string =>
  `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const doorOf = (...listeners: readonly { readonly port: number }[]) => {
  const door = doorTo(listeners.map(({ port }) => port));
  opened.push(() => door.close());
  return door;
};

describe('a request for the token alone', () => {
  const tokenOf = (tokenUrl: string): HttpTargetRequest =>
    postTo(tokenUrl, {
      only: 'token',
      headers: {},
      body: 'grant_type=client_credentials&scope=a+b',
      auth: {
        kind: 'oauth2-client-credentials',
        tokenUrl,
        clientId: 'client id',
        scopes: 'a b',
        clientSecret: 'clientSecret',
      },
    });
  const secrets = { clientSecret: 'shh:secret' };

  it('asks the endpoint each time, keeps nothing, and shows the answer without the token', async () => {
    const desk = await kept(
      answering(
        json('200 OK', '{"access_token":"acc\\/ess-token-1","refresh_token":"refresh-token-1","expires_in":3600}'),
      ),
    );
    const door = doorOf(desk);
    const first = await door.sendHttp(tokenOf(desk.url), secrets, limits);
    await door.sendHttp(tokenOf(desk.url), secrets, limits);
    expect(first).toMatchObject({
      answer: { kind: 'http', status: 200, body: '{"access_token":"****","refresh_token":"****","expires_in":3600}' },
      sentRequest: { method: 'POST', url: desk.url, headers: { authorization: 'Basic ****' } },
    });
    expect(desk.received.join('').match(/POST/g)).toHaveLength(2);
    expect(desk.received[0]).toContain(`authorization: Basic ${btoa('client%20id:shh%3Asecret')}`);
    expect(desk.received[0]).toContain('\r\n\r\ngrant_type=client_credentials&scope=a+b');
  });

  it('passes the refusal of the endpoint on, without the secret', async () => {
    const desk = await kept(answering(json('401 No', '{"error":"invalid_client","you":"shh:secret"}')));
    const sent = await doorOf(desk).sendHttp(tokenOf(desk.url), secrets, limits);
    expect(sent.answer).toMatchObject({ kind: 'http', status: 401, body: '{"error":"invalid_client","you":"****"}' });
  });

  it('goes to no forbidden address, and says no more than that', async () => {
    const desk = await kept(answering(ok));
    const other = await kept(answering(ok));
    const sent = await doorOf(other).sendHttp(tokenOf(desk.url), secrets, limits);
    expect(sent).toMatchObject({ answer: { kind: 'none', code: 'egress_blocked' }, timingsMs: { total: 0 } });
    expect(desk.connections).toBe(0);
  });
});

const hello = (port: number, changes: Partial<MailTargetRequest> = {}): MailTargetRequest =>
  mail(port, {
    only: 'greeting',
    to: [],
    subject: '',
    text: '',
    html: '',
    messageId: '',
    headers: {},
    from: null,
    ...changes,
  });

describe('a greeting without a mail', () => {
  it("shows the server's reply and sends nothing", async () => {
    const lines: string[] = [];
    const room = await scripted(
      polite((line) => {
        lines.push(line);
        return line === 'RSET' ? '250 2.0.0 Flushed' : undefined;
      }),
    );
    const sent = await mailDoorTo(room.port).sendMail(hello(room.port), {}, limits);
    expect(mailAnswerOf(sent.answer).recipients).toEqual([
      { recipient: '', stage: 'greeted', code: 250, text: '250 2.0.0 Flushed', outcome: 'accepted' },
    ]);
    expect(lines.filter((line) => /^(MAIL|RCPT|DATA)/.test(line))).toEqual([]);
  });

  it.each([
    [
      'a server that is closing',
      (line: string) => (line === greeting ? '421 4.3.2 closing' : undefined),
      { stage: 'connect', code: 421, outcome: 'refused-for-now' },
    ],
  ])('tells of %s', async (_what, own, row) => {
    const room = await scripted(polite(own));
    const sent = await mailDoorTo(room.port).sendMail(hello(room.port), {}, limits);
    expect(mailAnswerOf(sent.answer).recipients).toMatchObject([row]);
  });

  it('tells of a login that is refused, without the password', async () => {
    const room = await mailRoom({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: (auth, _session, done) =>
        done(Object.assign(new Error(`no such ${auth.password}`), { responseCode: 535 })),
    });
    const request = hello(room.port, {
      smtpUrl: `smtp://relay@127.0.0.1:${room.port}`,
      passwordSecret: 'smtpPassword',
    });
    const sent = await mailDoorTo(room.port).sendMail(request, { smtpPassword: 'relay-pass' }, limits);
    expect(mailAnswerOf(sent.answer).recipients).toMatchObject([{ stage: 'auth', code: 535, outcome: 'refused' }]);
    expect(JSON.stringify(sent)).not.toContain('relay-pass');
  });

  it('names a connection that is refused as what it is', async () => {
    const room = await kept(answering(ok));
    await room.close();
    const sent = await mailDoorTo(room.port).sendMail(hello(room.port), {}, limits);
    expect(sent.answer).toMatchObject({
      kind: 'none',
      code: 'connect_failed',
      message: 'No connection (ECONNREFUSED).',
    });
  });
});

describe('a login by XOAUTH2', () => {
  const grant = (tokenUrl: string) => ({ tokenUrl, clientId: 'c', scopes: 'mail', clientSecret: 'smtpClientSecret' });
  const secrets = { smtpClientSecret: 'client-secret' };

  /** A desk that gives token-1, token-2, … and a mail server that takes only some of them. */
  async function both(isGood: (token: string) => boolean, isAskedBack = true) {
    let issued = 0;
    const desk = await kept(
      listen((socket, text) => {
        if (isWholeRequest(text))
          socket.write(json('200 OK', `{"access_token":"mail-token-${(issued += 1)}","expires_in":3600}`));
      }),
    );
    const logins: string[] = [];
    const room = await mailRoom({
      disabledCommands: ['STARTTLS'],
      authMethods: ['PLAIN', 'XOAUTH2'],
      allowInsecureAuth: true,
      onAuth: (auth, _session, done) => {
        const token = auth.accessToken ?? '';
        logins.push(`${auth.method} ${auth.username} ${token}`);
        if (isGood(token)) done(null, { user: auth.username });
        else if (isAskedBack) done(null, { data: { status: '401', schemes: 'bearer', scope: 'mail' } });
        else done(Object.assign(new Error('5.7.3 Authentication unsuccessful'), { responseCode: 535 }));
      },
    });
    const door = createEgress(
      readPolicy({ allow: [desk, room].map(({ port }) => `127.0.0.1/32:${port}-${port}`) }, { production: false }),
      { smtp: null },
    );
    opened.push(() => door.close());
    const request = mail(room.port, { smtpUrl: `smtp://box@127.0.0.1:${room.port}`, oauth: grant(desk.url) });
    return { room, logins, send: () => door.sendMail(request, secrets, limits), issued: () => issued };
  }

  it('uses a token of the endpoint, for the user of the URL, and one for many mails', async () => {
    const { room, logins, send, issued } = await both(() => true);
    const sent = [await send(), await send()];
    expect(sent.map(({ answer }) => mailAnswerOf(answer).recipients[0]?.outcome)).toEqual(['accepted', 'accepted']);
    expect(logins).toEqual(['XOAUTH2 box mail-token-1']);
    expect([room.mails.length, issued()]).toEqual([2, 1]);
    expect(JSON.stringify(sent)).not.toContain('mail-token');
  });

  it('that is refused is tried once more with a new token', async () => {
    const { room, logins, send } = await both((token) => token === 'mail-token-2');
    expect(mailAnswerOf((await send()).answer).recipients[0]?.outcome).toBe('accepted');
    expect([...new Set(logins)]).toEqual(['XOAUTH2 box mail-token-1', 'XOAUTH2 box mail-token-2']);
    expect(room.mails).toHaveLength(1);
  });

  it('that is refused at once, as Exchange Online does, is tried once more with a new token', async () => {
    const { room, logins, send, issued } = await both((token) => token === 'mail-token-2', false);
    expect(mailAnswerOf((await send()).answer).recipients[0]?.outcome).toBe('accepted');
    expect([logins.length, issued(), room.mails.length]).toEqual([2, 2, 1]);
    const never = await both(() => false, false);
    expect(mailAnswerOf((await never.send()).answer).recipients[0]).toMatchObject({
      stage: 'auth',
      outcome: 'refused',
    });
    expect(never.issued()).toBe(2);
  });

  it('ends as a refused login where no token is taken', async () => {
    const { room, send } = await both(() => false);
    const { answer } = await send();
    expect(mailAnswerOf(answer).recipients[0]).toMatchObject({ stage: 'auth', outcome: 'refused' });
    expect(JSON.stringify(answer)).not.toContain('mail-token');
    expect(room.mails).toHaveLength(0);
  });

  it('says what the token endpoint said where it gives none', async () => {
    const desk = await kept(answering(json('400 Bad', '{"error":"invalid_scope"}')));
    const room = await mailRoom({ disabledCommands: ['STARTTLS'], authMethods: ['XOAUTH2'], allowInsecureAuth: true });
    const request = mail(room.port, { smtpUrl: `smtp://box@127.0.0.1:${room.port}`, oauth: grant(desk.url) });
    const sent = await doorOf(desk, room).sendMail(request, secrets, limits);
    expect(sent.answer).toMatchObject({
      kind: 'none',
      code: 'oauth_failed',
      message: 'The token endpoint answered 400: {"error":"invalid_scope"}',
      retry: 'never',
    });
  });
});
