import { simpleParser, type AddressObject } from 'mailparser';

/** What is wrong with a message's form, each with the rule it breaks. */
export function faultsOf(raw: Buffer, smtpUtf8: boolean): readonly { readonly rule: string; readonly says: string }[] {
  const text = raw.toString('latin1');
  const faults: { rule: string; says: string }[] = [];
  if (/(^|[^\r])\n|\r(?!\n)/.test(text)) faults.push({ rule: 'email.bare-lf', says: 'bare CR or LF' });
  if (text.split('\r\n').some((line) => line.length > 998))
    faults.push({ rule: 'email.long-line', says: 'line over 998 octets' });
  const head = headOf(text);
  for (const name of ['Date', 'Message-ID'])
    if (!new RegExp(`^${name}:`, 'im').test(head)) faults.push({ rule: 'email.missing-header', says: `no ${name}` });
  if (!smtpUtf8 && /[\x80-\xff]/.test(head)) faults.push({ rule: 'email.eight-bit-header', says: '8-bit header' });
  return faults;
}

/** Headers that RFC 5322 section 3.6 lets stand at most once. */
const onceOnly = [
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'message-id',
  'in-reply-to',
  'references',
  'subject',
  'date',
];

/** Signs of smuggled headers: one twice that may stand once, or a Bcc, which a sender takes out. */
export function injectedHeaders(raw: Buffer): readonly string[] {
  const names = headOf(raw.toString('latin1'))
    .split('\r\n')
    .map((line) => /^([!-9;-~]+):/.exec(line)?.[1]?.toLowerCase())
    .filter((name) => name !== undefined);
  const twice = onceOnly.filter((name) => names.indexOf(name) !== names.lastIndexOf(name));
  return names.includes('bcc') ? [...twice, 'bcc'] : twice;
}

function headOf(text: string): string {
  const end = text.indexOf('\r\n\r\n');
  return end < 0 ? text : text.slice(0, end + 2);
}

export interface Mail {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly replyTo: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly date: string | null;
  readonly attachments: readonly { readonly filename: string; readonly contentType: string; readonly size: number }[];
}

export async function parsed(
  raw: Buffer,
): Promise<Mail & { readonly headerLines: readonly (readonly [string, string])[] }> {
  const mail = await simpleParser(raw, { skipImageLinks: true });
  return {
    from: addressesOf(mail.from),
    to: addressesOf(mail.to),
    cc: addressesOf(mail.cc),
    replyTo: addressesOf(mail.replyTo),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html === false ? '' : (mail.html ?? ''),
    messageId: mail.messageId ?? '',
    date: mail.date?.toISOString() ?? null,
    attachments: mail.attachments.map((part) => ({
      filename: part.filename ?? '',
      contentType: part.contentType,
      size: part.size,
    })),
    headerLines: mail.headerLines.map(({ line }) => {
      const colon = line.indexOf(':');
      return [
        line.slice(0, colon),
        line
          .slice(colon + 1)
          .replace(/\r?\n[ \t]/g, ' ')
          .trim(),
      ] as const;
    }),
  };
}

function addressesOf(field: AddressObject | AddressObject[] | undefined): readonly string[] {
  if (field === undefined) return [];
  const objects = Array.isArray(field) ? field : [field];
  return objects.flatMap((one) => one.value.map((entry) => entry.address ?? ''));
}
