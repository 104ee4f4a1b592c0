import { exampleAtMs, exampleSending, httpAnswer, noAnswer } from '../sending.fixture.js';
import type { MailAnswer, Sending, Step } from '../target.js';
import { email, subjectCharactersMax } from './email.target.js';

const body = JSON.stringify({ subject: 'Brute force', text: 'text', html: '<p>html</p>' });
const webhookId = 'dlv_01jd8xkq3vfb7sz3tm8v0q9k4n';

const sending = (over: Partial<Sending> = {}): Sending =>
  exampleSending({ config: { to: ['a@example.test', 'b@example.test'], cc: ['c@example.test'] }, body, ...over });

type Row = MailAnswer['recipients'][number];
const reply = (recipient: string, code: number | null, text: string, outcome: Row['outcome'], stage = 'rcpt'): Row => ({
  recipient,
  stage,
  code,
  text,
  outcome,
});
const mailAnswer = (...recipients: Row[]): MailAnswer => ({ kind: 'mail', recipients, atMs: exampleAtMs });
const ok = (recipient: string) => reply(recipient, 250, '250 2.0.0 Ok: queued', 'accepted', 'accepted');
const grey = (recipient: string) => reply(recipient, 450, '450 4.2.0 Greylisted', 'refused-for-now');
const gone = (recipient: string) => reply(recipient, 550, '550 5.1.1 No such user', 'refused');
const lost = (recipient: string) => reply(recipient, null, '', 'unknown', 'data');

const outcome = (step: Step) => ('done' in step ? step.done : null);

describe('what an e-mail connector sends', () => {
  it('is one mail to everybody, with an id that is the same over all attempts', () => {
    const first = email.next(sending(), []);
    expect(first).toEqual({
      send: {
        kind: 'mail',
        smtpUrl: null,
        passwordSecret: null,
        from: null,
        replyTo: null,
        to: ['a@example.test', 'b@example.test'],
        cc: ['c@example.test'],
        subject: 'Brute force',
        text: 'text',
        html: '<p>html</p>',
        messageId: `<${webhookId}@waybill.invalid>`,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      },
    });
    expect(email.next(sending({ attempt: 5, afterUnknown: true }), [])).toEqual(first);
  });

  it("goes through the connector's own mail server where it has one", () => {
    const config = {
      to: ['a@example.test'],
      smtpUrl: 'smtps://u@smtp.example.test:465',
      from: 'w@example.test',
      replyTo: 'r@example.test',
    };
    expect(email.next(sending({ config, secretNames: ['smtpPassword'] }), [])).toMatchObject({
      send: {
        smtpUrl: 'smtps://u@smtp.example.test:465',
        passwordSecret: 'smtpPassword',
        from: 'w@example.test',
        replyTo: 'r@example.test',
      },
    });
  });

  it('is threaded by the correlation key, without showing it', () => {
    const header = (correlationKey: string) => {
      const step = email.next(sending({ correlationKey }), []);
      return 'send' in step && step.send.kind === 'mail' ? step.send.headers : {};
    };
    const { References, 'In-Reply-To': inReplyTo } = header('5F04D7E3 <x>');
    expect(References).toMatch(/^<thread-[0-9a-f]{26}@waybill\.invalid>$/);
    expect(inReplyTo).toBe(References);
    expect(header('5F04D7E3 <x>')['References']).toBe(References);
    expect(header('another')['References']).not.toBe(References);
  });

  const subjects: [string, string, string][] = [
    ['CR and LF become one blank (IN-20)', 'x\r\nBcc: y@z', 'x Bcc: y@z'],
    ['NUL, tab and line separators become blanks', 'a\0b\tc\u2028d\u0085e', 'a b c d e'],
    ['blanks at the ends are taken away', '  a ', 'a'],
    ['letters of all kinds stay', 'Überfall 🚨', 'Überfall 🚨'],
  ];
  it.each(subjects)('has one line of subject: %s', (_title, subject, expected) => {
    const step = email.next(sending({ body: JSON.stringify({ subject, text: '', html: '' }) }), []);
    expect(step).toMatchObject({ send: { subject: expected } });
  });

  it('cuts a subject one past the bound and says so', () => {
    const step = (length: number) =>
      email.next(sending({ body: JSON.stringify({ subject: 's'.repeat(length), text: '', html: '' }) }), []);
    expect(step(subjectCharactersMax)).not.toHaveProperty('notes');
    expect(step(subjectCharactersMax + 1)).toMatchObject({
      send: { subject: `${'s'.repeat(subjectCharactersMax - 1)}…` },
      notes: ['The subject was cut from 256 to 255 characters, the most that the target takes.'],
    });
  });

  const bad: [string, string][] = [
    ['a list', '[]'],
    ['no JSON', 'x'],
    ['no subject', '{"text":"a","html":""}'],
    ['a subject that is a number', '{"subject":1,"text":"a","html":""}'],
    ['no text', '{"subject":"a"}'],
  ];
  it.each(bad)("refuses a template's result that is %s", (_title, text) => {
    expect(outcome(email.next(sending({ body: text }), []))).toEqual({
      kind: 'refused',
      retry: 'never',
      reason: 'body_invalid',
    });
  });
});

