import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Answer, MailAnswer, MailTargetRequest } from '@waybill/contracts/sending/request';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';
import { createEgress } from './egress.js';
import type { Egress } from './egress.js';
import { sessionsPerServerMax } from './mail-pool.js';
import type { DeploymentSmtp } from './mail-server.js';
import { readPolicy } from './policy.js';

const limits = { timeoutMs: 3000 };
const open: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

interface MailRoom {
  readonly port: number;
  readonly mails: { readonly to: readonly string[]; readonly raw: string }[];
  readonly users: (string | undefined)[];
  connections: number;
}

/** A strict mail server: what it takes can be changed by options. */
async function mailRoom(options: SMTPServerOptions = {}): Promise<MailRoom> {
  const room: MailRoom = { port: 0, mails: [], users: [], connections: 0 };
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    authOptional: true,
    logger: false,
    closeTimeout: 100,
    onConnect: (_session, done) => {
      room.connections += 1;
      done();
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        room.mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw: Buffer.concat(chunks).toString('utf8') });
        done(null);
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  open.push(() => new Promise<void>((done) => server.close(() => done())));
  return Object.assign(room, { port: (server.server.address() as AddressInfo).port });
}

/** What a script is asked for when somebody connects. */
const greeting = '(connected)';

/** A server that says one line a command, from a script; for what smtp-server is too polite to do. */
async function scripted(say: (line: string) => string | null): Promise<{ port: number; lines: string[] }> {
  const lines: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    const answerTo = (line: string): void => {
      const answer = say(line);
      isContent = answer?.startsWith('354') ?? false;
      if (answer === null) socket.destroy();
      else if (answer !== '') socket.write(`${answer}\r\n`);
    };
    let isContent = false;
    answerTo(greeting);
    let rest = '';
    socket.on('data', (chunk) => {
      rest += chunk.toString('utf8');
      const whole = rest.split('\r\n');
      rest = whole.pop() ?? '';
      for (const line of whole) {
        if (isContent && line !== '.') continue;
        lines.push(line);
        answerTo(line);
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  open.push(() => new Promise<void>((done) => server.close(() => done())));
  return { port: (server.address() as AddressInfo).port, lines };
}

/** The ordinary conversation, with some answers of its own. */
const polite = (own: (line: string) => string | null | undefined) => (line: string): string | null => {
  const answer = own(line);
  if (answer !== undefined) return answer;
  if (line === greeting) return '220 room';
  if (line.startsWith('EHLO')) return '250 room';
  if (line === 'DATA') return '354 go on';
  if (line.startsWith('QUIT')) return '221 bye';
  if (/^(MAIL|RCPT|RSET)/.test(line)) return '250 ok';
  return line === '.' ? '250 2.0.0 kept as 4711' : '';
};

function doorTo(port: number, options: { smtp?: DeploymentSmtp; production?: boolean } = {}): Egress {
  const allow = { allow: [`127.0.0.1/32:${port}-${port}`], allow_in_production: true };
  const door = createEgress(readPolicy(allow, { production: options.production ?? false }), { smtp: options.smtp ?? null });
  open.push(() => door.close());
  return door;
}

const mail = (port: number, changes: Partial<MailTargetRequest> = {}): MailTargetRequest => ({
  kind: 'mail',
  smtpUrl: `smtp://127.0.0.1:${port}`,
  passwordSecret: null,
  from: 'waybill@example.com',
  replyTo: null,
  to: ['soc@example.com'],
  cc: [],
  subject: 'Incident ü',
  text: 'first line\nsecond',
  html: '<p>first</p>',
  messageId: '<dlv_1@waybill.invalid>',
  headers: { 'Auto-Submitted': 'auto-generated' },
  ...changes,
});

const mailAnswerOf = (answer: Answer): MailAnswer => {
  if (answer.kind !== 'mail') throw new Error(JSON.stringify(answer));
  return answer;
};

describe('a mail', () => {
  it('arrives whole, with the reply of the server for every recipient', async () => {
    const room = await mailRoom();
    const sent = await doorTo(room.port).sendMail(mail(room.port, { cc: ['boss@example.com'], replyTo: 'desk@example.com' }), {}, limits);
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
    expect(parsed).toMatchObject({ subject: 'Incident ü', text: 'first line\nsecond', html: '<p>first</p>', messageId: '<dlv_1@waybill.invalid>' });
    expect(parsed.headers.get('auto-submitted')).toBe('auto-generated');
    expect(parsed.date).toBeInstanceOf(Date);
    expect(sent.sentRequest).toMatchObject({ method: 'SMTP', url: `smtp://127.0.0.1:${room.port}`, headers: { to: 'soc@example.com' } });
  });

  it('shares one conversation with the next, and no more than the limit are open at once', async () => {
    const room = await mailRoom();
    const door = doorTo(room.port);
    for (let turn = 0; turn < 3; turn += 1) mailAnswerOf((await door.sendMail(mail(room.port), {}, limits)).answer);
    expect(room.connections).toBe(1);
    await Promise.all(Array.from({ length: 3 * sessionsPerServerMax }, () => door.sendMail(mail(room.port), {}, limits)));
    expect(room.mails).toHaveLength(3 + 3 * sessionsPerServerMax);
    expect(room.connections).toBe(sessionsPerServerMax);
  });

  it('goes through the deployment\'s own server where the connector names none', async () => {
    const room = await mailRoom({ disabledCommands: ['STARTTLS'], authOptional: false, allowInsecureAuth: true, onAuth: (auth, _session, done) => {
      room.users.push(`${auth.username}:${auth.password}`);
      done(null, { user: auth.username });
    } });
    const smtp = { url: `smtp://relay@127.0.0.1:${room.port}?tls=none`, password: 'relay pass', from: 'ops@example.com' };
    const sent = await doorTo(room.port, { smtp, production: true }).sendMail(mail(0, { smtpUrl: null, from: null }), {}, limits);
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
        return done(Object.assign(new Error(code === 550 ? '5.1.1 no such user' : '4.2.1 mailbox busy'), { responseCode: code }));
      },
    });
    const to = ['soc@example.com', 'gone@example.com', 'busy@example.com'];
    const sent = await doorTo(room.port).sendMail(mail(room.port, { to }), {}, limits);
    expect(mailAnswerOf(sent.answer).recipients).toEqual([
      { recipient: 'soc@example.com', stage: 'accepted', code: 250, text: expect.stringMatching(/^250/), outcome: 'accepted' },
      { recipient: 'gone@example.com', stage: 'rcpt', code: 550, text: '550 5.1.1 no such user', outcome: 'refused' },
      { recipient: 'busy@example.com', stage: 'rcpt', code: 450, text: '450 4.2.1 mailbox busy', outcome: 'refused-for-now' },
    ]);
    expect(room.mails[0]?.to).toEqual(['soc@example.com']);
    const all = await doorTo(room.port).sendMail(mail(room.port, { to: to.slice(1) }), {}, limits);
    expect(mailAnswerOf(all.answer).recipients.map(({ outcome }) => outcome)).toEqual(['refused', 'refused-for-now']);
  });

  it.each([
    ['the greeting', (line: string) => (line === greeting ? '554 5.3.2 no service' : undefined), 'connect', 554, 'refused'],
    ['the greeting, for now', (line: string) => (line === greeting ? '421 4.3.2 shutting down' : undefined), 'connect', 421, 'refused-for-now'],
    ['the sender', (line: string) => (line.startsWith('MAIL') ? '530 5.7.0 Authentication required' : undefined), 'mail', 530, 'refused'],
    ['DATA', (line: string) => (line === 'DATA' ? '451 4.3.0 later' : undefined), 'data', 451, 'refused-for-now'],
    ['the content', (line: string) => (line === '.' ? '554 5.7.1 spam' : undefined), 'data', 554, 'refused'],
    ['the content, while closing', (line: string) => (line === '.' ? '421 4.7.0 closing' : undefined), 'data', 421, 'refused-for-now'],
  ])('are all refused with %s, in the words of the server', async (_what, own, stage, code, outcome) => {
    const server = await scripted(polite(own));
    const sent = await doorTo(server.port).sendMail(mail(server.port), {}, limits);
    expect(mailAnswerOf(sent.answer).recipients).toMatchObject([{ stage, code, outcome, text: expect.stringMatching(new RegExp(`^${code} `)) }]);
  });

  it('refused on their own keep their word where the content is refused for now', async () => {
    const server = await scripted(
      polite((line) => (line.includes('gone@') ? '550 5.1.1 no mailbox' : line === '.' ? '451 4.3.0 later' : undefined)),
    );
    const sent = await doorTo(server.port).sendMail(mail(server.port, { to: ['soc@example.com', 'gone@example.com'] }), {}, limits);
    expect(mailAnswerOf(sent.answer).recipients).toMatchObject([
      { recipient: 'soc@example.com', stage: 'data', code: 451, outcome: 'refused-for-now' },
      { recipient: 'gone@example.com', stage: 'rcpt', code: 550, outcome: 'refused' },
    ]);
  });

  it('are unknown where the connection is lost after the final dot, except those refused before', async () => {
    const server = await scripted(polite((line) => (line.includes('gone@') ? '550 5.1.1 no mailbox' : line === '.' ? null : undefined)));
    const sent = await doorTo(server.port).sendMail(mail(server.port, { to: ['soc@example.com', 'gone@example.com'] }), {}, limits);
    expect(mailAnswerOf(sent.answer).recipients).toMatchObject([
      { recipient: 'soc@example.com', stage: 'data', code: null, outcome: 'unknown' },
      { recipient: 'gone@example.com', stage: 'rcpt', code: 550, outcome: 'refused' },
    ]);
  });

  it('are unknown where the reply to the final dot does not come in time', async () => {
    const server = await scripted(polite((line) => (line === '.' ? '' : undefined)));
    const sent = await doorTo(server.port).sendMail(mail(server.port), {}, { timeoutMs: 400 });
    expect(mailAnswerOf(sent.answer).recipients).toMatchObject([{ outcome: 'unknown' }]);
  });

  it.each([
    ['the connection is lost before DATA', (line: string) => (line.startsWith('RCPT') ? null : undefined), 'reset'],
    ['the connection is lost at the greeting', (line: string) => (line === greeting ? null : undefined), 'reset'],
    ['the server is silent', (line: string) => (line.startsWith('MAIL') ? '' : undefined), 'timeout'],
    ['the greeting never comes', (line: string) => (line === greeting ? '' : undefined), 'timeout'],
    ['the server speaks another language', (line: string) => (line === greeting ? 'SSH-2.0-OpenSSH_9.2' : undefined), 'protocol_error'],
  ])('cannot have got it where %s', async (_what, own, code) => {
    const server = await scripted(polite(own));
    const sent = await doorTo(server.port).sendMail(mail(server.port), {}, { timeoutMs: 500 });
    expect(sent.answer).toMatchObject({ kind: 'none', sent: false, retry: 'later', code });
  });

  it('get nothing where nobody listens', async () => {
    const server = await scripted(() => null);
    await open.pop()?.();
    const sent = await doorTo(server.port).sendMail(mail(server.port), {}, limits);
    expect(sent.answer).toMatchObject({ kind: 'none', sent: false, code: 'connect_failed' });
  });
});

