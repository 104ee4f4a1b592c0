import { ReceiversClient } from '../client.js';
import { send, type RawAnswer, type RawRequest } from '../raw-request.spec.js';
import { startReceivers, type Receivers } from '../start.js';

const api = '/jsm/rest/servicedeskapi';
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
const agent = { authorization: basic('agent@example.com:good-token') };
const customer = { authorization: basic('customer@example.com:customer-token') };
const request = { serviceDeskId: '10', requestTypeId: '25', requestFieldValues: { summary: 'Help' } };
const create = (changes: Record<string, unknown>): RawRequest => ({
  path: `${api}/request`,
  body: { ...request, ...changes },
  headers: agent,
});
const values = (changes: Record<string, unknown>): RawRequest =>
  create({ requestFieldValues: { summary: 'Help', ...changes } });
const desk = (errorMessage: unknown, i18nKey: unknown = expect.any(String)): unknown => ({
  errorMessage,
  i18nErrorMessage: { i18nKey, parameters: [] },
});
const platform = (name: string, text: unknown): unknown => ({ errorMessages: [], errors: { [name]: text } });

type Row = readonly [title: string, rule: string, request: RawRequest, status: number, body: unknown];

/** Texts are those of targets.md section 5. */
const rows: readonly Row[] = [
  [
    'another path is not found',
    'jsm.path',
    { path: `${api}/organization`, body: {}, headers: agent },
    404,
    'Not Found',
  ],
  ['another method is refused', 'jsm.method', { ...create({}), method: 'PUT' }, 405, 'Method Not Allowed'],
  [
    'another type is refused',
    'jsm.content-type',
    { ...create({}), headers: { ...agent, 'content-type': 'text/plain' } },
    415,
    'Unsupported Media Type',
  ],
  [
    'nobody may ask',
    'jsm.unauthenticated',
    { ...create({}), headers: {} },
    401,
    'Client must be authenticated to access this resource.',
  ],
  ['broken JSON is refused', 'jsm.json', { ...create({}), body: '{' }, 400, desk(expect.any(String))],
  ['ids are strings', 'jsm.numeric-ids', create({ serviceDeskId: 10 }), 400, desk(expect.any(String))],
  [
    'an unknown desk does not exist',
    'jsm.desk-unknown',
    create({ serviceDeskId: '99' }),
    404,
    desk('The Service Desk you are trying to view does not exist.', 'sd.agent.servicedesk.error.servicedesk.missing'),
  ],
  [
    'a plain project has no desk',
    'jsm.no-service-project',
    create({ serviceDeskId: '7' }),
    403,
    desk(expect.any(String)),
  ],
  [
    'an unknown request type is not found',
    'jsm.request-type',
    create({ requestTypeId: '99' }),
    400,
    desk('Request type not found.'),
  ],
  [
    'a type of another desk is not found',
    'jsm.request-type',
    create({ requestTypeId: '27' }),
    400,
    desk('Request type not found.'),
  ],
  [
    'a required field is named',
    'jsm.required',
    create({ serviceDeskId: '4', requestTypeId: '28' }),
    400,
    desk("Field 'customfield_10050' is required", 'sd.validation.request.field.required'),
  ],
  [
    'a hidden field is refused as the platform does',
    'jsm.hidden-field',
    values({ priority: { id: '1' } }),
    400,
    platform('priority', expect.any(String)),
  ],
  [
    'a summary of 256 is refused as the platform does',
    'jsm.summary',
    values({ summary: 'x'.repeat(256) }),
    400,
    platform('summary', "Summary can't exceed 255 characters."),
  ],
  ['a summary of 255 is accepted', 'jsm.created', values({ summary: 'x'.repeat(255) }), 201, expect.anything()],
  [
    'a customer asks for himself only',
    'jsm.on-behalf',
    { ...create({ raiseOnBehalfOf: 'x' }), headers: customer },
    403,
    desk(expect.any(String)),
  ],
  [
    'an ADF request wants a document',
    'jsm.adf',
    create({ isAdfRequest: true, requestFieldValues: { summary: 'x', description: 'text' } }),
    400,
    desk(expect.any(String)),
  ],
  [
    'a request that is not there is not found',
    'jsm.request-unknown',
    { path: `${api}/request/X-1`, method: 'GET', headers: agent },
    404,
    desk(expect.any(String)),
  ],
  [
    'desks are listed',
    'jsm.desks',
    { path: `${api}/servicedesk`, method: 'GET', headers: agent },
    200,
    expect.objectContaining({ size: 2 }),
  ],
  ['info answers', 'jsm.info', { path: `${api}/info`, method: 'GET', headers: agent }, 200, expect.anything()],
  [
    'fields of a type are listed',
    'jsm.fields',
    { path: `${api}/servicedesk/4/requesttype/28/field`, method: 'GET', headers: agent },
    200,
    expect.objectContaining({
      requestTypeFields: expect.arrayContaining([
        expect.objectContaining({ fieldId: 'customfield_10050', required: true }),
      ]),
    }),
  ],
  [
    'a request is created',
    'jsm.created',
    create({}),
    201,
    expect.objectContaining({
      issueKey: expect.stringMatching(/^HELPDESK-\d+$/),
      serviceDeskId: '10',
      requestTypeId: '25',
      currentStatus: expect.objectContaining({ status: 'Waiting for support' }),
    }),
  ],
];

