import type { Rule } from '../rule.js';
import type { Call } from '../call.js';

/** targets.md 9.7. The dialogue applies the rows at its stages and counts them by id; none is judged through `check`. */
const rows: readonly (readonly [id: string, row: string, when: string, then: string])[] = [
  [
    'email.tls-required',
    '9.7/1',
    'MAIL before STARTTLS when TLS is mandatory',
    '530 5.7.0 Must issue a STARTTLS command first',
  ],
  ['email.auth-required', '9.7/2', 'MAIL before AUTH when AUTH is mandatory', '530 5.7.0 Authentication required'],
  ['email.auth-wrong', '9.7/3', 'AUTH with wrong credentials', '535 5.7.8 Error: authentication failed'],
  ['email.auth-too-many', '9.7/4', 'third failed AUTH', '421 4.7.0 Too many errors, and close'],
  ['email.auth-clear', '9.7/5', 'AUTH on a clear connection', '538 5.7.11 (option clearAuth: not advertised)'],
  ['email.auth-mechanism', '7.1', 'AUTH with an unknown mechanism, or aborted with *', '504 5.5.4, 501 5.7.0'],
  ['email.busy', '9.7/6', 'RCPT busy@', '450 4.2.1'],
  ['email.grey', '9.7/6', 'RCPT grey@, first try', '451 4.7.1; accepted at the next try'],
  ['email.full', '9.7/6', 'RCPT full@', '452 4.2.2'],
  ['email.gone', '9.7/6', 'RCPT gone@', '550 5.1.1'],
  ['email.bad', '9.7/6', 'RCPT bad@@, or an address that is none', '553 5.1.3'],
  ['email.policy', '9.7/6', 'RCPT policy@', '550 5.7.1'],
  ['email.too-many-recipients', '9.7/7', 'more recipients than recipientsMax', '452 4.5.3 for the rest'],
  ['email.size-declared', '9.7/8', 'SIZE= above sizeMax at MAIL', '552 5.3.4'],
  ['email.size-data', '9.7/8', 'message above sizeMax', '552 5.3.4 after DATA'],
  ['email.bare-lf', '9.7/9', 'bare LF or CR in DATA', '550 5.6.0'],
  ['email.long-line', '9.7/9', 'a line over 998 octets', '550 5.6.0'],
  ['email.missing-header', '9.7/9', 'no Date or no Message-ID', '550 5.6.0'],
  ['email.eight-bit-header', '9.7/9', '8-bit in headers without SMTPUTF8', '550 5.6.0'],
  ['email.duplicate', '9.7/10', 'Message-ID accepted before for the same recipient', 'accept, flag duplicate'],
  ['email.injected-headers', '9.7/11', 'a header twice that may stand once, or Bcc', 'accept, flag injection'],
  ['email.injected-commands', '9.7/11', 'commands behind the final dot in one packet', 'flag injection'],
  ['email.greeting-421', '9.7/12', 'option greeting421', '421 4.3.2 instead of 220, and close'],
  ['email.session-421', '9.7/12', 'option session421', '421 4.3.2 at RCPT, and close'],
  ['email.close-after-dot', '9.7/12', 'option closeAfterDot', 'close after the dot, before 250'],
  ['email.greeting-delay', '9.7/12', 'option greetingDelayMs', '220 comes late'],
  ['email.starttls-hidden', '9.7/12', 'option startTls hidden', 'EHLO without STARTTLS; the command answers 502'],
  ['email.starttls-refused', '9.7/12', 'option startTls refused', '454 4.7.0'],
  [
    'email.certificate',
    '9.7/12',
    'option certificate expired, self-signed, wrong-name',
    'STARTTLS shows that certificate',
  ],
  ['email.multi-line', '9.7/12', 'option multiLine', 'replies of several lines'],
  ['email.plain-codes', '9.7/12', 'option enhancedCodes false', 'replies without an enhanced code'],
  ['email.long-reply', '9.7/12', 'option longReplies', 'replies of 512 octets'],
  ['email.lmtp', '9.7/12', 'option lmtp', 'one reply per recipient after the dot'],
  ['email.script', '9', 'a script is set for mail', 'its reply at its stage'],
  ['email.ok', '9.7', 'else', '250 2.0.0'],
];

export const emailRules: readonly Rule<Call>[] = rows.map(([id, row, when, then]) => ({
  id,
  row,
  when,
  then,
  check: () => null,
}));
