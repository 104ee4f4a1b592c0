import { Refused } from '@waybill/decider/decider';

export const headersMax = 50;
export const headerValueCharactersMax = 4096;

/**
 * Headers that egress sets, that change how the request is framed, or that pretend another origin. `webhook-*` belong to
 * the signature. A second `content-length` has split requests before (CVE-2026-1525), hence the names and not only ours.
 */
const forbidden: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
]);
// What egress refuses stands here too: a connector that saves with it would dead-letter everything.
const forbiddenBeginnings = ['proxy-', 'webhook-', 'waybill-', 'x-forwarded-', 'sec-'];

/** Refuses a header name that is no token, that is forbidden, or (unless a secret carries it) that holds a credential. */
export function checkHeaderName(name: string, pointer: string, bySecret: boolean): void {
  const lower = name.toLowerCase();
  if (name.length > 100 || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
    throw new Refused('header_invalid', 'A header name consists of letters, digits and hyphens.', pointer);
  }
  if (forbidden.has(lower) || forbiddenBeginnings.some((beginning) => lower.startsWith(beginning))) {
    throw new Refused('header_forbidden', `The header \`${name}\` is set by Waybill or must not be sent.`, pointer);
  }
  if (lower === 'authorization' && !bySecret) {
    throw new Refused(
      'header_forbidden',
      'Give credentials under `auth` and as a secret: plain headers stand in the log.',
      pointer,
    );
  }
}

/**
 * Visible ASCII and blanks: anything else could end the header early, some only after the cut to Latin-1 (IN-14). No tab either,
 * because egress refuses it.
 */
export function checkHeaderValue(value: unknown, pointer: string): void {
  if (typeof value !== 'string' || value.length > headerValueCharactersMax || !/^[\x20-\x7e]*$/.test(value)) {
    throw new Refused(
      'header_invalid',
      `A header value is at most ${headerValueCharactersMax} characters of visible ASCII.`,
      pointer,
    );
  }
}

/** Refuses forbidden names, bad values, two spellings of one name, and more than `headersMax` of them. */
export function checkHeaders(headers: unknown, pointer: string): void {
  if (headers === undefined) return;
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    throw new Refused('header_invalid', 'Headers are an object of names and values.', pointer);
  }
  const entries = Object.entries(headers);
  if (entries.length > headersMax) throw new Refused('header_invalid', `At most ${headersMax} headers.`, pointer);
  const seen = new Set<string>();
  for (const [name, value] of entries) {
    const place = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    checkHeaderName(name, place, false);
    checkHeaderValue(value, place);
    if (seen.has(name.toLowerCase()))
      throw new Refused('header_invalid', `The header \`${name}\` stands twice.`, place);
    seen.add(name.toLowerCase());
  }
}
