import { exampleSending, httpAnswer, jsonAnswer, noAnswer } from '../sending.fixture.js';
import type { Answer, Sending } from '../target.js';
import { pagerdutyLimits } from './pagerduty.descriptor.js';
import { pagerduty } from './pagerduty.target.js';

const payload = { summary: 'Brute force', severity: 'critical', source: 'srv01' };

const send = (event: unknown, over: Partial<Sending> = {}) =>
  pagerduty.next(exampleSending({ body: JSON.stringify(event), secretNames: ['routingKey'], ...over }), []);

const sent = (
  event: unknown,
  over: Partial<Sending> = {},
): Record<string, unknown> & { payload: Record<string, unknown> } => {
  const step = send(event, over);
  if (!('send' in step) || step.send.kind !== 'http') throw new Error('a request was expected');
  return JSON.parse(step.send.body) as Record<string, unknown> & { payload: Record<string, unknown> };
};

describe('what PagerDuty is sent', () => {
  it('is the event with the key as a placeholder and no credential in a header', () => {
    expect(send({ payload }, { correlationKey: '5F04D7E3' })).toEqual({
      send: {
        kind: 'http',
        method: 'POST',
        url: 'https://events.pagerduty.com/v2/enqueue',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({
          routing_key: '⟦secret:routingKey⟧',
          payload,
          event_action: 'trigger',
          dedup_key: '5F04D7E3',
          client: 'Waybill',
        }),
        auth: { kind: 'none' },
      },
    });
  });

  it('goes to the configured base, with the configured client', () => {
    const config = {
      baseUrl: 'http://127.0.0.1:8090/pagerduty/',
      client: 'SOC',
      clientUrl: 'https://soc.example.test/',
    };
    expect(send({ payload }, { config })).toMatchObject({
      send: { url: 'http://127.0.0.1:8090/pagerduty/v2/enqueue' },
    });
    expect(sent({ payload }, { config })).toMatchObject({ client: 'SOC', client_url: 'https://soc.example.test/' });
  });

  it.each(['trigger', 'acknowledge', 'resolve'] as const)('says %s where the notification does', (act) => {
    expect(sent({ payload }, { act, correlationKey: 'k' })).toMatchObject({ event_action: act, dedup_key: 'k' });
  });

  it('has the delivery as its key where the thing has none, so that a retry opens no second alert', () => {
    const first = sent({ payload });
    expect(first['dedup_key']).toBe('dlv_01jd8xkq3vfb7sz3tm8v0q9k4n');
    expect(sent({ payload }, { attempt: 4, afterUnknown: true })).toEqual(first);
  });

  it.each(['acknowledge', 'resolve'] as const)('is nothing where an %s concerns no thing', (act) => {
    expect(send({ payload }, { act })).toEqual({
      done: { kind: 'refused', retry: 'never', reason: 'correlation_missing' },
    });
  });

  it('has a key of 255 characters as it is and a longer one by a stable name', () => {
    const key = (length: number) => sent({ payload }, { correlationKey: '🚨'.repeat(length) })['dedup_key'];
    expect(key(pagerdutyLimits.dedupKey)).toBe('🚨'.repeat(pagerdutyLimits.dedupKey));
    expect(key(pagerdutyLimits.dedupKey + 1)).toMatch(/^waybill-[0-9a-f]{26}$/);
    expect(key(pagerdutyLimits.dedupKey + 1)).toBe(key(pagerdutyLimits.dedupKey + 1));
  });

  it('is the documented template of the original as it is', () => {
    const documented = {
      routing_key: 'RK',
      event_action: 'trigger',
      dedup_key: null,
      client: 'Alert Logic',
      client_url: 'https://console.account.alertlogic.com/',
      payload: {
        summary: 'test',
        severity: 'critical',
        group: 'Security',
        class: 'security observation',
        source: 'correlation/12345678/22526B99-30B3-46EE-A270-8140052511FF',
        timestamp: '2020-04-05T04:59:42Z',
        'payload.custom_details': { Operation: 'UserLoginFailed', ClientIP: '52.2.16.16' },
      },
    };
    expect(sent(documented, { correlationKey: 'k' })).toEqual(documented);
    expect(send(documented)).toMatchObject({
      notes: ['The template gives no dedup_key: a retry may open a second alert.'],
    });
  });

  it('puts the secret where the original asks people to write their key', () => {
    expect(sent({ payload, routing_key: '<ROUTING KEY>' })['routing_key']).toBe('⟦secret:routingKey⟧');
  });

  it.each([
    ['critical', 'critical'],
    ['Critical', 'critical'],
    ['High', 'critical'],
    ['error', 'error'],
    ['Medium', 'warning'],
    ['warning', 'warning'],
    ['low', 'info'],
    ['Info', 'info'],
    ['unheard of', 'info'],
    ['', 'info'],
  ])('maps the severity %p to %s', (severity, expected) => {
    expect(sent({ payload: { ...payload, severity } }).payload['severity']).toBe(expected);
  });

  it.each([
    ['an ISO time', '2020-07-07T20:18:12.220264+00:00', '2020-07-07T20:18:12.220264+00:00'],
    ['seconds', 1586062782, '2020-04-05T04:59:42.000Z'],
    ['seconds as text', '1586062782', '2020-04-05T04:59:42.000Z'],
    ['milliseconds', 1628002258505, '2021-08-03T14:50:58.505Z'],
    ['nothing', '', undefined],
    ['words', 'yesterday', undefined],
    ['a number beyond all calendars', '9'.repeat(30), undefined],
  ])('has %s as its time', (_title, timestamp, expected) => {
    expect(sent({ payload: { ...payload, timestamp } }).payload['timestamp']).toBe(expected);
  });

  it('fills what PagerDuty demands and drops what it refuses', () => {
    const event = {
      payload: { summary: ' ', source: '', class: '', group: 'g', custom_details: 'text' },
      links: [
        { href: '', text: 'dead' },
        { href: 'https://a.test/', text: 'alive' },
      ],
      images: [{ src: 'http://a.test/i.png' }],
    };
    const result = sent(event);
    expect(result.payload).toEqual({
      summary: 'Notification incident',
      source: 'Waybill',
      severity: 'info',
      group: 'g',
      custom_details: { message: 'text' },
    });
    expect(result['links']).toEqual([{ href: 'https://a.test/', text: 'alive' }]);
    expect(result).not.toHaveProperty('images');
  });

  it('has a summary whole at the bound and cut one past it, counted in characters', () => {
    const summary = (length: number) => send({ payload: { ...payload, summary: '🚨'.repeat(length) } });
    expect(summary(pagerdutyLimits.summary)).not.toHaveProperty('notes');
    expect(summary(pagerdutyLimits.summary + 1)).toMatchObject({
      notes: ['The summary was cut from 1025 to 1024 characters, the most that the target takes.'],
    });
  });

  it('loses its details where the event is one byte too large, and says so in the event', () => {
    const event = (length: number) => ({ payload: { ...payload, custom_details: { text: 'a'.repeat(length) } } });
    // With the 32 characters that take the place of the placeholder.
    const frame = JSON.stringify({ ...sent(event(0)), routing_key: 'k'.repeat(32) }).length;
    expect(send(event(pagerdutyLimits.eventBytes - frame))).not.toHaveProperty('notes');
    const details = sent(event(pagerdutyLimits.eventBytes - frame + 1)).payload['custom_details'];
    expect(details).toEqual({
      error: 'Custom details have been removed because the original event exceeds the maximum size of 512KB',
    });
  });

  it('is refused before sending where it stays too large without details', () => {
    const event = { payload: { ...payload, component: 'a'.repeat(pagerdutyLimits.eventBytes) } };
    expect(send(event)).toEqual({ done: { kind: 'refused', retry: 'never', reason: 'body_too_large' } });
  });
});

