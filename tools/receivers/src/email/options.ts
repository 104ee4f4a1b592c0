import { option } from '../options.js';
import { serverCertificates, type ServerCertificate } from '../certificate.js';

export const emailOptions = {
  requireTls: option(false, 'MAIL before STARTTLS is refused with 530 5.7.0'),
  requireAuth: option(false, 'MAIL before AUTH is refused with 530 5.7.0'),
  users: option<Readonly<Record<string, string>>>(
    { waybill: 'mail-password' },
    'user names and passwords for AUTH PLAIN and LOGIN; XOAUTH2 takes the same names with a token of /oauth/token',
  ),
  clearAuth: option('refused', 'AUTH on a clear connection: refused with 538, or not advertised (and 503)', [
    'refused',
    'hidden',
  ]),
  recipientsMax: option(100, 'RCPT beyond it: 452 4.5.3'),
  sizeMax: option(10_485_760, 'octets of one message; advertised as SIZE'),
  strict: option(true, 'bare LF, lines over 998 octets, no Date or Message-ID, 8-bit headers: 550 5.6.0'),
  greeting421: option(false, 'the greeting is 421 4.3.2'),
  session421: option(false, '421 4.3.2 and close at RCPT'),
  closeAfterDot: option(false, 'the connection closes after the final dot, before 250'),
  keepClosedAfterDot: option(true, 'with closeAfterDot: the message was taken all the same'),
  greetingDelayMs: option(0, 'the greeting comes this late'),
  startTls: option('offered', 'STARTTLS in EHLO and what the command answers', ['offered', 'hidden', 'refused']),
  certificate: option<ServerCertificate>('good', 'which certificate STARTTLS shows', serverCertificates),
  multiLine: option(false, 'replies of several lines'),
  enhancedCodes: option(true, 'replies carry an enhanced code'),
  longReplies: option(false, 'replies of 512 octets'),
  lmtp: option(false, 'one reply per accepted recipient after the dot'),
};
