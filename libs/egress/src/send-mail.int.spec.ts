import { simpleParser } from 'mailparser';
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
import { sessionsPerServerMax } from './mail-pool.js';

afterEach(closeOpened);

describe('a mail', () => {
  it('arrives whole, with the reply of the server for every recipient', async () => {
    const room = await mailRoom();
    const sent = await mailDoorTo(room.port).sendMail(
      mail(room.port, { cc: ['boss@example.com'], replyTo: 'desk@example.com' }),
      {},
      limits,
    );
    expect(mailAnswerOf(sent.answer).recipients).toEqual(
      ['soc@example.com', 'boss@example.com'].map((recipient) => ({
        recipient,
        stage: 'accepted',
        code: 250,
        text: expect.stringMatching(/^250 /),
        outcome: 'accepted',
      })),
    );
    const [received] = room.mails;
    expect(received?.to).toEqual(['soc@example.com', 'boss@example.com']);
    const parsed = await simpleParser(received?.raw ?? '');
    expect(parsed).toMatchObject({
      subject: 'Incident ü',
      text: 'first line\nsecond',
      html: '<p>first</p>',
      messageId: '<dlv_1@waybill.invalid>',
    });
    expect(parsed.headers.get('auto-submitted')).toBe('auto-generated');
    expect(parsed.date).toBeInstanceOf(Date);
    expect(sent.sentRequest).toMatchObject({
      method: 'SMTP',
      url: `smtp://127.0.0.1:${room.port}`,
      headers: { to: 'soc@example.com' },
    });
  });

  it('shares one conversation with the next, and no more than the limit are open at once', async () => {
    const room = await mailRoom();
    const door = mailDoorTo(room.port);
    for (let turn = 0; turn < 3; turn += 1) mailAnswerOf((await door.sendMail(mail(room.port), {}, limits)).answer);
    expect(room.connections).toBe(1);
    await Promise.all(
      Array.from({ length: 3 * sessionsPerServerMax }, () => door.sendMail(mail(room.port), {}, limits)),
    );
    expect(room.mails).toHaveLength(3 + 3 * sessionsPerServerMax);
    expect(room.connections).toBe(sessionsPerServerMax);
  });

  it("goes through the deployment's own server where the connector names none", async () => {
    const room = await mailRoom({
      disabledCommands: ['STARTTLS'],
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (auth, _session, done) => {
        room.users.push(`${auth.username}:${auth.password}`);
        done(null, { user: auth.username });
      },
    });
    const smtp = {
      url: `smtp://relay@127.0.0.1:${room.port}?tls=none`,
      password: 'relay pass',
      from: 'ops@example.com',
    };
    const sent = await mailDoorTo(room.port, { smtp, production: true }).sendMail(
      mail(0, { smtpUrl: null, from: null }),
      {},
      limits,
    );
    expect(mailAnswerOf(sent.answer).recipients[0]?.outcome).toBe('accepted');
    expect(room.users).toEqual(['relay:relay pass']);
    expect(room.mails[0]?.raw).toContain('From: ops@example.com');
  });
});

