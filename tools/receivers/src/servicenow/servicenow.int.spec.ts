import { ReceiversClient } from '../client.js';
import { send, type RawAnswer, type RawRequest } from '../raw-request.spec.js';
import { startReceivers, type Receivers } from '../start.js';

const api = '/servicenow/api/now/table';
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
const admin = { authorization: basic('admin:good-password') };
const post = (body: unknown, headers: Record<string, string | null> = {}): RawRequest => ({
  path: `${api}/incident`,
  body,
  headers: { ...admin, ...headers },
});
const failure = (message: string, detail: unknown): unknown => ({ error: { message, detail }, status: 'failure' });
const large = 10_485_760;
const result = (changes: Record<string, unknown>): unknown => ({ result: expect.objectContaining(changes) });

type Row = readonly [title: string, rule: string, request: RawRequest, status: number, body: unknown];

/** Texts are those of targets.md 6.4. */
const rows: readonly Row[] = [
  [
    'nobody may write',
    'servicenow.unauthenticated',
    { ...post({}), headers: {} },
    401,
    failure('User Not Authenticated', 'Required to provide Auth information'),
  ],
  [
    'another path is none',
    'servicenow.path',
    { path: '/servicenow/api/now/import/x', body: {}, headers: admin },
    400,
    expect.anything(),
  ],
  [
    'a table must exist',
    'servicenow.table-unknown',
    { ...post({}), path: `${api}/sys_nonexistent` },
    400,
    failure('Invalid table sys_nonexistent', null),
  ],
  [
    'a byte over 10 MiB is too large',
    'servicenow.size',
    post('{}'.padEnd(large + 1)),
    400,
    failure(
      'Exception while reading request',
      `Rejected large REST payload with content-length = ${large + 1} bytes. Max allowed: ${large} bytes.`,
    ),
  ],
  ['10 MiB are not', 'servicenow.inserted', post('{}'.padEnd(large)), 201, expect.anything()],
  [
    'broken JSON is not read',
    'servicenow.json',
    post('{'),
    400,
    failure('Exception while reading request', expect.stringContaining('JSON')),
  ],
  ['HTML cannot be had', 'servicenow.accept', post({}, { accept: 'text/html' }), 406, expect.anything()],
  [
    'text cannot be sent',
    'servicenow.content-type',
    post({}, { 'content-type': 'text/plain' }),
    415,
    expect.anything(),
  ],
  ['another method is refused', 'servicenow.method', { ...post({}), method: 'PATCH' }, 405, 'Method Not Allowed'],
  [
    'a reader may not write',
    'servicenow.acl',
    post({}, { authorization: basic('reader:good-password') }),
    403,
    failure('Operation Failed', 'ACL Exception Insert Failed due to security constraints'),
  ],
  [
    'a resolution has a code and notes',
    'servicenow.resolution',
    post({ state: '6' }),
    403,
    failure(
      'Operation Failed',
      'Data Policy Exception: The following fields are mandatory: Resolution code, Resolution notes',
    ),
  ],
  [
    'an unknown record is not found',
    'servicenow.no-record',
    { ...post({ state: '2' }), path: `${api}/incident/0123`, method: 'PATCH' },
    404,
    failure('No Record found', "Record doesn't exist or ACL restricts the record retrieval"),
  ],
  ['an unknown column is ignored', 'servicenow.unknown-column', post({ colour: 'red' }), 201, expect.anything()],
  [
    'a long description is cut',
    'servicenow.cut',
    post({ short_description: 'x'.repeat(161), correlation_id: 'y'.repeat(101) }),
    201,
    result({ short_description: 'x'.repeat(160), correlation_id: 'y'.repeat(100) }),
  ],
  [
    'a priority is computed',
    'servicenow.priority',
    post({ impact: 1, urgency: '2', priority: '5' }),
    201,
    result({ impact: '1', urgency: '2', priority: '2' }),
  ],
  ['an unknown state changes nothing', 'servicenow.state', post({ state: '0' }), 201, result({ state: '1' })],
  [
    'of an array the first is taken',
    'servicenow.array',
    post([{ category: 'a' }, { category: 'b' }]),
    201,
    result({ category: 'a' }),
  ],
  [
    'v1 does not find nothing',
    'servicenow.nothing-found',
    { path: '/servicenow/api/now/v1/table/problem?sysparm_query=state=7', method: 'GET', headers: admin },
    404,
    failure('No Record found', expect.any(String)),
  ],
  [
    'v2 finds nothing',
    'servicenow.found',
    { path: '/servicenow/api/now/v2/table/problem?sysparm_query=state=7', method: 'GET', headers: admin },
    200,
    { result: [] },
  ],
  [
    'a token is as good as a password',
    'servicenow.inserted',
    post({}, { authorization: 'Bearer good-token' }),
    201,
    expect.anything(),
  ],
  [
    'an API key is as good as a password',
    'servicenow.inserted',
    { ...post({}), headers: { 'x-sn-apikey': 'good-key' } },
    201,
    expect.anything(),
  ],
  [
    'an incident is created',
    'servicenow.inserted',
    post({ short_description: 'Disk full', caller_id: 'abc' }),
    201,
    result({
      sys_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      number: expect.stringMatching(/^INC\d{7}$/),
      caller_id: expect.objectContaining({ value: 'abc' }),
    }),
  ],
];

/** targets.md 6.2: impact, urgency, priority. */
const matrix = ['111', '122', '133', '212', '223', '234', '313', '324', '335'];