describe("what a mail server's replies mean", () => {
  const all = ['a@example.test', 'b@example.test', 'c@example.test'] as const;
  const [a, b, c] = all;
  const memory = (openRecipients: readonly string[], refusedRecipients: readonly string[], someAccepted: boolean) => ({
    memory: { by: webhookId, openRecipients, refusedRecipients, someAccepted },
  });

  it('is delivered when everybody has it, and forgets who was open', () => {
    expect(outcome(email.next(sending(), [mailAnswer(ok(a), ok(b), ok(c))]))).toEqual({
      kind: 'accepted',
      receipt: { memory: {} },
    });
  });

  const rows: [string, MailAnswer | ReturnType<typeof noAnswer>, unknown][] = [
    [
      'one greylisted recipient is tried again alone',
      mailAnswer(ok(a), grey(b), ok(c)),
      { kind: 'refused', retry: 'later', reason: 'mail_refused_for_now', receipt: memory([b], [], true) },
    ],
    [
      'a refused one is remembered while another is tried again',
      mailAnswer(ok(a), grey(b), gone(c)),
      { kind: 'refused', retry: 'later', reason: 'mail_refused_for_now', receipt: memory([b], [c], true) },
    ],
    [
      'a refused one among delivered ones is a failure that names only him',
      mailAnswer(ok(a), ok(b), gone(c)),
      { kind: 'refused', retry: 'never', reason: 'mail_partly_refused', receipt: memory([c], [], true) },
    ],
    [
      'all refused is a failure',
      mailAnswer(gone(a), gone(b), gone(c)),
      { kind: 'refused', retry: 'never', reason: 'mail_refused', receipt: memory([a, b, c], [], false) },
    ],
    [
      'a broken connection after the final dot is unknown',
      mailAnswer(lost(a), lost(b), gone(c)),
      { kind: 'unknown', reason: 'mail_unconfirmed', receipt: memory([a, b], [c], false) },
    ],
    [
      'a recipient that the answer forgets may have the mail',
      mailAnswer(ok(a), ok(b)),
      { kind: 'unknown', reason: 'mail_unconfirmed', receipt: memory([c], [], true) },
    ],
    [
      "a wrong password is the connector's fault",
      mailAnswer(...all.map((one) => reply(one, 535, '535 5.7.8 Error: authentication failed', 'refused', 'auth'))),
      { kind: 'refused', retry: 'never', reason: 'mail_auth_failed', receipt: memory([a, b, c], [], false) },
    ],
    [
      "a demand for STARTTLS is the connector's fault",
      mailAnswer(
        ...all.map((one) => reply(one, 530, '530 5.7.0 Must issue a STARTTLS command first', 'refused', 'mail')),
      ),
      { kind: 'refused', retry: 'never', reason: 'mail_auth_failed', receipt: memory([a, b, c], [], false) },
    ],
    [
      'a server that shuts down is tried again',
      mailAnswer(...all.map((one) => reply(one, 421, '421 4.3.2 Service shutting down', 'refused-for-now', 'connect'))),
      { kind: 'refused', retry: 'later', reason: 'mail_refused_for_now', receipt: memory([a, b, c], [], false) },
    ],
    [
      'no connection is tried again with everybody',
      noAnswer('connect_failed', false),
      { kind: 'refused', retry: 'later', reason: 'connect_failed', receipt: memory([a, b, c], [], false) },
    ],
  ];
  it.each(rows)('%s', (_title, answer, expected) => {
    expect(outcome(email.next(sending(), [answer]))).toEqual(expected);
  });

  it('writes at the next attempt only to those that are open, and ends as delivered when they have it', () => {
    const remembered = memory([b], [], true);
    const step = email.next(sending({ remembered, attempt: 2 }), []);
    expect(step).toMatchObject({ send: { to: [b], cc: [] } });
    expect(outcome(email.next(sending({ remembered, attempt: 2 }), [mailAnswer(ok(b))]))).toEqual({
      kind: 'accepted',
      receipt: { memory: {} },
    });
  });

  it('does not forget at the end who was refused at an earlier attempt', () => {
    const remembered = memory([b], [c], true);
    expect(outcome(email.next(sending({ remembered, attempt: 2 }), [mailAnswer(ok(b))]))).toEqual({
      kind: 'refused',
      retry: 'never',
      reason: 'mail_partly_refused',
      receipt: memory([c], [], true),
    });
  });

  it('addresses the mail to those in copy where only they are open', () => {
    expect(email.next(sending({ remembered: memory([c], [], true) }), [])).toMatchObject({ send: { to: [c], cc: [] } });
  });

  it('does not read what another delivery remembers', () => {
    const remembered = { memory: { by: 'dlv_other', openRecipients: [b], refusedRecipients: [], someAccepted: true } };
    expect(email.next(sending({ remembered }), [])).toMatchObject({ send: { to: [a, b], cc: [c] } });
  });

  it('ends where the open recipients have left the connector', () => {
    expect(outcome(email.next(sending({ remembered: memory(['gone@example.test'], [], true) }), []))).toEqual({
      kind: 'accepted',
      receipt: null,
    });
  });

  it('stops at an answer that belongs to another protocol', () => {
    expect(() => email.next(sending(), [httpAnswer(200)])).toThrow('belongs to another request');
  });
});

