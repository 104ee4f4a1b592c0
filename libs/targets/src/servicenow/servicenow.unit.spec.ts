import { encodeTypeId } from '@waybill/decider/type-id';
import { followAttempt } from '../follow-attempt.fixture.js';
import type { Receipt } from '../outcome.js';
import { exampleAtMs, exampleSending, httpAnswer, jsonAnswer, noAnswer } from '../sending.fixture.js';
import type { Answer, Sending } from '../target.js';
import { servicenow } from './servicenow.target.js';

const base = 'https://acme.service-now.com';
const table = `${base}/api/now/table/incident`;
/** A delivery that was decided at `exampleAtMs`: the first six bytes of its id are the time. */
const deliveryId = encodeTypeId(
  'dlv',
  Uint8Array.from({ length: 16 }, (_, at) => (at < 6 ? Math.floor(exampleAtMs / 256 ** (5 - at)) % 256 : 0x80)),
);
const sysId = 'a'.repeat(32);
const page = `${base}/nav_to.do?uri=incident.do%3Fsys_id%3D${sysId}`;
const receipt: Receipt = { ticket: 'INC0010001', url: page, memory: { id: sysId } };
const resolve = { state: '6', closeCode: 'Solution provided', closeNotes: 'Over.' };
const resolution = { state: '6', close_code: 'Solution provided', close_notes: 'Over.' };

const sending = (over: Partial<Sending> & { record?: unknown; more?: Record<string, unknown> } = {}): Sending => {
  const { record, more, ...rest } = over;
  return exampleSending({
    config: { baseUrl: base, ...more },
    secretNames: ['username', 'password'],
    deliveryId,
    webhookId: deliveryId,
    body: JSON.stringify(record ?? { short_description: 'Brute force', description: 'Text' }),
    ...rest,
  });
};
const run = (of: Sending, ...answers: Answer[]) => followAttempt(servicenow, of, answers);
const result = (status: number, row: unknown) => jsonAnswer(status, { result: row });
const made = result(201, { sys_id: sysId, number: 'INC0010001' });