describe('recipients', () => {
  it('are each told apart: one accepted, one refused, one refused for now', async () => {
    const room = await mailRoom({
      onRcptTo: ({ address }, _session, done) => {
        const code = address.startsWith('gone') ? 550 : address.startsWith('busy') ? 450 : 0;
        if (code === 0) return done();
        return done(
          Object.assign(new Error(code === 550 ? '5.1.1 no such user' : '4.2.1 mailbox busy'), { responseCode: code }),
        );
      },
    });
    const to = ['soc@example.com', 'gone@example.com', 'busy@example.com'];
    const sent = await mailDoorTo(room.port).sendMail(mail(room.port, { to }), {}, limits);
    expect(mailAnswerOf(sent.answer).recipients).toEqual([
      {
        recipient: 'soc@example.com',
        stage: 'accepted',
        code: 250,
        text: expect.stringMatching(/^250/),
        outcome: 'accepted',
      },
      { recipient: 'gone@example.com', stage: 'rcpt', code: 550, text: '550 5.1.1 no such user', outcome: 'refused' },
      {
        recipient: 'busy@example.com',
        stage: 'rcpt',
        code: 450,
        text: '450 4.2.1 mailbox busy',
        outcome: 'refused-for-now',
      },
    ]);
    expect(room.mails[0]?.to).toEqual(['soc@example.com']);
    const all = await mailDoorTo(room.port).sendMail(mail(room.port, { to: to.slice(1) }), {}, limits);
    expect(mailAnswerOf(all.answer).recipients.map(({ outcome }) => outcome)).toEqual(['refused', 'refused-for-now']);
  });

  it.each([
    [
      'the greeting',
      (line: string) => (line === greeting ? '554 5.3.2 no service' : undefined),
      'connect',
      554,
      'refused',
    ],
    [
      'the greeting, for now',
      (line: string) => (line === greeting ? '421 4.3.2 shutting down' : undefined),
      'connect',
      421,
      'refused-for-now',
    ],
    [
      'the sender',
      (line: string) => (line.startsWith('MAIL') ? '530 5.7.0 Authentication required' : undefined),
      'mail',
      530,
      'refused',
    ],
    ['DATA', (line: string) => (line === 'DATA' ? '451 4.3.0 later' : undefined), 'data', 451, 'refused-for-now'],
    ['the content', (line: string) => (line === '.' ? '554 5.7.1 spam' : undefined), 'data', 554, 'refused'],
    [
      'the content, while closing',
      (line: string) => (line === '.' ? '421 4.7.0 closing' : undefined),
      'data',
      421,
      'refused-for-now',
    ],
  ])('are all refused with %s, in the words of the server', async (_what, own, stage, code, outcome) => {
    const server = await scripted(polite(own));
    const sent = await mailDoorTo(server.port).sendMail(mail(server.port), {}, limits);
    expect(mailAnswerOf(sent.answer).recipients).toMatchObject([
      { stage, code, outcome, text: expect.stringMatching(new RegExp(`^${code} `)) },
    ]);
  });

  it('refused on their own keep their word where the content is refused for now', async () => {
    const server = await scripted(
      polite((line) =>
        line.includes('gone@') ? '550 5.1.1 no mailbox' : line === '.' ? '451 4.3.0 later' : undefined,
      ),
    );
    const sent = await mailDoorTo(server.port).sendMail(
      mail(server.port, { to: ['soc@example.com', 'gone@example.com'] }),
      {},
      limits,
    );
    expect(mailAnswerOf(sent.answer).recipients).toMatchObject([
      { recipient: 'soc@example.com', stage: 'data', code: 451, outcome: 'refused-for-now' },
      { recipient: 'gone@example.com', stage: 'rcpt', code: 550, outcome: 'refused' },
    ]);
  });

  it('are unknown where the connection is lost after the final dot, except those refused before', async () => {
    const server = await scripted(
      polite((line) => (line.includes('gone@') ? '550 5.1.1 no mailbox' : line === '.' ? null : undefined)),
    );
    const sent = await mailDoorTo(server.port).sendMail(
      mail(server.port, { to: ['soc@example.com', 'gone@example.com'] }),
      {},
      limits,
    );
    expect(mailAnswerOf(sent.answer).recipients).toMatchObject([
      { recipient: 'soc@example.com', stage: 'data', code: null, outcome: 'unknown' },
      { recipient: 'gone@example.com', stage: 'rcpt', code: 550, outcome: 'refused' },
    ]);
  });

  it('are unknown where the reply to the final dot does not come in time', async () => {
    const server = await scripted(polite((line) => (line === '.' ? '' : undefined)));
    const sent = await mailDoorTo(server.port).sendMail(mail(server.port), {}, { timeoutMs: 400 });
    expect(mailAnswerOf(sent.answer).recipients).toMatchObject([{ outcome: 'unknown' }]);
  });

  it.each([
    ['the connection is lost before DATA', (line: string) => (line.startsWith('RCPT') ? null : undefined), 'reset'],
    ['the connection is lost at the greeting', (line: string) => (line === greeting ? null : undefined), 'reset'],
    ['the server is silent', (line: string) => (line.startsWith('MAIL') ? '' : undefined), 'timeout'],
    ['the greeting never comes', (line: string) => (line === greeting ? '' : undefined), 'timeout'],
    [
      'the server speaks another language',
      (line: string) => (line === greeting ? 'SSH-2.0-OpenSSH_9.2' : undefined),
      'protocol_error',
    ],
  ])('cannot have got it where %s', async (_what, own, code) => {
    const server = await scripted(polite(own));
    const sent = await mailDoorTo(server.port).sendMail(mail(server.port), {}, { timeoutMs: 500 });
    expect(sent.answer).toMatchObject({ kind: 'none', sent: false, retry: 'later', code });
  });

  it('get nothing where nobody listens', async () => {
    const server = await scripted(() => null);
    await opened.pop()?.();
    const sent = await mailDoorTo(server.port).sendMail(mail(server.port), {}, limits);
    expect(sent.answer).toMatchObject({ kind: 'none', sent: false, code: 'connect_failed' });
  });
});