describe('what an e-mail connector may be', () => {
  const rows: [string, Record<string, unknown>, string][] = [
    ['a display name among the recipients', { to: ['a@example.test', 'SOC <b@example.test>'] }, '/config/to/1'],
    [
      'a line end in a copy',
      { to: ['a@example.test'], cc: ['b@example.test\r\nRCPT TO:<x@evil.test>'] },
      '/config/cc/0',
    ],
    ['a sender that is no address', { to: ['a@example.test'], from: 'Waybill' }, '/config/from'],
    ['a mail server over HTTP', { to: ['a@example.test'], smtpUrl: 'https://smtp.example.test' }, '/config/smtpUrl'],
    [
      "a password in the mail server's URL",
      { to: ['a@example.test'], smtpUrl: 'smtp://u:p@smtp.example.test' },
      '/config/smtpUrl',
    ],
    [
      'SEC-08 a password in the query of the mail server',
      { to: ['a@example.test'], smtpUrl: 'smtp://u@smtp.example.test?password=p' },
      '/config/smtpUrl',
    ],
  ];
  it.each(rows)('refuses %s', (_title, config, pointer) => {
    expect(() => email.check(config, [])).toThrow(expect.objectContaining({ pointer }));
  });

  const oauth2 = { tokenUrl: 'https://login.example.test/token', clientId: 'c', scopes: 's' };
  const smtpUrl = 'smtp://box@smtp.example.test:587';
  const oauthRows: [string, Record<string, unknown>, string[], string][] = [
    [
      'a token without a mail server of its own',
      { to: ['a@example.test'], oauth2 },
      ['smtpClientSecret'],
      '/config/smtpUrl',
    ],
    [
      'a token for nobody',
      { to: ['a@example.test'], oauth2, smtpUrl: 'smtp://smtp.example.test' },
      ['smtpClientSecret'],
      '/config/smtpUrl',
    ],
    ['a token without a client secret', { to: ['a@example.test'], oauth2, smtpUrl }, [], '/secrets/smtpClientSecret'],
    [
      'a token URL that is none',
      { to: ['a@example.test'], oauth2: { ...oauth2, tokenUrl: 'ftp://x' }, smtpUrl },
      ['smtpClientSecret'],
      '/config/oauth2/tokenUrl',
    ],
    [
      'SEC-08 a token URL with a credential, which would be stored in clear',
      { to: ['a@example.test'], oauth2: { ...oauth2, tokenUrl: 'https://login.example.test/?code=a' }, smtpUrl },
      ['smtpClientSecret'],
      '/config/oauth2/tokenUrl',
    ],
  ];
  it.each(oauthRows)('refuses %s', (_title, config, secretNames, pointer) => {
    expect(() => email.check(config, secretNames)).toThrow(expect.objectContaining({ pointer }));
  });

  it('logs in by token where the connector says where to get one', () => {
    const config = { to: ['a@example.test'], oauth2, smtpUrl };
    expect(email.next(sending({ config, secretNames: ['smtpClientSecret', 'smtpPassword'] }), [])).toMatchObject({
      send: { smtpUrl, passwordSecret: null, oauth: { ...oauth2, clientSecret: 'smtpClientSecret' } },
    });
  });

  it("takes a user in the mail server's URL", () => {
    expect(() => email.check({ to: ['a@example.test'], smtpUrl: 'smtp://u@smtp.example.test:587' }, [])).not.toThrow();
  });
});
