import type { MailTargetRequest } from '@waybill/contracts/sending/request';
import MailComposer from 'nodemailer/lib/mail-composer';
import { EgressFault, headerInvalid } from './fault.js';
import { hide } from './fill.js';

/** Who gets it and the bytes of it, ready for DATA. */
export interface MailMessage {
  readonly from: string;
  readonly recipients: readonly string[];
  readonly bytes: Buffer;
  /** As it may be shown. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Text and HTML together; ordinary servers take 10 MB and more. */
export const mailBytesMax = 1024 * 1024;
export const recipientsMax = 100;
const addressCharsMax = 254;

// No quoted local parts, groups, comments or literals: each has sent mail to somebody else (IN-17 to IN-19).
const localPart = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}){0,31}$/;
const domainLabel = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
// The message's own lines are made here and by nobody else.
const ownHeaders =
  /^(from|to|cc|bcc|sender|reply-to|subject|date|message-id|mime-version|received|return-path|dkim-signature|arc-.*|content-.*|resent-.*)$/;

/**
 * Writes the message. Refuses addresses that are not plain, control characters in the subject, and headers that are
 * somebody else's to write; throws `EgressFault`. Addresses go on as objects, so nobody parses them again.
 */
export async function composeMail(
  request: MailTargetRequest,
  deploymentFrom: string | null,
  nowMs: number,
): Promise<MailMessage> {
  const from = request.from ?? deploymentFrom;
  if (from === null) throw refused('There is no sender: neither the connector nor the deployment names one.');
  const recipients = [...new Set([...request.to, ...request.cc])];
  if (recipients.length === 0 || recipients.length > recipientsMax)
    throw refused(`A mail has 1 to ${recipientsMax} recipients.`);
  for (const one of [from, ...recipients, ...(request.replyTo === null ? [] : [request.replyTo])]) checkAddress(one);
  if (/[\u0000-\u001f\u007f\u0085\u2028\u2029]/.test(request.subject))
    throw headerInvalid('Subject', 'holds a control character');
  if (!/^<[\u0021-\u003b\u003d\u003f-\u007e]{3,250}>$/.test(request.messageId))
    throw headerInvalid('Message-ID', 'cannot be written');
  const size = Buffer.byteLength(request.text) + Buffer.byteLength(request.html);
  if (size > mailBytesMax) throw refused(`The mail is longer than ${mailBytesMax} bytes.`);
  const composer = new MailComposer({
    from: plain(from),
    to: request.to.map(plain),
    cc: request.cc.map(plain),
    ...(request.replyTo === null ? {} : { replyTo: [plain(request.replyTo)] }),
    subject: request.subject,
    text: withCrLf(request.text),
    ...(request.html === '' ? {} : { html: withCrLf(request.html) }),
    messageId: request.messageId,
    date: new Date(nowMs),
    headers: extraHeaders(request.headers),
    // A body is data: nothing in it is a file or an address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return { from, recipients, bytes: await composer.compile().build(), headers: shownMail(request, from) };
}

export function shownMail(request: MailTargetRequest, from: string | null): Record<string, string> {
  return {
    ...(from === null ? {} : { from }),
    to: request.to.join(', '),
    ...(request.cc.length === 0 ? {} : { cc: request.cc.join(', ') }),
    subject: hide(request.subject),
    'message-id': request.messageId,
  };
}

function checkAddress(address: string): void {
  const at = address.lastIndexOf('@');
  const isPlain =
    address.length <= addressCharsMax &&
    localPart.test(address.slice(0, Math.max(at, 0))) &&
    address
      .slice(at + 1)
      .split('.')
      .every((label) => domainLabel.test(label));
  if (!isPlain) throw refused(`${JSON.stringify(address.slice(0, 100))} is not a plain address.`);
}

function extraHeaders(headers: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.keys(headers).map((key) => {
    const value = headers[key] ?? '';
    if (!/^[A-Za-z0-9-]{1,76}$/.test(key) || ownHeaders.test(key.toLowerCase()))
      throw headerInvalid(key, 'cannot be set');
    if (!/^[\u0020-\u007e]{0,900}$/.test(value)) throw headerInvalid(key, 'holds something else than visible ASCII');
    return { key, value };
  });
}

/** A lone CR or LF is where smuggled commands begin (IN-21); every line end becomes the one SMTP knows. */
const withCrLf = (text: string): string => text.replace(/\r\n|\r|\n/g, '\r\n');

const plain = (address: string): { name: string; address: string } => ({ name: '', address });

const refused = (message: string): EgressFault => new EgressFault('request_invalid', message, 'never');
