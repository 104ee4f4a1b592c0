import { headerInvalid } from './fault.js';

export const headersCountMax = 100;

// Whoever sets one of these speaks for the connection or for somebody else (IN-15, targets.md 8.3).
const forbidden: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'cookie',
  'forwarded',
  'via',
  'accept-encoding',
  'http2-settings',
]);
const forbiddenBeginnings = ['proxy-', 'x-forwarded-', 'webhook-', 'waybill-', 'sec-'];
const tokens = /^[a-z0-9!#$%&'*+.^_`|~-]{1,200}$/;
const visible = /^[\u0020-\u007e]*$/;

/** Names that passed once; a connector sends the same ones every time. */
const passed = new Map<string, string>();
const passedMax = 1000;

/**
 * Says why a header cannot be sent, or null. The room that checks a connector at save asks the same question as the
 * door does before every request.
 */
export function headerFault(name: string, value: string): string | null {
  const lower = name.toLowerCase();
  if (!tokens.test(lower)) return 'has a name that is not a token';
  if (forbidden.has(lower) || forbiddenBeginnings.some((one) => lower.startsWith(one))) return 'cannot be set';
  return visible.test(value) ? null : 'holds something else than visible ASCII';
}

/** Adds a header of the connector, lower-cased; throws `header_invalid` for a forbidden, repeated or unprintable one. */
export function addHeader(headers: Map<string, string>, name: string, value: string): void {
  let lower = passed.get(name);
  if (lower === undefined) {
    const fault = headerFault(name, '');
    if (fault !== null) throw headerInvalid(name, fault);
    lower = name.toLowerCase();
    if (passed.size < passedMax) passed.set(name, lower);
  }
  if (!visible.test(value)) throw headerInvalid(name, 'holds something else than visible ASCII');
  if (headers.has(lower)) throw headerInvalid(name, 'is given twice');
  if (headers.size >= headersCountMax) throw headerInvalid(name, 'is one too many');
  headers.set(lower, value);
}