describe('the ServiceNow receiver', () => {
  let receivers: Receivers;
  let client: ReceiversClient;

  beforeAll(async () => {
    receivers = await startReceivers({ httpPort: 0, smtpPort: 0 });
    client = new ReceiversClient(receivers.httpUrl);
  });
  afterAll(() => receivers.close());
  beforeEach(() => client.reset());

  const ask = (request: RawRequest): Promise<RawAnswer> => send(receivers.httpUrl, request);
  const created = async (body: unknown): Promise<Record<string, string>> =>
    (JSON.parse((await ask(post(body))).body) as { result: Record<string, string> }).result;
  const patch = async (id: string, body: unknown): Promise<unknown> =>
    JSON.parse((await ask({ ...post(body), path: `${api}/incident/${id}`, method: 'PATCH' })).body);
  const query = async (text: string): Promise<{ result: Record<string, string>[] }> => {
    const path = `${api}/incident?sysparm_query=${encodeURIComponent(text)}`;
    return JSON.parse((await ask({ path, method: 'GET', headers: admin })).body) as {
      result: Record<string, string>[];
    };
  };

  it.each(rows)('%s', async (_title, rule, request, status, body) => {
    const before = await client.rules('servicenow');
    const answer = await ask(request);
    expect(answer.status).toBe(status);
    expect(typeof body === 'string' ? answer.body : JSON.parse(answer.body)).toEqual(body);
    const after = await client.rules('servicenow');
    const grown = after.items.filter((one, i) => one.exercised > (before.items[i]?.exercised ?? 0));
    expect(grown.map((one) => one.id)).toContain(rule);
  });

  it.each(matrix)('computes the priority of %s', async (digits) => {
    const [impact, urgency, priority] = digits;
    expect(await created({ impact, urgency })).toMatchObject({ priority });
  });

  it('resolves in one step, and keeps journals', async () => {
    const { sys_id: id = '' } = await created({ short_description: 'x' });
    await patch(id, { work_notes: 'looked' });
    expect(await patch(id, { state: 6, close_code: 'Solution provided', close_notes: 'done' })).toEqual(
      result({ state: '6' }),
    );
    const shown = JSON.parse(
      (await ask({ path: `${api}/incident/${id}`, method: 'GET', headers: admin })).body,
    ) as unknown;
    expect(shown).toEqual(result({ sys_id: id, state: '6', work_notes: '' }));
    expect((await client.state('servicenow'))['incident']).toMatchObject([
      { journal: [{ field: 'work_notes', text: 'looked' }] },
    ]);
  });

  it('finds by correlation_id, newest first', async () => {
    await created({ correlation_id: 'a', category: 'old' });
    await created({ correlation_id: 'a', category: 'new' });
    await created({ correlation_id: 'b' });
    const { result: found } = await query('correlation_id=a^ORDERBYDESCsys_created_on');
    expect(found.map((row) => row['category'])).toEqual(['new', 'old']);
  });

  it('drops a condition that it does not know, and so returns everything', async () => {
    await created({ correlation_id: 'a' });
    await created({ correlation_id: 'b' });
    expect((await query('corelation_id=a')).result).toHaveLength(2);
    expect((await client.received()).at(-1)?.flags).toEqual(['query condition dropped: corelation_id=a']);
  });

  it('finds by an empty correlation_id whatever has none', async () => {
    await created({});
    expect((await query('correlation_id=')).result).toHaveLength(1);
    expect((await client.received()).at(-1)?.flags).toEqual(['empty correlation_id in a query']);
  });

  it('gives a token to a client, and takes it', async () => {
    const form = 'grant_type=client_credentials&client_id=sn-client&client_secret=sn-client-secret';
    const asked = await ask({
      path: '/servicenow/oauth_token.do',
      body: form,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    const { access_token: token } = JSON.parse(asked.body) as { access_token: string };
    expect(await ask(post({}, { authorization: `Bearer ${token}` }))).toMatchObject({ status: 201 });
  });

  it('has a data policy, a business rule and a rate rule as options', async () => {
    await client.option('servicenow', 'mandatory', { caller_id: 'Caller' });
    expect(JSON.parse((await ask(post({}))).body)).toEqual(
      failure('Operation Failed', 'Data Policy Exception: The following fields are mandatory: Caller'),
    );
    await client.option('servicenow', 'mandatory', {});
    await client.option('servicenow', 'businessRule', 'No alerts');
    expect((await ask(post({}))).body).toContain("aborted by Business Rule 'No alerts^");
    await client.option('servicenow', 'businessRule', null);
    await client.option('servicenow', 'perHour', 1);
    await ask(post({}));
    expect(await ask(post({}))).toMatchObject({
      status: 429,
      headers: { 'retry-after': '3600', 'x-ratelimit-limit': '1' },
    });
  });

  it('answers 200 with a page when it sleeps', async () => {
    await client.option('servicenow', 'hibernating', true);
    const answer = await ask(post({}));
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/html;charset=UTF-8']);
    expect(answer.body).toContain('Hibernating Instance');
  });

  it('plays a script by table', async () => {
    await client.script('servicenow', 'incident', [{ status: 502 }]);
    expect(await ask(post({}))).toMatchObject({ status: 502 });
  });

  it('has exercised every rule', async () => {
    const { items } = await client.rules('servicenow');
    expect(items.filter((rule) => rule.exercised === 0).map((rule) => rule.id)).toEqual([]);
  });
});
