import { ReceiversClient } from '../client.js';
import { send, type RawAnswer, type RawRequest } from '../raw-request.spec.js';
import { startReceivers, type Receivers } from '../start.js';
import type { Alert } from './rules.js';

const path = '/pagerduty/v2/enqueue';
const key = 'R0123456789abcdefghijklmnopqrstu';
const payload = { summary: 'Disk full', source: 'srv01', severity: 'critical' };
const trigger = { routing_key: key, event_action: 'trigger', dedup_key: 'srv01/disk', payload };
const event = (changes: Record<string, unknown>): RawRequest => ({ path, body: { ...trigger, ...changes } });
const withPayload = (changes: Record<string, unknown>): RawRequest => event({ payload: { ...payload, ...changes } });
const invalid = (...errors: unknown[]): unknown => ({
  status: 'invalid event',
  message: 'Event object is invalid',
  errors,
});
const success = (dedupKey: unknown = 'srv01/disk'): unknown => ({
  status: 'success',
  message: 'Event processed',
  dedup_key: dedupKey,
});

type Row = readonly [title: string, rule: string, request: RawRequest, status: number, body: unknown];

/** Texts are those of targets.md section 3; where it has none (text ?) any will do. */
const rows: readonly Row[] = [
  ['another path is not found', 'pagerduty.path', { path: '/pagerduty/v1', body: trigger }, 404, 'Not Found'],
  ['another method is refused', 'pagerduty.method', { path, method: 'PUT', body: trigger }, 405, 'Method Not Allowed'],
  [
    'another type is refused',
    'pagerduty.content-type',
    { path, body: 'x', headers: { 'content-type': 'text/plain' } },
    415,
    'Unsupported Media Type',
  ],
  [
    'broken JSON is not recognized',
    'pagerduty.json',
    { path, body: '{' },
    400,
    { status: 'Unrecognized object', message: 'Event object format is unrecognized', errors: ['JSON parse error'] },
  ],
  [
    '524,289 bytes are too large',
    'pagerduty.size',
    { path, body: JSON.stringify(trigger).padEnd(524_289) },
    413,
    'Request Entity Too Large',
  ],
  ['524,288 bytes are not', 'pagerduty.ok', { path, body: JSON.stringify(trigger).padEnd(524_288) }, 202, success()],
  [
    'a blank key is missing',
    'pagerduty.routing-key-missing',
    event({ routing_key: '  ' }),
    400,
    invalid("'routing_key' is missing or blank"),
  ],
  [
    'a key of 31 has the wrong length',
    'pagerduty.routing-key-length',
    event({ routing_key: key.slice(1) }),
    400,
    invalid("Length of 'routing_key' is incorrect (should be 32 characters)"),
  ],
  [
    'a key with a dash is not alphanumeric',
    'pagerduty.routing-key-alphanumeric',
    event({ routing_key: `${key.slice(1)}-` }),
    400,
    invalid("'routing_key' cannot contain non-alphanumeric characters."),
  ],
  [
    'several faults are told together',
    'pagerduty.invalid-event',
    event({ routing_key: '-', payload: { severity: 'info', source: 's' } }),
    400,
    invalid(
      "Length of 'routing_key' is incorrect (should be 32 characters)",
      "'routing_key' cannot contain non-alphanumeric characters.",
      "'payload.summary' is missing or blank",
    ),
  ],
  [
    'a well formed key may be unknown',
    'pagerduty.unknown-key',
    event({ routing_key: '00000000000000000000000000000404' }),
    400,
    'Invalid routing key',
  ],
  [
    'an action has lower case',
    'pagerduty.event-action',
    event({ event_action: 'Trigger' }),
    400,
    invalid(expect.any(String)),
  ],
  [
    'a resolve needs a key',
    'pagerduty.dedup-key-missing',
    event({ event_action: 'resolve', dedup_key: '' }),
    400,
    invalid("'dedup_key' is missing or blank"),
  ],
  [
    'a dedup key of 256 is too long',
    'pagerduty.dedup-key-length',
    event({ dedup_key: 'x'.repeat(256) }),
    400,
    invalid(expect.any(String)),
  ],
  ['a dedup key of 255 is not', 'pagerduty.ok', event({ dedup_key: 'x'.repeat(255) }), 202, success('x'.repeat(255))],
  ...(['summary', 'source', 'severity'] as const).map((name): Row => [
    `a trigger needs ${name}`,
    `pagerduty.${name}-missing`,
    withPayload({ [name]: '' }),
    400,
    invalid(`'payload.${name}' is missing or blank`),
  ]),
  [
    'a severity has lower case',
    'pagerduty.severity',
    withPayload({ severity: 'Critical' }),
    400,
    invalid(expect.any(String)),
  ],
  [
    'a summary of 1025 characters is too long',
    'pagerduty.summary-length',
    withPayload({ summary: '🚨'.repeat(1_025) }),
    400,
    invalid("'summary' is too long (maximum is 1024 characters)"),
  ],
  ['a summary of 1024 characters is not', 'pagerduty.ok', withPayload({ summary: '🚨'.repeat(1_024) }), 202, success()],
  [
    'an image needs https',
    'pagerduty.images',
    event({ images: [{ src: 'http://example.com/a.png' }] }),
    400,
    invalid(expect.any(String)),
  ],
  ['a link needs a href', 'pagerduty.links', event({ links: [{ text: 'x' }] }), 400, invalid(expect.any(String))],
  [
    'details are an object',
    'pagerduty.custom-details',
    withPayload({ custom_details: [] }),
    400,
    invalid(expect.any(String)),
  ],
  ['a resolve of an unknown key is dropped', 'pagerduty.dropped', event({ event_action: 'resolve' }), 202, success()],
  [
    'without a key there is a fresh one',
    'pagerduty.no-dedup-key',
    event({ dedup_key: undefined }),
    202,
    success(expect.stringMatching(/^[0-9a-f]{32}$/)),
  ],
  ['a trigger is accepted', 'pagerduty.ok', { path, body: trigger }, 202, success()],
];

