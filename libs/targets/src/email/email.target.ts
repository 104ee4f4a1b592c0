import { Refused } from '@waybill/decider/decider';
import { escapeLine } from '@waybill/template/escape';
import { readBody } from '../body.js';
import { checkAddress } from '../check-address.js';
import { checkPem } from '../check-pem.js';
import { checkNoCredential, checkUrl } from '../check-url.js';
import { cut, cutNote } from '../cut.js';
import { stableName } from '../hash.js';
import { hasSecret, optional, required, section, texts } from '../settings.js';
import type { Access, Answer, MailTargetRequest, Sending, Step, Target } from '../target.js';
import { judgeGreeting, judgeMail, type MailMemory, openOf } from './email.answers.js';
import { emailDescriptor } from './email.descriptor.js';

export const email: Target = { descriptor: emailDescriptor, check, next, connect };

/** A ticket system that takes the mail makes a summary of its subject, and Jira's holds 255 characters. */
export const subjectCharactersMax = 255;

/** Names under `.invalid` belong to nobody (RFC 2606), so an id of ours can never be one of somebody else. */
const idDomain = 'waybill.invalid';

/** One mail an attempt, to the recipients that are still open. */
function next(sending: Sending, answers: readonly Answer[]): Step {
  const memory = openOf(sending.remembered, sending.webhookId);
  const open = openRecipients(sending, memory);
  if (open.length === 0) {
    return {
      done: { kind: 'accepted', receipt: null },
      notes: ['The recipients that were still open are no longer recipients of this connector.'],
    };
  }
  const answer = answers[0];
  if (answer !== undefined) return { done: judgeMail(answer, sending.webhookId, open, memory) };
  return compose(sending, open);
}

function compose(sending: Sending, open: readonly string[]): Step {
  const body = readBody(sending.body);
  const subject = body?.get('subject');
  const text = body?.get('text');
  const html = body?.get('html') ?? '';
  if (typeof subject !== 'string' || typeof text !== 'string' || typeof html !== 'string') {
    return { done: { kind: 'refused', retry: 'never', reason: 'body_invalid' } };
  }
  const { config } = sending;
  const line = cut(oneLine(subject), subjectCharactersMax, 'utf16');
  const to = texts(config, 'to').filter((address) => open.includes(address));
  const cc = texts(config, 'cc').filter((address) => open.includes(address) && !to.includes(address));
  const send: MailTargetRequest = {
    kind: 'mail',
    ...server(sending),
    from: optional(config, 'from'),
    replyTo: optional(config, 'replyTo'),
    // A retry may concern only people in copy; a mail needs somebody it is addressed to.
    to: to.length > 0 ? to : cc,
    cc: to.length > 0 ? cc : [],
    subject: line.text,
    text: text.replaceAll('\u27e6', '['),
    html: html.replaceAll('\u27e6', '&#x27e6;'),
    messageId: `<${token(sending.webhookId)}@${idDomain}>`,
    headers: headers(sending),
  };
  if (line.lengthBefore === null) return { send };
  return { send, notes: [cutNote('The subject', line.lengthBefore, subjectCharactersMax, 'utf16')] };
}

/** Greeting, STARTTLS and login, without a mail. */
function connect(access: Access, answers: readonly Answer[]): Step {
  const [answer] = answers;
  if (answer !== undefined) return { done: judgeGreeting(answer) };
  const nothing = { to: [], cc: [], subject: '', text: '', html: '', messageId: '', headers: {} };
  return { send: { kind: 'mail', only: 'greeting', ...server(access), from: null, replyTo: null, ...nothing } };
}

/** Which server, and the login there: by access token where the connector says where to get one. */
function server(access: Access): Pick<MailTargetRequest, 'smtpUrl' | 'caPem' | 'passwordSecret' | 'oauth'> {
  const smtpUrl = optional(access.config, 'smtpUrl');
  const caPem = smtpUrl === null ? null : optional(access.config, 'caPem');
  return { smtpUrl, ...(caPem === null ? {} : { caPem }), ...login(access, smtpUrl) };
}

function login(access: Access, smtpUrl: string | null): Pick<MailTargetRequest, 'passwordSecret' | 'oauth'> {
  const oauth2 = section(access.config, 'oauth2');
  if (smtpUrl === null || optional(oauth2, 'tokenUrl') === null)
    return { passwordSecret: hasSecret(access, 'smtpPassword') ? 'smtpPassword' : null };
  return {
    passwordSecret: null,
    oauth: {
      tokenUrl: required(oauth2, 'tokenUrl'),
      clientId: required(oauth2, 'clientId'),
      scopes: optional(oauth2, 'scopes') ?? '',
      clientSecret: 'smtpClientSecret',
    },
  };
}

/** All mails of one correlation key answer one root that was never sent, so that clients show them as one thread. */
function headers(sending: Sending): Record<string, string> {
  const fixed = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };
  if (sending.correlationKey === null) return fixed;
  const root = `<thread-${stableName(sending.correlationKey)}@${idDomain}>`;
  return { ...fixed, 'In-Reply-To': root, References: root };
}

/**
 * Line ends and other control characters become one blank each run, so that no value can begin a header of its own, and what turns
 * the direction of text goes. The sign that opens a placeholder becomes a bracket, here and in the parts: no data asks egress for a secret.
 */
function oneLine(text: string): string {
  return escapeLine(text).replaceAll('\u27e6', '[').trim();
}

function token(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, '-');
}

function openRecipients(sending: Sending, memory: MailMemory | null): readonly string[] {
  const all = [...new Set([...texts(sending.config, 'to'), ...texts(sending.config, 'cc')])];
  return memory === null ? all : all.filter((address) => memory.openRecipients.includes(address));
}

function check(config: Record<string, unknown>, secretNames: readonly string[]): void {
  for (const list of ['to', 'cc'] as const) {
    const addresses: readonly unknown[] = Array.isArray(config[list]) ? config[list] : [];
    addresses.forEach((address, at) => checkAddress(address, `/config/${list}/${at}`));
  }
  for (const one of ['from', 'replyTo'] as const) {
    if (config[one] !== undefined) checkAddress(config[one], `/config/${one}`);
  }
  if (config['smtpUrl'] !== undefined) {
    const url = checkUrl(config['smtpUrl'], '/config/smtpUrl', ['smtp:', 'smtps:']);
    checkNoCredential(url, '/config/smtpUrl', 'give it as the secret `smtpPassword`');
  }
  if (typeof config['caPem'] === 'string') checkPem(config['caPem'], 'CERTIFICATE', '/config/caPem');
  if (config['oauth2'] !== undefined) checkOauth(config, secretNames);
}

/** A token is of use only with a server of the connector's own, for a user whom its URL names. */
function checkOauth(config: Record<string, unknown>, secretNames: readonly string[]): void {
  const tokenUrl = checkUrl(section(config, 'oauth2')['tokenUrl'], '/config/oauth2/tokenUrl');
  checkNoCredential(tokenUrl, '/config/oauth2/tokenUrl', 'give it as the secret `smtpClientSecret`');
  const smtpUrl = optional(config, 'smtpUrl');
  const user = smtpUrl === null ? '' : new URL(smtpUrl).username;
  if (user === '')
    throw new Refused(
      'auth_invalid',
      'With OAuth 2 the mail server must be given with its user: smtp://user@host:587.',
      '/config/smtpUrl',
    );
  if (!secretNames.includes('smtpClientSecret'))
    throw new Refused('secret_missing', 'OAuth 2 needs the secret `smtpClientSecret`.', '/secrets/smtpClientSecret');
}
