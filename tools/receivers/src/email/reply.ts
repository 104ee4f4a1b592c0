import type { Values } from '../options.js';
import type { emailOptions } from './options.js';

/** One reply of the server: basic code, enhanced code (empty for none), text. */
export interface Reply {
  readonly code: number;
  readonly enhanced: string;
  readonly text: string;
}

export function reply(code: number, enhanced: string, text: string): Reply {
  return { code, enhanced, text };
}

export interface ReplyStyle {
  readonly multiLine: boolean;
  readonly enhancedCodes: boolean;
  readonly longReplies: boolean;
}

/** RFC 5321 section 4.5.3.1.5: a reply line has at most 512 octets with its CRLF. */
const replyOctetsMax = 512;

export function written(answer: Reply, style: ReplyStyle): string {
  const enhanced = style.enhancedCodes && answer.enhanced !== '' ? `${answer.enhanced} ` : '';
  const lines = style.multiLine && answer.code !== 354 ? [answer.text, 'see the rules of this server'] : [answer.text];
  return lines
    .map((line, i) => {
      const separator = i < lines.length - 1 ? '-' : ' ';
      const full = `${answer.code}${separator}${enhanced}${line}`;
      const long = style.longReplies && answer.code >= 400;
      return `${long ? full.padEnd(replyOctetsMax - 2, ' and so on') : full}\r\n`;
    })
    .join('');
}

/** What EHLO offers, line by line. */
export function hello(options: Values<typeof emailOptions>, secure: boolean): string {
  const offers = ['receivers.test', 'PIPELINING', '8BITMIME', 'SMTPUTF8', `SIZE ${options.sizeMax}`];
  if (options.enhancedCodes) offers.push('ENHANCEDSTATUSCODES');
  if (!secure && options.startTls !== 'hidden') offers.push('STARTTLS');
  if (secure || options.clearAuth !== 'hidden') offers.push('AUTH PLAIN LOGIN XOAUTH2');
  return offers.map((offer, i) => `250${i < offers.length - 1 ? '-' : ' '}${offer}\r\n`).join('');
}