describe('encryption', () => {
  const production = { production: true };

  it('is demanded from a server that does not offer it: no mail and no password in clear text', async () => {
    const server = await scripted(polite((line) => (line === 'STARTTLS' ? '502 5.5.1 not here' : undefined)));
    const request = mail(server.port, { smtpUrl: `smtp://admin@127.0.0.1:${server.port}`, passwordSecret: 'smtpPassword' });
    const sent = await doorTo(server.port, production).sendMail(request, { smtpPassword: 'hush-hush' }, limits);
    expect(mailAnswerOf(sent.answer).recipients).toMatchObject([{ stage: 'connect', code: 502, outcome: 'refused' }]);
    expect(server.lines.join('\n')).not.toMatch(/AUTH|MAIL|RCPT/);
  });

  it('is not given up because a connector says so', async () => {
    const server = await scripted(polite((line) => (line === 'STARTTLS' ? '454 4.7.0 not now' : undefined)));
    const request = mail(server.port, { smtpUrl: `smtp://127.0.0.1:${server.port}?tls=none` });
    const sent = await doorTo(server.port, production).sendMail(request, {}, limits);
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
    const sent = await doorTo(room.port, production).sendMail(request, {}, limits);
    expect(sent.answer).toMatchObject({ kind: 'none', sent: false, code: 'tls_failed', retry: 'later' });
    expect(room.mails).toHaveLength(0);
  });
});

