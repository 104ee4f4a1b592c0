import type { Outcome, Receipt } from './outcome.js';
import type { AttemptReason } from '@waybill/contracts/codes/attempt-reasons';
import type { Answer, HttpAnswer, NoAnswer } from './target.js';

/** A hostile or mistaken `Retry-After` never parks a delivery for longer than a day (targets.md section 0). */
export const retryAfterMsMax = 24 * 60 * 60 * 1000;

export interface RefusedExtras {
  readonly retryAfterMs?: number | undefined;
  readonly disable?: boolean | undefined;
  readonly receipt?: Receipt | null;
}

export function refusedLater(reason: AttemptReason, extras: RefusedExtras = {}): Outcome {
  return { kind: 'refused', retry: 'later', reason, ...extras };
}

export function refusedNever(reason: AttemptReason, extras: RefusedExtras = {}): Outcome {
  return { kind: 'refused', retry: 'never', reason, ...extras };
}

export function accepted(receipt: Receipt | null = null): Outcome {
  return { kind: 'accepted', receipt };
}

/**
 * What it means that no answer came: refused as egress says where the target cannot have got the request, and unknown
 * where it may have. The caller uses `unanswered` for requests that change something and `lookUpUnanswered` for those
 * that only read, because a look-up that broke off has changed nothing.
 */
export function unanswered(answer: NoAnswer, receipt: Receipt | null = null): Outcome {
  if (answer.sent) return { kind: 'unknown', reason: answer.code, ...(receipt === null ? {} : { receipt }) };
  return lookUpUnanswered(answer, receipt);
}

/** As `unanswered` for a request that only reads: it can be made again without harm, so it is never unknown. */
export function lookUpUnanswered(answer: NoAnswer, receipt: Receipt | null = null): Outcome {
  const retry = answer.sent ? 'later' : answer.retry;
  const { retryAfter, atMs } = answer;
  const retryAfterMs =
    retryAfter === undefined ? undefined : readRetryAfter({ headers: { 'retry-after': retryAfter }, atMs });
  const extras = { ...(receipt === null ? {} : { receipt }), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return { kind: 'refused', retry, reason: answer.code, ...extras };
}

const reasonByStatus: Readonly<Record<number, AttemptReason>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  409: 'conflict',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  422: 'unprocessable',
  425: 'too_early',
  429: 'rate_limited',
};

const retryableStatuses: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * The common meaning of a status that is not a success (targets.md section 0): 3xx is refused and never followed, 408,
 * 425, 429 and 5xx are tried again and honour `Retry-After`, every other 4xx is permanent, and 410 is the end of the
 * connector too (design.md section 5). It does not judge 2xx. A room for whose target 410 means something else says so before.
 */
export function refusedByStatus(answer: HttpAnswer, receipt: Receipt | null = null): Outcome {
  const extras = receipt === null ? {} : { receipt };
  const { status } = answer;
  if (status >= 500 || retryableStatuses.has(status)) {
    const retryAfterMs = readRetryAfter(answer);
    const reason = reasonByStatus[status] ?? 'server_error';
    return refusedLater(reason, { ...extras, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  }
  if (status === 410) return refusedNever('gone', { ...extras, disable: true });
  if (status >= 400) return refusedNever(reasonByStatus[status] ?? 'rejected', extras);
  if (status >= 300) return refusedNever('redirect_refused', extras);
  return refusedNever(status >= 200 ? 'unexpected_answer' : 'unexpected_status', extras);
}

export function isSuccess(answer: HttpAnswer): boolean {
  return answer.status >= 200 && answer.status <= 299;
}

/** The answer is of mail where HTTP was asked, or the other way round: egress mixed up two requests, which is a defect. */
export function wrongKind(answer: Answer): never {
  throw new Error(`an answer of kind ${answer.kind} belongs to another request`);
}

/**
 * `Retry-After` in milliseconds from the moment of the answer, in both forms of RFC 9110 section 10.2.3. A date in the
 * past is 0, seconds may have a fraction (some targets send one), nonsense is undefined so that our own plan counts, and
 * nothing exceeds `retryAfterMsMax`.
 */
export function readRetryAfter(answer: Pick<HttpAnswer, 'headers' | 'atMs'>): number | undefined {
  const text = answer.headers['retry-after']?.trim();
  if (text === undefined) return undefined;
  const waitMs = /^\d+(\.\d+)?$/.test(text) ? Math.ceil(Number(text) * 1000) : readHttpDate(text, answer.atMs);
  if (waitMs === undefined) return undefined;
  return Math.min(Math.max(waitMs, 0), retryAfterMsMax);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
// The three forms a recipient must take (RFC 9110 section 5.6.7). `Date.parse` is not used: it takes "5 apples" for a date.
const imfFixdate = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const rfc850Date = /^[A-Z][a-z]{5,8}, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const asctimeDate = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/;

function readHttpDate(text: string, nowMs: number): number | undefined {
  const fixdate = imfFixdate.exec(text);
  if (fixdate) return wait(fixdate[3], fixdate[2], fixdate[1], fixdate.slice(4), nowMs);
  const rfc850 = rfc850Date.exec(text);
  if (rfc850) return wait(fullYear(Number(rfc850[3]), nowMs), rfc850[2], rfc850[1], rfc850.slice(4), nowMs);
  const asctime = asctimeDate.exec(text);
  if (asctime) return wait(asctime[6], asctime[1], asctime[2], asctime.slice(3, 6), nowMs);
  return undefined;
}

/** A two-digit year more than 50 years ahead is the last one in the past with these digits (RFC 9110 section 5.6.7). */
function fullYear(year: number, nowMs: number): number {
  const presentYear = new Date(nowMs).getUTCFullYear();
  const sameCentury = presentYear - (presentYear % 100) + year;
  return sameCentury > presentYear + 50 ? sameCentury - 100 : sameCentury;
}

function wait(
  year: string | number | undefined,
  monthName: string | undefined,
  day: string | undefined,
  clock: readonly string[],
  nowMs: number,
): number | undefined {
  const month = months.indexOf(monthName ?? '');
  const [hour = NaN, minute = NaN, second = NaN] = clock.map(Number);
  if (month < 0 || Number(day) > 31 || hour > 23 || minute > 59 || second > 60) return undefined;
  return Date.UTC(Number(year), month, Number(day), hour, minute, second) - nowMs;
}