describe('a new record', () => {
  it("is the template's with the id of the thing", () => {
    const { asked, requests, outcome } = run(sending({ correlationKey: '5F04D7E3-000A' }), made);
    expect(asked).toEqual([
      {
        method: 'POST',
        url: table,
        body: { short_description: 'Brute force', description: 'Text', correlation_id: '5F04D7E3-000A' },
      },
    ]);
    expect(requests[0]).toMatchObject({
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      auth: { kind: 'basic-secrets', usernameSecret: 'username', passwordSecret: 'password' },
    });
    expect(outcome).toEqual({ kind: 'accepted', receipt });
  });

  it('is the documented template of the original with nothing but the id added', () => {
    const documented = {
      short_description: 'Brute force attempt from 1.2.3.4. Incident ID: ww1k39',
      description:
        'Customer: XYZ Corporation\nDeployment: \n\n**Attack Detail**:  \nIncident Link: https://console.alertlogic.com/fake/incident/url',
      state: '8',
      severity: '2',
      urgency: '2',
    };
    const { asked } = run(sending({ record: documented, act: 'resolve', correlationKey: 'k' }), made);
    expect(asked[0]?.body).toEqual({ ...documented, correlation_id: 'k' });
  });

  const ids: [string, string | null, RegExp][] = [
    ["a thing without a key has the delivery's", null, new RegExp(`^${deliveryId}$`)],
    ['a key that would change the query has a name of its own', 'a^ORDERBYb', /^waybill-[0-9a-f]{26}$/],
    ['a key with a line end has a name of its own', 'a\nb', /^waybill-[0-9a-f]{26}$/],
    ['an empty key has a name of its own', '', /^waybill-[0-9a-f]{26}$/],
    ['100 characters are a key', 'k'.repeat(100), /^k{100}$/],
    ['101 characters have a name of their own', 'k'.repeat(101), /^waybill-[0-9a-f]{26}$/],
  ];
  it.each(ids)('has an id that can be asked for: %s', (_title, correlationKey, expected) => {
    const body = run(sending({ correlationKey }), made).asked[0]?.body as { correlation_id: string };
    expect(body.correlation_id).toMatch(expected);
  });

  const cuts: [string, Record<string, unknown>, Record<string, unknown>, string[]][] = [
    [
      '160 characters of summary are whole',
      { short_description: '🚨'.repeat(160) },
      { short_description: '🚨'.repeat(160) },
      [],
    ],
    [
      '161 characters of summary are cut',
      { short_description: '🚨'.repeat(161) },
      { short_description: `${'🚨'.repeat(159)}…` },
      ['short_description was cut from 161 to 160 characters, the most that the target takes.'],
    ],
    [
      '4,000 characters of description are whole',
      { short_description: 'a', description: 'd'.repeat(4000) },
      { description: 'd'.repeat(4000) },
      [],
    ],
    [
      '4,001 characters of description are cut',
      { short_description: 'a', description: 'd'.repeat(4001) },
      { description: `${'d'.repeat(3999)}…` },
      ['description was cut from 4001 to 4000 characters, the most that the target takes.'],
    ],
    ['a summary is one line', { short_description: 'a\r\nb\u0000c' }, { short_description: 'a b c' }, []],
    [
      'blanks at the ends stay as the template gives them (A3)',
      { short_description: 'test. Observation ID: ' },
      { short_description: 'test. Observation ID: ' },
      [],
    ],
    [
      'a blank summary names the type',
      { short_description: ' \n ' },
      { short_description: 'Notification incident' },
      [],
    ],
    ['a missing summary names the type', {}, { short_description: 'Notification incident' }, []],
    [
      'a description keeps its lines and loses control characters',
      { short_description: 'a', description: 'a\n\tb\u0007c' },
      { description: 'a\n\tb c' },
      [],
    ],
    [
      'ratings become numbers',
      { short_description: 'a', impact: 'High', urgency: 'medium', severity: 'Info' },
      { impact: '1', urgency: '2', severity: '3' },
      [],
    ],
    ['numbers stay', { short_description: 'a', impact: '2', urgency: 3 }, { impact: '2', urgency: 3 }, []],
  ];
  it.each(cuts)('fits: %s', (_title, record, expected, notes) => {
    const followed = run(sending({ record }), made);
    expect(followed.asked[0]?.body).toMatchObject(expected);
    expect(followed.notes).toEqual(notes);
  });

  it('has no rating where the notification has none', () => {
    expect(run(sending({ record: { short_description: 'a', impact: '' } }), made).asked[0]?.body).not.toHaveProperty(
      'impact',
    );
  });

  it("has the connector's fields where the template has none, in the connector's table", () => {
    const more = { table: 'sn_si_incident', fields: { category: 'security', description: 'never' } };
    expect(run(sending({ more }), made).asked[0]).toMatchObject({
      url: `${base}/api/now/table/sn_si_incident`,
      body: { category: 'security', description: 'Text' },
    });
  });

  it('is made as resolved where the thing is over and the connector knows how', () => {
    expect(run(sending({ act: 'resolve', more: { resolve } }), made).asked[0]?.body).toMatchObject(resolution);
    expect(run(sending({ act: 'resolve', more: { resolve: {} } }), made).asked[0]?.body).toMatchObject({
      state: '6',
      close_code: 'Solution provided',
      close_notes: 'The source reports that this is over.',
    });
  });

  it.each([
    ['a token', ['token'], { kind: 'bearer', tokenSecret: 'token' }],
    ['an API key', ['apiKey'], { kind: 'header', headerName: 'x-sn-apikey', valueSecret: 'apiKey' }],
  ])('is sent with %s', (_title, secretNames, auth) => {
    expect(run(sending({ secretNames }), made).requests[0]?.auth).toEqual(auth);
  });

  it('is nothing where the template gave no object', () => {
    expect(run(sending({ body: '[{}]' })).outcome).toEqual({ kind: 'refused', retry: 'never', reason: 'body_invalid' });
  });
});

