import type { Dict, Given } from './desk.js';
import { accepted, type RowCase, type RowGroup } from './row-cases.js';

/** Addresses of the receivers' TLS doors, and the certificates that open them. */
export interface TlsDoors {
  readonly caPem: string;
  readonly mtlsUrl: string;
  readonly clientCertPem: string;
  readonly clientKeyPem: string;
  readonly strangerCertPem: string;
  readonly strangerKeyPem: string;
}

export function webhookRows(url: string, tls: TlsDoors, word: (stem: string) => string): readonly RowGroup[] {
  const name = {
    signed: word('signed'),
    oauth: word('oauth'),
    wrong: word('oauth'),
    gone: word('gone'),
    off: word('off'),
    mtls: word('mtls'),
  };
  const hook = (path: string, config: Dict = {}, secrets: Dict = {}): Given => ({
    target: 'webhook',
    config: { url: `${url}/webhook/${path}`, ...config },
    secrets,
  });
  const oauth = { kind: 'oauth2-client-credentials', tokenUrl: `${url}/oauth/token`, clientId: 'waybill-client' };
  const mtls = (cert: string, key: string): Given => ({
    target: 'webhook',
    config: { url: `${tls.mtlsUrl}/webhook/${name.mtls}`, auth: { kind: 'mtls' }, caPem: tls.caPem },
    secrets: { clientCertPem: cert, clientKeyPem: key },
  });
  const options = [
    ['webhook', 'signingSecrets', ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], name.signed],
    ['webhook', 'auth', { kind: 'oauth2' }, name.oauth],
    ['webhook', 'gone', true, name.gone],
    ['webhook', 'disable', true, name.off],
  ] as const;
  const cases: RowCase[] = [
    {
      rule: 'webhook.signature',
      given: hook(name.signed, {}, { signingSecret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }),
    },
    {
      rule: 'oauth.ok',
      given: hook(name.oauth, { auth: oauth }, { clientSecret: 'waybill-client-secret' }),
      ends: accepted,
    },
    { rule: 'oauth.invalid-client', given: hook(name.wrong, { auth: oauth }, { clientSecret: 'another' }) },
    { rule: 'webhook.gone', given: hook(name.gone) },
    // With a success the wish comes too late to matter: the notification is delivered.
    { rule: 'webhook.disable', given: hook(name.off), ends: accepted },
    {
      rule: 'webhook.mtls',
      given: { ...mtls(tls.strangerCertPem, tls.strangerKeyPem), limits: { retryDelaysSeconds: [] } },
      ends: /^(refused|unknown):/,
    },
    { rule: 'webhook.ok', given: mtls(tls.clientCertPem, tls.clientKeyPem), ends: accepted },
  ];
  return [{ options, cases }];
}

/** After the token was revoked: 401, one refresh, delivered. */
export function refreshRow(url: string, name: string): RowGroup {
  const auth = { kind: 'oauth2-client-credentials', tokenUrl: `${url}/oauth/token`, clientId: 'waybill-client' };
  const given: Given = {
    target: 'webhook',
    config: { url: `${url}/webhook/${name}`, auth },
    secrets: { clientSecret: 'waybill-client-secret' },
  };
  return {
    options: [
      ['webhook', 'auth', { kind: 'oauth2' }, name],
      ['oauth', 'revoked', true],
    ],
    cases: [{ rule: 'webhook.oauth-token', given, payloads: [{}, {}], ends: accepted }],
  };
}

/** Options of the mail server hold for everybody, so these cases come one after the other. */
export function emailRows(smtpUrl: string, word: (stem: string) => string): readonly RowGroup[] {
  const to = (...locals: string[]): Given => ({
    target: 'email',
    config: { to: locals.map((local) => `${local}@${word('mail')}.example.com`) },
  });
  // The development stack lets its own mail server be spoken to in clear text; a connector may demand TLS all the same.
  const strictly = (): Given => ({
    target: 'email',
    config: { to: [`soc@${word('mail')}.example.com`], smtpUrl: `${smtpUrl}?tls=required` },
  });
  const later = /^(refused|unknown):\w+( (refused|unknown):\w+)*$/;
  const limits = { retryDelaysSeconds: [] };
  const alone = (rule: string, option: string, value: unknown, given: Given = to('soc'), ends?: RegExp): RowGroup => ({
    options: [['email', option, value]],
    cases: [{ rule, given: { ...given, limits }, ...(ends === undefined ? {} : { ends }) }],
  });
  return [
    {
      cases: [
        { rule: 'email.busy', given: { ...to('busy'), limits }, ends: later },
        { rule: 'email.full', given: { ...to('full'), limits }, ends: later },
        { rule: 'email.policy', given: to('policy') },
      ],
    },
    alone('email.auth-required', 'requireAuth', true),
    alone('email.too-many-recipients', 'recipientsMax', 1, to('one', 'two'), later),
    alone('email.size-data', 'sizeMax', 200),
    alone('email.multi-line', 'multiLine', true, to('soc'), accepted),
    alone('email.plain-codes', 'enhancedCodes', false, to('soc'), accepted),
    alone('email.lmtp', 'lmtp', true, to('soc'), /^(accepted|refused:\w+|unknown:\w+)/),
    // A connection that the server has closed is not used again, and what follows is about new ones.
    alone('email.session-421', 'session421', true, to('soc'), later),
    // A greeting is heard only where no conversation is left from before: they are kept for 5 s (libs/egress, `sessionIdleMs`), and what was
    // refused just before is tried again within 6 s.
    { ...alone('email.greeting-421', 'greeting421', true, to('soc'), later), quietMs: 12_000 },
    alone('email.starttls-hidden', 'startTls', 'hidden', strictly(), later),
    alone('email.starttls-refused', 'startTls', 'refused', strictly(), later),
    alone('email.certificate', 'certificate', 'expired', strictly(), later),
    alone('email.long-reply', 'longReplies', true, to('gone')),
    alone('email.session-421', 'session421', true, to('soc'), later),
    alone('email.greeting-delay', 'greetingDelayMs', 200, to('soc'), accepted),
  ];
}