describe("what PagerDuty's answer means", () => {
  const never = (reason: string) => ({ kind: 'refused', retry: 'never', reason });
  const later = (reason: string, more: object = {}) => ({ kind: 'refused', retry: 'later', reason, ...more });
  const invalid = (text: string) =>
    jsonAnswer(400, { status: 'invalid event', message: 'Event object is invalid', errors: [text] });
  const rows: [string, Answer, unknown][] = [
    [
      '202 is taken, and the dedup key is kept',
      jsonAnswer(202, { status: 'success', message: 'Event processed', dedup_key: 'srv01/HTTP' }),
      { kind: 'accepted', receipt: { ticket: 'srv01/HTTP', memory: { dedupKey: 'srv01/HTTP' } } },
    ],
    [
      'a success without a key is not from PagerDuty',
      jsonAnswer(202, { status: 'success' }),
      never('unexpected_answer'),
    ],
    ['200 from something else is a failure', httpAnswer(200, '<html>'), never('unexpected_answer')],
    ['410 disables the connector', httpAnswer(410), { ...never('gone'), disable: true }],
    ['202 without success is a failure', jsonAnswer(202, { status: 'invalid event' }), never('unexpected_answer')],
    [
      "a key of the wrong length is the connector's fault",
      invalid("Length of 'routing_key' is incorrect (should be 32 characters)"),
      never('pagerduty_key_invalid'),
    ],
    [
      "a key with other characters is the connector's fault",
      invalid("'routing_key' cannot contain non-alphanumeric characters."),
      never('pagerduty_key_invalid'),
    ],
    [
      "a key that nobody has is the connector's fault",
      httpAnswer(400, 'Invalid routing key'),
      never('pagerduty_key_invalid'),
    ],
    ['a missing source is refused for good', invalid("'payload.source' is missing or blank"), never('bad_request')],
    [
      'too long a summary is refused for good',
      invalid("'summary' is too long (maximum is 1024 characters)"),
      never('bad_request'),
    ],
    [
      'what is no JSON is refused for good',
      jsonAnswer(400, {
        status: 'Unrecognized object',
        message: 'Event object format is unrecognized',
        errors: ['JSON parse error'],
      }),
      never('bad_request'),
    ],
    ['a timeout of the target is tried again', httpAnswer(408), later('request_timeout')],
    ['too large an event is refused for good', httpAnswer(413), never('payload_too_large')],
    [
      'a rate limit without a number waits half a minute',
      httpAnswer(429),
      later('rate_limited', { retryAfterMs: 30_000 }),
    ],
    [
      'a rate limit with a number waits that long',
      httpAnswer(429, '', { 'retry-after': '5' }),
      later('rate_limited', { retryAfterMs: 5000 }),
    ],
    ['an error of the target is tried again', httpAnswer(500), later('server_error')],
    ['a redirect is refused', httpAnswer(301), never('redirect_refused')],
    ['a reset after sending is unknown', noAnswer('reset', true), { kind: 'unknown', reason: 'reset' }],
  ];
  it.each(rows)('%s', (_title, answer, expected) => {
    expect(pagerduty.next(exampleSending(), [answer])).toEqual({ done: expected });
  });
});