describe('the JSM receiver', () => {
  let receivers: Receivers;
  let client: ReceiversClient;

  beforeAll(async () => {
    receivers = await startReceivers({ httpPort: 0, smtpPort: 0 });
    client = new ReceiversClient(receivers.httpUrl);
  });
  afterAll(() => receivers.close());
  beforeEach(() => client.reset());

  const ask = (raw: RawRequest): Promise<RawAnswer> => send(receivers.httpUrl, raw);
  const newKey = async (): Promise<string> =>
    (JSON.parse((await ask(create({}))).body) as { issueKey: string }).issueKey;
  const onRequest = (key: string, rest: string, method: string, body?: unknown): Promise<RawAnswer> =>
    ask({ path: `${api}/request/${key}${rest}`, method, body, headers: agent });

  it.each(rows)('%s', async (_title, rule, raw, status, body) => {
    const answer = await ask(raw);
    expect(answer.status).toBe(status);
    expect(typeof body === 'string' ? answer.body : JSON.parse(answer.body)).toEqual(body);
    expect((await client.received({ target: 'jsm' }))[0]?.rule).toBe(rule);
  });

  it('takes comments that say whether they are public, and only those', async () => {
    const key = await newKey();
    expect(await onRequest(key, '/comment', 'POST', { body: 'x' })).toMatchObject({ status: 400 });
    expect(await onRequest(key, '/comment', 'POST', { body: 'x', public: 'no' })).toMatchObject({ status: 400 });
    expect(await onRequest(key, '/comment', 'POST', { body: ' ', public: true })).toMatchObject({ status: 400 });
    expect(await onRequest(key, '/comment', 'POST', { body: 'x', public: false })).toMatchObject({ status: 201 });
    expect(JSON.parse((await onRequest(key, '/comment', 'GET')).body)).toMatchObject({
      size: 1,
      values: [{ public: false }],
    });
  });

  it('closes a request by the one transition that customers have', async () => {
    const key = await newKey();
    expect(JSON.parse((await onRequest(key, '/transition', 'GET')).body)).toMatchObject({ values: [{ id: '5' }] });
    expect(await onRequest(key, '/transition', 'POST', { id: '31' })).toMatchObject({ status: 400 });
    const closing = { id: '5', additionalComment: { body: 'done' } };
    expect(await onRequest(key, '/transition', 'POST', closing)).toMatchObject({ status: 204 });
    await client.option('jsm', 'transitionStatus', 409);
    expect(await onRequest(key, '/transition', 'POST', closing)).toMatchObject({ status: 409 });
    expect(JSON.parse((await onRequest(key, '', 'GET')).body)).toMatchObject({ currentStatus: { status: 'Resolved' } });
  });

  it('lets an agent resolve through the platform beneath', async () => {
    const key = await newKey();
    const path = `/jsm/rest/api/3/issue/${key}/transitions`;
    expect(await ask({ path, body: { transition: { id: '31' } }, headers: agent })).toMatchObject({ status: 204 });
    expect((await client.state('jsm'))['requests']).toMatchObject([{ key, status: 'Done' }]);
    expect((await client.received({ target: 'jsm' })).at(-1)).toMatchObject({
      name: 'platform',
      rule: 'jira.transitioned',
    });
  });

  it('searches on the platform: cloud by the new way, a data center by the old one', async () => {
    await client.option('jira', 'searchDelayMs', 0);
    const key = await newKey();
    const jql = { jql: 'summary ~ "help"', fields: ['summary'] };
    const cloud = await ask({ path: '/jsm/rest/api/2/search/jql', body: jql, headers: agent });
    const old = await ask({ path: '/jsm/rest/api/2/search', body: jql, headers: { authorization: 'Bearer good-pat' } });
    expect([JSON.parse(cloud.body), JSON.parse(old.body)]).toMatchObject([
      { issues: [{ key }] },
      { total: 1, issues: [{ key }] },
    ]);
  });

  it('answers 400 for an unknown desk where the option says so', async () => {
    await client.option('jsm', 'missingDeskStatus', 400);
    expect(await ask(create({ serviceDeskId: '99' }))).toMatchObject({ status: 400 });
  });

  it('demands the experimental header of an old data center', async () => {
    await client.option('jsm', 'experimental', true);
    expect(await ask(create({}))).toMatchObject({ status: 412 });
    const experimental = { ...agent, 'x-experimentalapi': 'true' };
    expect(await ask({ ...create({}), headers: experimental })).toMatchObject({ status: 201 });
  });

  it('can refuse without a word', async () => {
    await client.option('jsm', 'emptyError', true);
    expect(await ask(create({}))).toMatchObject({
      status: 400,
      body: '{"errorMessage":"","i18nErrorMessage":{"i18nKey":"","parameters":[]}}',
    });
  });

  it('plays a script, under the long name of the product too', async () => {
    await client.script('jira-service-management', 'create', [{ status: 500 }]);
    expect(await ask(create({}))).toMatchObject({ status: 500 });
  });

  it('has exercised every rule', async () => {
    const { items } = await client.rules('jsm');
    expect(items.filter((rule) => rule.exercised === 0).map((rule) => rule.id)).toEqual([]);
  });
});
