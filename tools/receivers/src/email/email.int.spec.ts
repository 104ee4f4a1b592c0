import { createTransport } from 'nodemailer';
import { ReceiversClient } from '../client.js';
import { startReceivers, type Receivers } from '../start.js';
import { Talk } from './talk.spec.js';

const head = 'From: a@example.com\r\nTo: b@example.com\r\nDate: Tue, 24 Nov 2026 06:00:00 +0000\r\n';
const message = (id: string, more = '', text = 'Hello'): string =>
  `${head}Message-ID: <${id}@example.com>\r\n${more}Subject: Test\r\n\r\n${text}\r\n.`;
const plain = (user: string, password: string): string =>
  `AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}`;

describe('the mail receiver', () => {
  let receivers: Receivers;
  let client: ReceiversClient;
  let talk: Talk;

  beforeAll(async () => {
    receivers = await startReceivers({ httpPort: 0, smtpPort: 0 });
    client = new ReceiversClient(receivers.httpUrl);
  });
  afterAll(() => receivers.close());
  beforeEach(() => client.reset());
  afterEach(() => talk?.end());

  const set = (option: string, value: unknown): Promise<void> => client.option('email', option, value);
  /** Connected and greeted; options must be set before. */
  const begin = async (): Promise<string> => {
    talk = await Talk.open(receivers.smtpUrl);
    const greeting = await talk.reply();
    return greeting.startsWith('220') ? talk.say('EHLO spec.test') : greeting;
  };
  const toData = (recipient = 'b@example.com'): Promise<string> =>
    talk.sayAll('MAIL FROM:<a@example.com>', `RCPT TO:<${recipient}>`, 'DATA');

  it('takes a mail of nodemailer over TLS and shows all of it', async () => {
    const { port } = new URL(receivers.smtpUrl);
    const transport = createTransport({
      host: '127.0.0.1',
      port: Number(port),
      requireTLS: true,
      auth: { user: 'waybill', pass: 'mail-password' },
      tls: { ca: receivers.certificates.caPem },
    });
    await transport.sendMail({
      from: { name: 'Waybill', address: 'a@example.com' },
      to: ['b@example.com', 'c@example.com'],
      subject: 'Störung 🚨',
      text: 'Hello\n.\nWorld',
      html: '<p>Hello</p>',
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    expect(await client.received({ target: 'email', name: 'c@example.com' })).toMatchObject([
      {
        from: ['a@example.com'],
        to: ['b@example.com', 'c@example.com'],
        recipients: ['b@example.com', 'c@example.com'],
        subject: 'Störung 🚨',
        text: expect.stringContaining('Hello\n.\nWorld'),
        html: expect.stringContaining('<p>Hello</p>'),
        headers: expect.objectContaining({ 'auto-submitted': 'auto-generated' }),
        secure: true,
        user: 'waybill',
        verdict: 'accepted',
        flags: [],
      },
    ]);
  });

  const recipients: readonly (readonly [address: string, reply: RegExp])[] = [
    ['busy@example.com', /^450 4\.2\.1 /],
    ['full@example.com', /^452 4\.2\.2 /],
    ['gone@example.com', /^550 5\.1\.1 /],
    ['bad@@example.com', /^553 5\.1\.3 /],
    ['policy@example.com', /^550 5\.7\.1 /],
    ['anybody@example.com', /^250 2\.1\.5 /],
  ];

  it.each(recipients)('answers for %s with %s', async (address, expected) => {
    await begin();
    expect(await talk.sayAll('MAIL FROM:<a@example.com>', `RCPT TO:<${address}>`)).toMatch(expected);
  });

  it('takes grey@ at the second try', async () => {
    await begin();
    expect(await talk.sayAll('MAIL FROM:<a@example.com>', 'RCPT TO:<grey@example.com>')).toMatch(/^451 4\.7\.1 /);
    expect(await talk.sayAll('RSET', 'MAIL FROM:<a@example.com>', 'RCPT TO:<grey@example.com>')).toMatch(/^250 /);
  });

  it('says which recipients it refused of a mail that it took', async () => {
    await begin();
    await talk.sayAll('MAIL FROM:<a@example.com>', 'RCPT TO:<gone@example.com>', 'RCPT TO:<b@example.com>', 'DATA');
    await talk.say(message('part'));
    expect(await client.received()).toMatchObject([
      {
        recipients: ['b@example.com'],
        refusedRecipients: [{ recipient: 'gone@example.com', reply: expect.stringMatching(/^550 5/) }],
      },
    ]);
  });

  it('takes as many recipients as it may', async () => {
    await set('recipientsMax', 2);
    await begin();
    expect(
      await talk.sayAll('MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'RCPT TO:<c@example.com>'),
    ).toMatch(/^250/);
    expect(await talk.say('RCPT TO:<d@example.com>')).toMatch(/^452 4\.5\.3 /);
  });

  it('demands TLS where the option says so', async () => {
    await set('requireTls', true);
    await begin();
    expect(await talk.say('MAIL FROM:<a@example.com>')).toBe('530 5.7.0 Must issue a STARTTLS command first');
    await talk.startTls(receivers.certificates.caPem);
    expect(await talk.sayAll('EHLO spec.test', 'MAIL FROM:<a@example.com>')).toMatch(/^250 /);
  });

  it('demands AUTH where the option says so, and not in the clear', async () => {
    await set('requireAuth', true);
    await begin();
    expect(await talk.say('MAIL FROM:<a@example.com>')).toBe('530 5.7.0 Authentication required');
    expect(await talk.say(plain('waybill', 'mail-password'))).toMatch(/^538 5\.7\.11 /);
    await talk.startTls(receivers.certificates.caPem);
    await talk.say('EHLO spec.test');
    expect(await talk.say(plain('waybill', 'wrong'))).toBe('535 5.7.8 Error: authentication failed');
    expect(await talk.say(plain('waybill', 'mail-password'))).toMatch(/^235 /);
    expect(await talk.say('MAIL FROM:<a@example.com>')).toMatch(/^250 /);
  });

  it('knows AUTH LOGIN too, and closes after the third failure', async () => {
    await begin();
    await talk.startTls(receivers.certificates.caPem);
    await talk.say('EHLO spec.test');
    expect(await talk.say('AUTH CRAM-MD5')).toMatch(/^504 /);
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const login = (password: string): Promise<string> => talk.sayAll('AUTH LOGIN', base64('waybill'), base64(password));
    expect(await login('mail-password')).toMatch(/^235 /);
    expect(await login('wrong')).toMatch(/^535 /);
    expect(await login('wrong')).toMatch(/^535 /);
    expect(await login('wrong')).toBe('421 4.7.0 Too many errors');
    await talk.closed();
  });

  it('hides AUTH in the clear where the option says so', async () => {
    await set('clearAuth', 'hidden');
    expect(await begin()).not.toContain('AUTH');
    expect(await talk.say(plain('waybill', 'mail-password'))).toMatch(/^503 /);
  });

  it('takes a message of sizeMax, and no octet more', async () => {
    const size = message('size').length - 1;
    await set('sizeMax', size);
    await begin();
    expect(await talk.say(`MAIL FROM:<a@example.com> SIZE=${size + 1}`)).toMatch(/^552 5\.3\.4 /);
    expect(await talk.sayAll(`MAIL FROM:<a@example.com> SIZE=${size}`, 'RCPT TO:<b@example.com>', 'DATA')).toMatch(
      /^354/,
    );
    expect(await talk.say(message('size'))).toMatch(/^250 /);
    await toData();
    expect(await talk.say(message('size', '', 'Hello!'))).toMatch(/^552 5\.3\.4 /);
  });

  it.each([
    ['a bare LF', 'email.bare-lf', message('lf', '', 'a\nb')],
    ['a bare CR', 'email.bare-lf', message('cr', '', 'a\rb')],
    ['a smuggled end', 'email.bare-lf', message('end', '', 'a\n.\nMAIL FROM:<x@y.z>')],
    ['a line of 999 octets', 'email.long-line', message('long', '', 'x'.repeat(999))],
    ['no Date', 'email.missing-header', message('date').replace(/Date: [^\r]*\r\n/, '')],
    ['no Message-ID', 'email.missing-header', message('id').replace(/Message-ID: [^\r]*\r\n/, '')],
    ['8-bit in a header', 'email.eight-bit-header', message('8bit', 'X-Name: J\xfcrgen\r\n')],
  ])('refuses a message with %s', async (_title, rule, text) => {
    await begin();
    await toData();
    expect(await talk.say(text)).toMatch(/^550 5\.6\.0 /);
    expect(await client.received()).toMatchObject([{ rule, status: 550 }]);
  });

  it('takes a line of 998 octets, and 8-bit headers under SMTPUTF8', async () => {
    await begin();
    await toData();
    expect(await talk.say(message('998', '', 'x'.repeat(998)))).toMatch(/^250 /);
    await talk.sayAll('MAIL FROM:<a@example.com> SMTPUTF8', 'RCPT TO:<b@example.com>', 'DATA');
    expect(await talk.say(message('utf8', 'X-Name: J\xc3\xbcrgen\r\n'))).toMatch(/^250 /);
  });

  it('takes the stuffing off dots', async () => {
    await begin();
    await toData();
    await talk.say(message('dots', '', '..\r\n..a'));
    expect((await client.received())[0]?.text).toBe('.\n.a\n');
  });

  it('flags a Message-ID that came before for the same recipient', async () => {
    await begin();
    for (const recipient of ['b@example.com', 'b@example.com', 'c@example.com']) {
      await toData(recipient);
      await talk.say(message('twice'));
    }
    expect((await client.received()).map((item) => item.flags)).toEqual([[], ['duplicate for b@example.com'], []]);
    expect(await client.ids({ target: 'email', min: 2 })).toMatchObject([{ id: '<twice@example.com>', count: 2 }]);
  });

  it('flags headers and commands that were smuggled', async () => {
    await begin();
    await toData();
    await talk.say(message('bcc', 'Bcc: x@example.com\r\nSubject: Other\r\n'));
    await toData();
    await talk.say(`${message('more')}\r\nMAIL FROM:<x@example.com>`);
    expect((await client.received()).map((item) => item.flags)).toEqual([
      ['injection: header subject, bcc'],
      ['injection: commands behind the final dot'],
    ]);
  });

  it('greets with 421, and late', async () => {
    await set('greeting421', true);
    expect(await begin()).toMatch(/^421 4\.3\.2 /);
    await talk.closed();
    await set('greeting421', false);
    await set('greetingDelayMs', 100);
    const before = Date.now();
    await begin();
    expect(Date.now() - before).toBeGreaterThanOrEqual(95);
  });

  it('says 421 in the middle of a session', async () => {
    await set('session421', true);
    await begin();
    expect(await talk.sayAll('MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>')).toMatch(/^421 4\.3\.2 /);
    await talk.closed();
  });

  it('closes after the dot, with the mail taken', async () => {
    await set('closeAfterDot', true);
    await begin();
    await toData();
    await expect(talk.say(message('lost'))).rejects.toThrow('closed without a reply');
    expect(await client.received()).toHaveLength(1);
  });

  it('hides or refuses STARTTLS', async () => {
    await set('startTls', 'hidden');
    expect(await begin()).not.toContain('STARTTLS');
    expect(await talk.say('STARTTLS')).toMatch(/^502 /);
    await set('startTls', 'refused');
    expect(await begin()).toContain('STARTTLS');
    expect(await talk.say('STARTTLS')).toMatch(/^454 4\.7\.0 /);
  });

  it.each([
    ['expired', 'CERT_HAS_EXPIRED'],
    ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('shows a certificate that is %s', async (certificate, code) => {
    await set('certificate', certificate);
    await begin();
    await expect(talk.startTls(receivers.certificates.caPem)).rejects.toMatchObject({ code });
  });

  it('replies in several lines, without codes, and at length', async () => {
    await set('multiLine', true);
    await begin();
    expect(await talk.say('NOOP')).toBe('250-2.0.0 OK\r\n250 2.0.0 see the rules of this server');
    await set('multiLine', false);
    await set('enhancedCodes', false);
    expect(await talk.say('NOOP')).toBe('250 OK');
    await set('longReplies', true);
    expect(await talk.sayAll('MAIL FROM:<a@example.com>', 'RCPT TO:<gone@example.com>')).toHaveLength(510);
  });

  it('replies for each recipient in the way of LMTP', async () => {
    await set('lmtp', true);
    await begin();
    await talk.sayAll('MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'RCPT TO:<c@example.com>', 'DATA');
    expect([await talk.say(message('lmtp')), await talk.reply()]).toEqual([
      '250 2.0.0 OK: queued <b@example.com>',
      '250 2.0.0 OK: queued <c@example.com>',
    ]);
  });

  it('plays a script at its stage and for its recipient', async () => {
    await client.script('email', null, [{ stage: 'dot', status: 451, body: '4.3.0 later' }]);
    await client.script('email', 'x@example.com', [{ stage: 'rcpt', status: 552, body: '5.2.2 over quota' }]);
    await begin();
    expect(await talk.sayAll('MAIL FROM:<a@example.com>', 'RCPT TO:<x@example.com>')).toBe('552 5.2.2 over quota');
    expect(await talk.sayAll('RCPT TO:<b@example.com>', 'DATA', message('script'))).toBe('451 4.3.0 later');
    await toData();
    expect(await talk.say(message('script'))).toMatch(/^250 /);
  });

  it('has exercised every rule', async () => {
    const { items } = await client.rules('email');
    expect(items.filter((rule) => rule.exercised === 0).map((rule) => rule.id)).toEqual([]);
  });
});