describe('what a PagerDuty connector may be', () => {
  const check = (config: Record<string, unknown>, routingKey: string) => () =>
    pagerduty.check(config, ['routingKey'], { routingKey });
  it('takes a key of 32 letters and digits', () => {
    expect(check({}, 'a1B2'.repeat(8))).not.toThrow();
  });
  it.each([
    ['31 characters', 'a'.repeat(31)],
    ['33 characters', 'a'.repeat(33)],
    ['a hyphen', `${'a'.repeat(31)}-`],
  ])('refuses a key with %s', (_title, key) => {
    expect(check({}, key)).toThrow(expect.objectContaining({ code: 'secret_invalid', pointer: '/secrets/routingKey' }));
  });
  it('refuses a base with a query', () => {
    expect(check({ baseUrl: 'https://a.test/?b' }, 'a'.repeat(32))).toThrow(
      expect.objectContaining({ pointer: '/config/baseUrl' }),
    );
  });
  it('SEC-08 refuses a link with a credential, which everybody could read', () => {
    expect(check({ clientUrl: 'https://a.test/?token=b' }, 'a'.repeat(32))).toThrow(
      expect.objectContaining({ pointer: '/config/clientUrl' }),
    );
    expect(check({ clientUrl: 'https://a.test/?view=b' }, 'a'.repeat(32))).not.toThrow();
  });
});
