import type { MailAnswer, NoAnswer } from '@waybill/contracts/sending/request';
import { EgressFault, tlsFault } from './fault.js';
import type { FaultCode } from './fault.js';
import type { MailEnd, SmtpError } from './mail-session.js';
import type { Mask } from './mask.js';

type Recipient = MailAnswer['recipients'][number];

/** What is said of recipients where the connection was lost after the final dot. */
const unconfirmed = 'The connection ended before the server confirmed the mail.';

/** What became of each recipient of a mail whose conversation came as far as `end`. */
export function mailAnswer(
  recipients: readonly string[],
  end: MailEnd,
  mask: Mask,
  atMs: number,
): MailAnswer | NoAnswer {
  const refused = new Map(end.rejected.map((error) => [error.recipient ?? '', error]));
  const rest = verdict(end);
  if (rest instanceof EgressFault) return noMailAnswer(rest, mask, atMs);
  return {
    kind: 'mail',
    recipients: recipients.map((recipient) => {
      const error = refused.get(recipient);
      const own = error === undefined ? rest : reply('rcpt', error);
      return { recipient, ...own, text: mask(own.text) };
    }),
    atMs,
  };
}

/** A conversation that ended before the mail: the server's own words for everybody, or no answer at all. */
export function greetingAnswer(
  recipients: readonly string[],
  error: unknown,
  mask: Mask,
  atMs: number,
): MailAnswer | NoAnswer {
  if (error instanceof EgressFault) return noMailAnswer(error, mask, atMs);
  const end: MailEnd = { confirmed: null, error: error as SmtpError, rejected: [], isContentOut: false };
  return mailAnswer(recipients, end, mask, atMs);
}

/** A conversation without a mail went as far as the server's reply. It stands where recipients stand, under no name. */
export function greetedAnswer(text: string, mask: Mask, atMs: number): MailAnswer {
  const reply = { stage: 'greeted', code: codeOf(text), text: mask(text), outcome: 'accepted' } as const;
  return { kind: 'mail', recipients: [{ recipient: '', ...reply }], atMs };
}

export function noMailAnswer(fault: EgressFault, mask: Mask, atMs: number): NoAnswer {
  // Without the final dot no server delivers anything, so the target cannot have got it.
  return { kind: 'none', sent: false, code: fault.code, message: mask(fault.message), retry: fault.retry, atMs };
}

/** The outcome of everybody whose address was not refused on its own. */
function verdict(end: MailEnd): Omit<Recipient, 'recipient'> | EgressFault {
  const { error } = end;
  if (error === null)
    return { stage: 'accepted', code: codeOf(end.confirmed ?? ''), text: end.confirmed ?? '', outcome: 'accepted' };
  if (error.response !== undefined && /^[45]\d\d/.test(error.response)) return reply(stageOf(error), error);
  if (end.isContentOut) return { stage: 'data', code: null, text: unconfirmed, outcome: 'unknown' };
  return faultOf(error);
}

function reply(stage: string, error: SmtpError): Omit<Recipient, 'recipient'> {
  const text = error.response ?? '';
  const code = codeOf(text);
  // RFC 5321 4.2.1: the first digit decides, also where the enhanced code contradicts it.
  return { stage, code, text, outcome: code !== null && code >= 500 ? 'refused' : 'refused-for-now' };
}

function stageOf(error: SmtpError): string {
  const command = error.command ?? '';
  if (error.code === 'EAUTH' || command.startsWith('AUTH')) return 'auth';
  if (command === 'MAIL FROM') return 'mail';
  if (command === 'RCPT TO') return 'rcpt';
  return command === 'DATA' ? 'data' : 'connect';
}

const codeOf = (text: string): number | null => (/^\d{3}/.test(text) ? Number(text.slice(0, 3)) : null);

function faultOf(error: SmtpError): EgressFault {
  const fault = (code: FaultCode, message: string, retry: 'later' | 'never' = 'later'): EgressFault =>
    new EgressFault(code, message, retry, { cause: error });
  const cause = error.originalCode ?? '';
  if (error.timeoutType === 'UPGRADE_TIMEOUT') return fault('tls_failed', 'TLS: no handshake in time.');
  if (error.code === 'ETIMEDOUT') return fault('timeout', 'The mail server did not answer in time.');
  // Certificate faults arrive as errors of the socket; only their name is passed on.
  if (error.code === 'ETLS' || /CERT|SELF_SIGNED|ISSUER|SSL|TLS|UNABLE_TO|HOSTNAME/.test(cause)) {
    const isNamed = /^[A-Z0-9_]+$/.test(cause);
    return tlsFault(isNamed ? cause : '', `TLS: ${isNamed ? cause : 'the connection could not be secured'}.`, error);
  }
  if (error.code === 'EPROTOCOL') return fault('protocol_error', 'The answer breaks SMTP.');
  if (error.code === 'EAUTH')
    return fault('request_invalid', 'The login cannot be made with what the server offers.', 'never');
  if (error.code === 'EMESSAGE') return fault('request_invalid', 'The mail is larger than the server takes.', 'never');
  if (error.code === 'EENVELOPE') return fault('request_invalid', 'The envelope cannot be written.', 'never');
  return fault('reset', 'The connection to the mail server ended.');
}