describe('a login', () => {
  it('that is refused is told with the server\'s words and without the password', async () => {
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
    const sent = await doorTo(room.port).sendMail(request, { smtpPassword: 'hush-hush' }, limits);
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
    ['a header that is the mail\'s own', { headers: { Bcc: 'y@evil.example' } }],
    ['a header name with a line end', { headers: { 'X-A\r\nBcc': 'y@evil.example' } }],
    ['a Message-ID with a line end', { messageId: '<a\r\nx@b>' }],
    ['a server URL with a line end', { smtpUrl: 'smtp://127.0.0.1:25\r\n' }],
    ['a server URL with a setting of its own', { smtpUrl: 'smtp://127.0.0.1:25?name=x' }],
    ['more recipients than the limit', { to: Array.from({ length: 101 }, (_one, at) => `a${at}@b.example`) }],
    ['no recipient', { to: [] }],
  ])('through %s is refused before anybody is asked', async (_what, changes) => {
    const room = await mailRoom();
    const sent = await doorTo(room.port).sendMail(mail(room.port, changes as Partial<MailTargetRequest>), {}, limits);
    expect(sent.answer).toMatchObject({ kind: 'none', sent: false, retry: 'never' });
    expect(room.connections).toBe(0);
  });

  it('through dots and bare line ends in the text leaves one mail with that text (IN-21)', async () => {
    const room = await mailRoom();
    const text = 'a\n.\nb\r.\rc\n.\r\nd\r\n.\r\nMAIL FROM:<x@evil.example>\r\nend';
    const sent = await doorTo(room.port).sendMail(mail(room.port, { text, html: '' }), {}, limits);
    expect(mailAnswerOf(sent.answer).recipients[0]?.outcome).toBe('accepted');
    expect(room.mails).toHaveLength(1);
    expect((await simpleParser(room.mails[0]?.raw ?? '')).text?.trimEnd()).toBe('a\n.\nb\n.\nc\n.\nd\n.\nMAIL FROM:<x@evil.example>\nend');
    expect(room.mails[0]?.raw).not.toMatch(/[^\r]\n|\r[^\n]/);
  });
});