describe("what ServiceNow's answer to an insert means", () => {
  const never = (reason: string) => ({ kind: 'refused', retry: 'never', reason });
  const later = (reason: string, more: object = {}) => ({ kind: 'refused', retry: 'later', reason, ...more });
  const failure = (status: number, message: string, detail: string | null = null) =>
    jsonAnswer(status, { error: { message, detail }, status: 'failure' });
  const hidden = { ticket: sysId, url: page, memory: { id: sysId } };
  const rows: [string, Answer, unknown][] = [
    [
      'wrong credentials are refused for good',
      failure(401, 'User Not Authenticated', 'Required to provide Auth information'),
      never('unauthorized'),
    ],
    ['an unknown table is refused for good', failure(400, 'Invalid table sys_nonexistent'), never('bad_request')],
    [
      'a business rule is refused for good',
      failure(403, 'Operation Failed', "Operation against file 'incident' was aborted by Business Rule"),
      never('forbidden'),
    ],
    [
      'a data policy is refused for good',
      failure(403, 'Operation Failed', 'Data Policy Exception: The following fields are mandatory: Resolution code'),
      never('forbidden'),
    ],
    ['410 disables the connector', httpAnswer(410), { ...never('gone'), disable: true }],
    ['a wrong accept header is refused for good', httpAnswer(406), never('rejected')],
    [
      'a rate rule waits as long as it asks',
      httpAnswer(429, '', { 'retry-after': '60' }),
      later('rate_limited', { retryAfterMs: 60_000 }),
    ],
    [
      'a rate rule waits until its window ends',
      httpAnswer(429, '', { 'x-ratelimit-reset': String(exampleAtMs / 1000 + 90) }),
      later('rate_limited', { retryAfterMs: 90_000 }),
    ],
    [
      'a rate rule with nonsense follows our plan',
      httpAnswer(429, '', { 'x-ratelimit-reset': 'soon' }),
      later('rate_limited'),
    ],
    ['an error of the instance is tried again', httpAnswer(503), later('server_error')],
    [
      'a sleeping instance is asked again slowly',
      httpAnswer(200, '<html><title>Hibernating Instance</title>Want to find out why instances hibernate?', {
        'content-type': 'text/html',
      }),
      later('instance_asleep', { retryAfterMs: 600_000 }),
    ],
    ['another web page is a failure', httpAnswer(200, '<html>Login</html>'), never('unexpected_answer')],
    [
      'a hidden error is a failure',
      jsonAnswer(200, { error: { message: 'x' }, status: 'failure' }),
      never('unexpected_answer'),
    ],
    [
      'a record that is hidden is known by its location',
      { ...result(201, {}), headers: { location: `${table}/${sysId}` } },
      { kind: 'accepted', receipt: hidden },
    ],
    ["a record that is hidden altogether is the connector's fault", result(201, {}), never('record_hidden')],
    ['a redirect is refused', httpAnswer(302), never('redirect_refused')],
    ['a timeout after sending is unknown', noAnswer('timeout', true), { kind: 'unknown', reason: 'timeout' }],
  ];
  it.each(rows)('%s', (_title, answer, expected) => {
    expect(run(sending(), answer).outcome).toEqual(expected);
  });
});

describe('after an unknown outcome', () => {
  const lost = { afterUnknown: true, attempt: 2 };
  const row = (over: object = {}) => ({
    sys_id: sysId,
    number: 'INC0010001',
    correlation_id: deliveryId,
    sys_created_on: '2026-11-24 06:00:05',
    ...over,
  });

  it('looks for its id, newest first, and takes the record for its own', () => {
    const { asked, outcome } = run(sending(lost), result(200, [row()]));
    expect(asked).toEqual([
      {
        method: 'GET',
        url: `${table}?sysparm_query=correlation_id%3D${deliveryId}%5EORDERBYDESCsys_created_on&sysparm_limit=1&sysparm_fields=sys_id%2Cnumber%2Ccorrelation_id%2Csys_created_on`,
        body: null,
      },
    ]);
    expect(outcome).toEqual({ kind: 'accepted', receipt });
  });

  const others: [string, Answer][] = [
    ['nothing is found', result(200, [])],
    [
      'nothing is found in the manner of version 1',
      jsonAnswer(404, { error: { message: 'No Record found' }, status: 'failure' }),
    ],
    ["a dropped condition gives somebody else's record", result(200, [row({ correlation_id: 'another' })])],
    ['a record without an id is found', result(200, [row({ correlation_id: '' })])],
  ];
  it.each(others)('makes the record where %s', (_title, answer) => {
    const { asked, outcome } = run(sending(lost), answer, made);
    expect(asked[1]?.method).toBe('POST');
    expect(outcome).toEqual({ kind: 'accepted', receipt });
  });

  it('tells an older record of the same thing what is new', () => {
    const of = sending({ ...lost, correlationKey: 'k' });
    const { asked, outcome } = run(
      of,
      result(200, [row({ correlation_id: 'k', sys_created_on: '2026-11-23 06:00:00' })]),
      result(200, { sys_id: sysId }),
    );
    expect(asked[1]).toEqual({
      method: 'PATCH',
      url: `${table}/${sysId}`,
      body: { work_notes: 'Brute force\n\nText' },
    });
    expect(outcome).toEqual({ kind: 'accepted', receipt });
  });

  it('takes a record of the same thing that is not older for its own', () => {
    const of = sending({ ...lost, correlationKey: 'k' });
    expect(run(of, result(200, [row({ correlation_id: 'k' })])).outcome).toEqual({ kind: 'accepted', receipt });
  });

  const ends: [string, Answer, unknown][] = [
    [
      'a look that is refused ends the attempt',
      httpAnswer(401),
      { kind: 'refused', retry: 'never', reason: 'unauthorized' },
    ],
    [
      'a look that breaks off is made again',
      noAnswer('reset', true),
      { kind: 'refused', retry: 'later', reason: 'reset' },
    ],
    [
      'a look at a sleeping instance waits',
      httpAnswer(200, 'Hibernating Instance'),
      { kind: 'refused', retry: 'later', reason: 'instance_asleep', retryAfterMs: 600_000 },
    ],
  ];
  it.each(ends)('%s', (_title, answer, expected) => {
    expect(run(sending(lost), answer).outcome).toEqual(expected);
  });
});