describe('the PagerDuty receiver', () => {
  let receivers: Receivers;
  let client: ReceiversClient;

  beforeAll(async () => {
    receivers = await startReceivers({ httpPort: 0, smtpPort: 0 });
    client = new ReceiversClient(receivers.httpUrl);
  });
  afterAll(() => receivers.close());
  beforeEach(() => client.reset());

  const act = (action: string): Promise<RawAnswer> => send(receivers.httpUrl, event({ event_action: action }));
  const alerts = async (): Promise<Alert[]> => (await client.state('pagerduty'))['alerts'] as Alert[];

  it.each(rows)('%s', async (_title, rule, request, status, body) => {
    const before = await client.rules('pagerduty');
    const answer = await send(receivers.httpUrl, request);
    expect(answer.status).toBe(status);
    expect(typeof body === 'string' ? answer.body : JSON.parse(answer.body)).toEqual(body);
    const after = await client.rules('pagerduty');
    const grown = after.items.filter((one, i) => one.exercised > (before.items[i]?.exercised ?? 0));
    expect(grown.map((one) => one.id)).toContain(rule);
  });

  it('lets an alert live: appended while open, a new one after its end', async () => {
    for (const action of ['trigger', 'trigger', 'acknowledge', 'resolve', 'resolve', 'trigger']) {
      expect(await act(action)).toMatchObject({ status: 202 });
    }
    const [first, second, ...others] = await alerts();
    expect(first).toMatchObject({ status: 'resolved' });
    expect(first?.log.map((entry) => entry.action)).toEqual(['trigger', 'trigger', 'acknowledge', 'resolve']);
    expect(second).toMatchObject({ status: 'triggered', dedupKey: 'srv01/disk' });
    expect(others).toEqual([]);
  });

  it('keeps the keys of two services apart', async () => {
    await act('trigger');
    await send(receivers.httpUrl, event({ routing_key: key.toUpperCase() }));
    expect(await alerts()).toHaveLength(2);
  });

  it('refuses the 121st event within 60 s and does not store it', async () => {
    for (let i = 0; i < 120; i += 1) await act('trigger');
    expect(await act('trigger')).toMatchObject({ status: 429, body: '' });
    expect((await alerts())[0]?.log).toHaveLength(120);
  });

  it('plays a script', async () => {
    await client.script('pagerduty', null, [{ status: 500 }]);
    expect(await act('trigger')).toMatchObject({ status: 500 });
  });

  it('has exercised every rule', async () => {
    const { items } = await client.rules('pagerduty');
    expect(items.filter((rule) => rule.exercised === 0).map((rule) => rule.id)).toEqual([]);
  });
});
