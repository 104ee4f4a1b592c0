import { readRetryAfter, refusedByStatus, retryAfterMsMax, unanswered, lookUpUnanswered } from './answers.js';
import { exampleAtMs, httpAnswer, noAnswer } from './sending.fixture.js';

describe('the common meaning of a status', () => {
  const rows: [string, number, 'later' | 'never', string][] = [
    ['a redirect for ever is refused and not followed', 301, 'never', 'redirect_refused'],
    ['a redirect with the same method is refused and not followed', 307, 'never', 'redirect_refused'],
    ['a malformed request is refused for good', 400, 'never', 'bad_request'],
    ['wrong credentials are refused for good', 401, 'never', 'unauthorized'],
    ['forbidden is refused for good', 403, 'never', 'forbidden'],
    ['an unknown address is refused for good', 404, 'never', 'not_found'],
    ['a wrong method is refused for good', 405, 'never', 'method_not_allowed'],
    ['a request timeout is tried again', 408, 'later', 'request_timeout'],
    ['a conflict is refused for good', 409, 'never', 'conflict'],
    ['too large is refused for good', 413, 'never', 'payload_too_large'],
    ['a wrong content type is refused for good', 415, 'never', 'unsupported_media_type'],
    ['a teapot is refused for good', 418, 'never', 'rejected'],
    ['unprocessable is refused for good', 422, 'never', 'unprocessable'],
    ['too early is tried again', 425, 'later', 'too_early'],
    ['too many requests are tried again', 429, 'later', 'rate_limited'],
    ['an error of the target is tried again', 500, 'later', 'server_error'],
    ['a bad gateway is tried again', 502, 'later', 'server_error'],
    ['an unavailable target is tried again', 503, 'later', 'server_error'],
    ['an unheard-of server status is tried again', 599, 'later', 'server_error'],
    ['a protocol switch is refused for good', 101, 'never', 'unexpected_status'],
  ];
  it.each(rows)('%s (%i)', (_title, status, retry, reason) => {
    expect(refusedByStatus(httpAnswer(status))).toEqual({ kind: 'refused', retry, reason });
  });

  it('ends the connector that is gone, and no other', () => {
    const receipt = { ticket: 'OPS-24' };
    const ended = { kind: 'refused', retry: 'never', reason: 'gone', disable: true };
    expect(refusedByStatus(httpAnswer(410))).toEqual(ended);
    expect(refusedByStatus(httpAnswer(410), receipt)).toEqual({ ...ended, receipt });
  });

  it('honours Retry-After on an unavailable target', () => {
    expect(refusedByStatus(httpAnswer(503, '', { 'retry-after': '7' }))).toMatchObject({ retryAfterMs: 7000 });
  });

  it('does not read Retry-After where nothing is tried again', () => {
    expect(refusedByStatus(httpAnswer(403, '', { 'retry-after': '7' }))).not.toHaveProperty('retryAfterMs');
  });
});

describe('Retry-After', () => {
  const day = 24 * 60 * 60 * 1000;
  const rows: [string, string, number | undefined][] = [
    ['seconds are seconds', '120', 120_000],
    ['zero is at once', '0', 0],
    ['blanks around count for nothing', ' 5 ', 5000],
    ['a fraction of a second is kept', '0.25', 250],
    ['exactly a day is a day', '86400', day],
    ['a second more than a day is a day', '86401', day],
    ['10^12 seconds are a day', '1000000000000', day],
    ['a number without end is a day', '9'.repeat(400), day],
    ['a negative number is nonsense', '-1', undefined],
    ['a number with a unit is nonsense', '5s', undefined],
    ['words are nonsense', 'soon', undefined],
    ['two values are nonsense', '5, 10', undefined],
    ['an empty value is nonsense', '', undefined],
    ['an infinite value is nonsense', 'Infinity', undefined],
    ['a date ahead is the time until then', 'Tue, 24 Nov 2026 06:01:30 GMT', 90_000],
    ['a date in the past is at once', 'Tue, 24 Nov 2026 05:00:00 GMT', 0],
    ['a date next year is a day', 'Wed, 24 Nov 2027 06:00:00 GMT', day],
    ['the old form of RFC 850 is understood', 'Tuesday, 24-Nov-26 06:00:10 GMT', 10_000],
    ['the two-digit year 90 is 1990, so in the past', 'Saturday, 24-Nov-90 06:00:10 GMT', 0],
    ['the form of asctime is understood', 'Tue Nov 24 06:00:20 2026', 20_000],
    ['asctime with a day of one digit is understood', 'Tue Dec  1 06:00:00 2026', day],
    ['a month that does not exist is nonsense', 'Tue, 24 Nix 2026 06:01:30 GMT', undefined],
    ['an hour that does not exist is nonsense', 'Tue, 24 Nov 2026 25:01:30 GMT', undefined],
    ['a date with a local zone is nonsense', 'Tue, 24 Nov 2026 06:01:30 +0100', undefined],
    ['an ISO date is nonsense', '2026-11-24T06:01:30Z', undefined],
  ];
  it.each(rows)('%s', (_title, text, expected) => {
    expect(readRetryAfter(httpAnswer(429, '', { 'retry-after': text }))).toBe(expected);
  });

  it('is undefined where the header is absent', () => {
    expect(readRetryAfter(httpAnswer(429))).toBeUndefined();
  });

  it('counts a date from the moment the answer came', () => {
    const answer = {
      ...httpAnswer(429, '', { 'retry-after': 'Tue, 24 Nov 2026 06:00:30 GMT' }),
      atMs: exampleAtMs + 10_000,
    };
    expect(readRetryAfter(answer)).toBe(20_000);
  });

  it('has its bound at a day', () => {
    expect(retryAfterMsMax).toBe(day);
  });
});

describe('no answer', () => {
  it('is refused as egress says where nothing was sent', () => {
    expect(unanswered(noAnswer('dns_failed', false))).toEqual({
      kind: 'refused',
      retry: 'later',
      reason: 'dns_failed',
    });
    expect(unanswered(noAnswer('egress_blocked', false, 'never'))).toEqual({
      kind: 'refused',
      retry: 'never',
      reason: 'egress_blocked',
    });
  });

  it('waits as long as the token endpoint asked, where that said when to come again', () => {
    const busy = { ...noAnswer('oauth_failed', false), retryAfter: '7' };
    expect(unanswered(busy)).toMatchObject({ kind: 'refused', retry: 'later', retryAfterMs: 7_000 });
    expect(unanswered({ ...busy, retryAfter: 'soon' })).not.toHaveProperty('retryAfterMs');
  });

  it('is unknown where the request may have arrived', () => {
    expect(unanswered(noAnswer('reset', true))).toEqual({ kind: 'unknown', reason: 'reset' });
  });

  it('is tried again where the request only read', () => {
    expect(lookUpUnanswered(noAnswer('timeout', true))).toEqual({ kind: 'refused', retry: 'later', reason: 'timeout' });
  });
});