describe('a later notification of a known record', () => {
  const known = { remembered: receipt, correlationKey: 'k' };
  const patched = (state = '1') => result(200, { sys_id: sysId, state });

  it('writes a work note in which nothing is HTML', () => {
    const { asked, outcome } = run(
      sending({ ...known, record: { short_description: 'a', description: '[code]<b>[/code]' } }),
      patched(),
    );
    expect(asked).toEqual([
      { method: 'PATCH', url: `${table}/${sysId}`, body: { work_notes: 'a\n\n[ code ]<b>[ /code ]' } },
    ]);
    expect(outcome).toEqual({ kind: 'accepted', receipt });
  });

  it('edits its fields, and leaves id and state alone', () => {
    const record = { short_description: 'a', state: '8', impact: '1' };
    expect(run(sending({ ...known, record, more: { onUpdate: 'edit' } }), patched()).asked[0]?.body).toEqual({
      short_description: 'a',
      impact: '1',
    });
  });

  it('resolves in one update', () => {
    const of = sending({ ...known, act: 'resolve', more: { resolve } });
    const { asked, outcome } = run(of, patched('6'));
    expect(asked).toEqual([
      { method: 'PATCH', url: `${table}/${sysId}`, body: { work_notes: 'Brute force\n\nText', ...resolution } },
    ]);
    expect(outcome).toEqual({ kind: 'accepted', receipt });
  });

  it('notices that the state did not change', () => {
    expect(run(sending({ ...known, act: 'resolve', more: { resolve } }), patched('1')).outcome).toEqual({
      kind: 'refused',
      retry: 'never',
      reason: 'state_unchanged',
      receipt,
    });
  });

  it('resolves even where it adds nothing else, and asks nothing where there is nothing at all', () => {
    expect(
      run(sending({ ...known, act: 'resolve', more: { resolve, onUpdate: 'none' } }), patched('6')).asked[0]?.body,
    ).toEqual(resolution);
    expect(run(sending({ ...known, more: { onUpdate: 'none' } })).asked).toEqual([]);
  });

  it('makes a new record where a person has removed the known one', () => {
    const gone = jsonAnswer(404, {
      error: { message: 'No Record found', detail: "Record doesn't exist or ACL restricts the record retrieval" },
      status: 'failure',
    });
    const { outcome, notes } = run(sending(known), gone, result(201, { sys_id: 'b'.repeat(32), number: 'INC0010002' }));
    expect(outcome).toMatchObject({ kind: 'accepted', receipt: { ticket: 'INC0010002' } });
    expect(notes).toEqual(['The record INC0010001 is gone.']);
  });

  it('keeps the record where the outcome of an update is unknown', () => {
    expect(run(sending(known), noAnswer('timeout', true)).outcome).toEqual({
      kind: 'unknown',
      reason: 'timeout',
      receipt,
    });
  });
});

describe('what a ServiceNow connector may be', () => {
  it.each([[['username', 'password']], [['token']], [['apiKey']]])('takes %p', (names) => {
    expect(() => servicenow.check({ baseUrl: base }, names)).not.toThrow();
  });
  it.each([
    [[], '/secrets/username'],
    [['username'], '/secrets/password'],
  ])('refuses %p', (names, pointer) => {
    expect(() => servicenow.check({ baseUrl: base }, names)).toThrow(expect.objectContaining({ pointer }));
  });
});
