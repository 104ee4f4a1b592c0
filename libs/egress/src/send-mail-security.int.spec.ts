import { simpleParser } from 'mailparser';
import { closeOpened, limits, mail, mailAnswerOf, mailDoorTo, mailRoom, polite, scripted } from './mail-rooms.spec.js';

afterEach(closeOpened);

describe('encryption', () => {
  const production = { production: true };

  it('is demanded from a server that does not offer it: no mail and no password in clear text', async () => {
    const server = await scripted(polite((line) => (line === 'STARTTLS' ? '502 5.5.1 not here' : undefined)));
    const request = mail(server.port, {
      smtpUrl: `smtp://admin@127.0.0.1:${server.port}`,
      passwordSecret: 'smtpPassword',
    });
    const sent = await mailDoorTo(server.port, production).sendMail(request, { smtpPassword: 'hush-hush' }, limits);
    expect(mailAnswerOf(sent.answer).recipients).toMatchObject([{ stage: 'connect', code: 502, outcome: 'refused' }]);
    expect(server.lines.join('\n')).not.toMatch(/AUTH|MAIL|RCPT/);
  });

  it('is not given up because a connector says so', async () => {
    const server = await scripted(polite((line) => (line === 'STARTTLS' ? '454 4.7.0 not now' : undefined)));
    const request = mail(server.port, { smtpUrl: `smtp://127.0.0.1:${server.port}?tls=none` });
    const sent = await mailDoorTo(server.port, production).sendMail(request, {}, limits);
    expect(mailAnswerOf(sent.answer).recipients).toMatchObject([{ code: 454, outcome: 'refused-for-now' }]);
    expect(server.lines.join('\n')).not.toContain('MAIL');
  });

  it.each([
    ['after STARTTLS', 'smtp', false],
    ['from the first byte', 'smtps', true],
  ])('%s is refused with a certificate that nobody vouches for', async (_when, scheme, secure) => {
    // smtp-server brings a self-signed certificate of its own.
    const room = await mailRoom({ disabledCommands: [], secure });
    const request = mail(room.port, { smtpUrl: `${scheme}://127.0.0.1:${room.port}` });
    const sent = await mailDoorTo(room.port, production).sendMail(request, {}, limits);
    expect(sent.answer).toMatchObject({ kind: 'none', sent: false, code: 'tls_certificate_invalid', retry: 'later' });
    expect(room.mails).toHaveLength(0);
  });
});

describe('a login', () => {
  it("that is refused is told with the server's words and without the password", async () => {
    const room = await mailRoom({
      disabledCommands: ['STARTTLS'],
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (auth, _session, done) => {
        const pair = Buffer.from(`\u0000${auth.username ?? ''}\u0000${auth.password ?? ''}`).toString('base64');
        done(Object.assign(new Error(`5.7.8 wrong: ${auth.password ?? ''} ${pair}`), { responseCode: 535 }));
      },
    });
    const request = mail(room.port, { smtpUrl: `smtp://admin@127.0.0.1:${room.port}`, passwordSecret: 'smtpPassword' });
    const sent = await mailDoorTo(room.port).sendMail(request, { smtpPassword: 'hush-hush' }, limits);
    expect(mailAnswerOf(sent.answer).recipients).toMatchObject([
      { stage: 'auth', code: 535, outcome: 'refused', text: '535 5.7.8 wrong: **** ****' },
    ]);
    expect(JSON.stringify(sent)).not.toContain('hush');
  });
});

describe('an injection', () => {
  it.each([
    ['a recipient with a second command', { to: ['a@b.example\r\nRCPT TO:<x@evil.example>'] }],
    ['a recipient with a quoted local part', { to: ['"someone@outside.example x"@internal.example'] }],
    ['a recipient that is a group', { to: [`${'g:'.repeat(5000)};`] }],
    ['a recipient in angle brackets', { to: ['<a@b.example>'] }],
    ['a sender with a line end', { from: 'a@b.example\nx' }],
    ['an address to answer to with a name', { replyTo: 'x <a@b.example>' }],
    ['a subject with a line end', { subject: 'x\r\nBcc: y@evil.example' }],
    ['a header with a line end', { headers: { 'X-A': 'a\r\nBcc: y@evil.example' } }],
    ["a header that is the mail's own", { headers: { Bcc: 'y@evil.example' } }],
    ['a header name with a line end', { headers: { 'X-A\r\nBcc': 'y@evil.example' } }],
    ['a Message-ID with a line end', { messageId: '<a\r\nx@b>' }],
    ['a server URL with a line end', { smtpUrl: 'smtp://127.0.0.1:25\r\n' }],
    ['a server URL with a setting of its own', { smtpUrl: 'smtp://127.0.0.1:25?name=x' }],
    ['more recipients than the limit', { to: Array.from({ length: 101 }, (_one, at) => `a${at}@b.example`) }],
    ['no recipient', { to: [] }],
  ])('through %s is refused before anybody is asked', async (_what, changes) => {
    const room = await mailRoom();
    const sent = await mailDoorTo(room.port).sendMail(mail(room.port, changes), {}, limits);
    expect(sent.answer).toMatchObject({ kind: 'none', sent: false, retry: 'never' });
    expect(room.connections).toBe(0);
  });

  it('through dots and bare line ends in the text leaves one mail with that text (IN-21)', async () => {
    const room = await mailRoom();
    const text = 'a\n.\nb\r.\rc\n.\r\nd\r\n.\r\nMAIL FROM:<x@evil.example>\r\nend';
    const sent = await mailDoorTo(room.port).sendMail(mail(room.port, { text, html: '' }), {}, limits);
    expect(mailAnswerOf(sent.answer).recipients[0]?.outcome).toBe('accepted');
    expect(room.mails).toHaveLength(1);
    expect((await simpleParser(room.mails[0]?.raw ?? '')).text?.trimEnd()).toBe(
      'a\n.\nb\n.\nc\n.\nd\n.\nMAIL FROM:<x@evil.example>\nend',
    );
    expect(room.mails[0]?.raw).not.toMatch(/[^\r]\n|\r[^\n]/);
  });
});
