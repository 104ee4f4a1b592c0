import { readBody } from '../body.js';
import { checkAddress } from '../check-address.js';
import { checkUrl } from '../check-url.js';
import { cut, cutNote } from '../cut.js';
import { stableName } from '../hash.js';
import { hasSecret, optional, texts } from '../settings.js';
import type { Answer, MailTargetRequest, Sending, Step, Target } from '../target.js';
import { judgeMail, type MailMemory, openOf } from './email.answers.js';
import { emailDescriptor } from './email.descriptor.js';

export const email: Target = { descriptor: emailDescriptor, check, next };

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
    smtpUrl: optional(config, 'smtpUrl'),
    passwordSecret: hasSecret(sending, 'smtpPassword') ? 'smtpPassword' : null,
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

/** All mails of one correlation key answer one root that was never sent, so that clients show them as one thread. */
function headers(sending: Sending): Record<string, string> {
  const fixed = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };
  if (sending.correlationKey === null) return fixed;
  const root = `<thread-${stableName(sending.correlationKey)}@${idDomain}>`;
  return { ...fixed, 'In-Reply-To': root, References: root };
}

/**
 * Line ends and other control characters become one blank each run, so that no value can begin a header of its own. The
 * sign that opens a placeholder becomes a bracket, here and in the parts: no data asks egress for a secret.
 */
function oneLine(text: string): string {
  return text
    .replace(/[\x00-\x1f\x7f\u0085\u2028\u2029]{1,1000}/g, ' ')
    .replaceAll('\u27e6', '[')
    .trim();
}

function token(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, '-');
}

function openRecipients(sending: Sending, memory: MailMemory | null): readonly string[] {
  const all = [...new Set([...texts(sending.config, 'to'), ...texts(sending.config, 'cc')])];
  return memory === null ? all : all.filter((address) => memory.openRecipients.includes(address));
}

function check(config: Record<string, unknown>): void {
  for (const list of ['to', 'cc'] as const) {
    const addresses: readonly unknown[] = Array.isArray(config[list]) ? config[list] : [];
    addresses.forEach((address, at) => checkAddress(address, `/config/${list}/${at}`));
  }
  for (const one of ['from', 'replyTo'] as const) {
    if (config[one] !== undefined) checkAddress(config[one], `/config/${one}`);
  }
  if (config['smtpUrl'] !== undefined) checkUrl(config['smtpUrl'], '/config/smtpUrl', ['smtp:', 'smtps:']);
}
