import { ReceiversClient } from '../client.js';
import { send, type RawAnswer, type RawRequest } from '../raw-request.js';
import { startReceivers, type Receivers } from '../start.js';

const cloud = '/jira/rest/api/3';
const dc = '/jira/rest/api/2';
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
const agent = { authorization: basic('agent@example.com:good-token') };
const pat = { authorization: 'Bearer good-pat' };
const doc = (text: string): unknown => ({
  type: 'doc',
  version: 1,
  content: [{ type: 'paragraph', content: [{ type: 'text', text }] }],
});
const fields = { project: { key: 'SEC' }, issuetype: { name: 'Task' }, summary: 'Disk full' };
const create = (changes: Record<string, unknown>): RawRequest => ({
  path: `${cloud}/issue`,
  body: { fields: { ...fields, ...changes } },
  headers: agent,
});
const createDc = (changes: Record<string, unknown>): RawRequest => ({
  path: `${dc}/issue`,
  body: { fields: { ...fields, ...changes } },
  headers: pat,
});
const field = (name: string, text: string): unknown => ({ errorMessages: [], errors: { [name]: text } });
const tooLong = 'The entered text is too long. It exceeds the allowed limit of 32,767 characters.';
const adfText = 'Operation value must be an Atlassian Document (see the Atlassian Document Format)';
const unseen = { errorMessages: ['Issue does not exist or you do not have permission to see it.'], errors: {} };
const payloadText = {
  errorMessages: ['Invalid request payload. Refer to the REST API documentation and try again.'],
};
const unauthenticated = 'Client must be authenticated to access this resource.';
const created = { id: expect.any(String), key: expect.stringMatching(/^SEC-\d+$/), self: expect.any(String) };
/** A document whose JSON has exactly this many characters. */
const docOf = (length: number): unknown => doc('x'.repeat(length - JSON.stringify(doc('')).length));

type Row = readonly [title: string, rule: string, request: RawRequest, status: number, body: unknown];

/** Texts are those of targets.md 4.4. */
const rows: readonly Row[] = [
  ['another path is not found', 'jira.path', { path: `${cloud}/user`, headers: agent, body: {} }, 404, 'Not Found'],
  [
    'another method is refused',
    'jira.method',
    { path: `${cloud}/issue`, method: 'PUT', body: {} },
    405,
    'Method Not Allowed',
  ],
  [
    'another type is refused',
    'jira.content-type',
    { ...create({}), headers: { ...agent, 'content-type': 'text/plain' } },
    415,
    'Unsupported Media Type',
  ],
  ['nobody may create', 'jira.unauthenticated', { ...create({}), headers: {} }, 401, unauthenticated],
  [
    'a wrong token may not create',
    'jira.unauthenticated',
    { ...create({}), headers: { authorization: basic('agent@example.com:x') } },
    401,
    unauthenticated,
  ],
  ['an API token is no Bearer on cloud', 'jira.bearer-on-cloud', { ...create({}), headers: pat }, 401, unauthenticated],
  [
    'Basic is off on the data center',
    'jira.basic-disabled',
    { ...createDc({}), headers: agent },
    403,
    { message: 'Basic Authentication has been disabled on this instance.' },
  ],
  [
    'a search of nobody finds nothing',
    'jira.anonymous-search',
    { path: `${cloud}/search/jql?jql=project=SEC`, method: 'GET' },
    200,
    { issues: [], isLast: true },
  ],
  [
    'an issue is unseen by nobody',
    'jira.anonymous-issue',
    { path: `${cloud}/issue/SEC-1`, method: 'GET' },
    404,
    unseen,
  ],
  ['broken JSON is no payload', 'jira.json', { ...create({}), body: '{' }, 400, payloadText],
  [
    'a create without fields is no payload',
    'jira.fields-missing',
    { ...create({}), body: { summary: 'x' } },
    400,
    payloadText,
  ],
  [
    'an unknown project is named',
    'jira.project',
    create({ project: { key: 'NONE' } }),
    400,
    field('project', 'Specify a valid project ID or key'),
  ],
  [
    'an unknown type is named',
    'jira.issuetype',
    create({ issuetype: { name: 'Epos' } }),
    400,
    field('issuetype', 'Specify a valid issue type'),
  ],
  [
    'a blank summary is missing',
    'jira.summary-missing',
    create({ summary: ' ' }),
    400,
    field('summary', 'You must specify a summary of the issue.'),
  ],
  [
    'a summary is a string',
    'jira.summary-type',
    create({ summary: 1 }),
    400,
    field('summary', 'Operation value must be a string'),
  ],
  [
    'a summary of 256 is too long',
    'jira.summary-length',
    create({ summary: '🚨'.repeat(256) }),
    400,
    field('summary', "Summary can't exceed 255 characters."),
  ],
  ['a summary of 255 is not', 'jira.created', create({ summary: '🚨'.repeat(255) }), 201, created],
  [
    'a summary has no line end',
    'jira.summary-newline',
    create({ summary: 'a\nb' }),
    400,
    field('summary', 'The summary is invalid because it contains newline characters.'),
  ],
  ['v3 wants a document', 'jira.description-adf', create({ description: 'text' }), 400, field('description', adfText)],
  [
    'v3 wants its version',
    'jira.description-adf',
    create({ description: { type: 'doc', content: [] } }),
    400,
    field('description', adfText),
  ],
  [
    'v2 wants a string',
    'jira.description-string',
    createDc({ description: doc('x') }),
    400,
    field('description', 'Operation value must be a string'),
  ],
  [
    'no text of a document is empty',
    'jira.empty-text',
    create({ description: doc('') }),
    400,
    { errorMessages: ['INVALID_INPUT'], errors: {} },
  ],
  [
    'a document of 32,768 is too long',
    'jira.description-length',
    create({ description: docOf(32_768) }),
    400,
    field('description', tooLong),
  ],
  ['a document of 32,767 is not', 'jira.created', create({ description: docOf(32_767) }), 201, created],
  [
    'a text of 32,768 is too long',
    'jira.description-length',
    createDc({ description: 'x'.repeat(32_768) }),
    400,
    field('description', tooLong),
  ],
  [
    'a label has no blank',
    'jira.label',
    create({ labels: ['Severity: high'] }),
    400,
    field('labels', "The label 'Severity: high' contains spaces which is invalid."),
  ],
  [
    'a priority is one of the scheme',
    'jira.priority',
    create({ priority: { id: '9' } }),
    400,
    field('priority', 'The priority selected is invalid.'),
  ],
  [
    'a field must be on the screen',
    'jira.screen',
    create({ customfield_1: 'x' }),
    400,
    field('customfield_1', "Field 'customfield_1' cannot be set. It is not on the appropriate screen, or unknown."),
  ],
  [
    'all faults are told together',
    'jira.faults',
    create({ summary: '', priority: { id: '9' } }),
    400,
    {
      errorMessages: [],
      errors: {
        summary: 'You must specify a summary of the issue.',
        priority: 'The priority selected is invalid.',
      },
    },
  ],
  [
    'an unknown issue is unseen',
    'jira.issue-unknown',
    { path: `${cloud}/issue/SEC-999/comment`, body: { body: doc('x') }, headers: agent },
    404,
    unseen,
  ],
  [
    'the old search of cloud is removed',
    'jira.removed-search',
    { path: `${cloud}/search`, body: { jql: 'project = SEC' }, headers: agent },
    410,
    {
      errorMessages: [
        'The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046',
      ],
      errors: {},
    },
  ],
  [
    'a search wants JQL',
    'jira.jql',
    { path: `${cloud}/search/jql`, body: { jql: 'colour = red' }, headers: agent },
    400,
    { errorMessages: ["Field 'colour' does not exist or you do not have permission to view it."], errors: {} },
  ],
  [
    'a user may ask who he is',
    'jira.myself',
    { path: `${cloud}/myself`, method: 'GET', headers: agent },
    200,
    expect.objectContaining({ emailAddress: 'agent@example.com' }),
  ],
  [
    'an issue is created on cloud',
    'jira.created',
    create({ description: doc('x'), labels: ['a'], priority: { id: '2' } }),
    201,
    created,
  ],
  ['an issue is created on the data center', 'jira.created', createDc({ description: '*x*' }), 201, created],
];

describe('the Jira receiver', () => {
  let receivers: Receivers;
  let client: ReceiversClient;

  beforeAll(async () => {
    receivers = await startReceivers({ httpPort: 0, smtpPort: 0 });
    client = new ReceiversClient(receivers.httpUrl);
  });
  afterAll(() => receivers.close());
  beforeEach(() => client.reset());

  const ask = (request: RawRequest): Promise<RawAnswer> => send(receivers.httpUrl, request);
  const newKey = async (request: RawRequest = create({})): Promise<string> =>
    (JSON.parse((await ask(request)).body) as { key: string }).key;
  const onIssue = (key: string, rest: string, method: string, body?: unknown): Promise<RawAnswer> =>
    ask({ path: `${cloud}/issue/${key}${rest}`, method, body, headers: agent });

  it.each(rows)('%s', async (_title, rule, request, status, body) => {
    const before = await client.rules('jira');
    const answer = await ask(request);
    expect(answer.status).toBe(status);
    expect(typeof body === 'string' ? answer.body : JSON.parse(answer.body)).toEqual(body);
    const after = await client.rules('jira');
    const grown = after.items.filter((one, i) => one.exercised > (before.items[i]?.exercised ?? 0));
    expect(grown.map((one) => one.id)).toContain(rule);
  });

  it('says on a 200 for nobody that the credentials failed', async () => {
    const answer = await ask({
      path: `${cloud}/search/jql?jql=project=SEC`,
      method: 'GET',
      headers: { authorization: basic('a:b') },
    });
    expect(answer.headers['x-seraph-loginreason']).toBe('AUTHENTICATED_FAILED');
  });

  it('edits, comments and moves an issue', async () => {
    const key = await newKey();
    expect(
      await onIssue(key, '', 'PUT', { fields: { summary: 'New' }, update: { labels: [{ add: 'b' }] } }),
    ).toMatchObject({ status: 204 });
    expect(await onIssue(key, '?returnIssue=true', 'PUT', { fields: { summary: 'Newer' } })).toMatchObject({
      status: 200,
    });
    expect(await onIssue(key, '/comment', 'POST', { body: doc('seen') })).toMatchObject({ status: 201 });
    expect(JSON.parse((await onIssue(key, '/comment', 'GET')).body)).toMatchObject({ total: 1 });
    const { transitions } = JSON.parse((await onIssue(key, '/transitions', 'GET')).body) as {
      transitions: { id: string }[];
    };
    expect(transitions.map(({ id }) => id)).toEqual(['21', '31']);
    expect(await onIssue(key, '/transitions', 'POST', { transition: { id: '31' } })).toMatchObject({ status: 204 });
    expect(JSON.parse((await onIssue(key, '', 'GET')).body)).toMatchObject({
      key,
      fields: { status: { name: 'Done' } },
    });
    expect((await client.state('jira'))['issues']).toMatchObject([
      { key, status: 'Done', summary: 'Newer', fields: { labels: ['b'] }, comments: [{ text: 'seen' }] },
    ]);
  });

  it('refuses a transition that is not there from the present status', async () => {
    const key = await newKey();
    const answer = await onIssue(key, '/transitions', 'POST', { transition: { id: '5' } });
    expect(answer).toMatchObject({
      status: 400,
      body: `{"errorMessages":["Transition id '5' is not valid for this issue."],"errors":{}}`,
    });
  });

  it('refuses a comment that is no document, and one that is too long', async () => {
    const key = await newKey();
    const comment = async (body: unknown): Promise<unknown> =>
      JSON.parse((await onIssue(key, '/comment', 'POST', { body })).body);
    expect(await comment('text')).toEqual(field('comment', 'Comment body is not valid!'));
    expect(await comment(docOf(32_768))).toEqual(field('comment', tooLong));
  });

  it('makes two issues of two creates and flags the second', async () => {
    const [first, second] = [await newKey(), await newKey()];
    expect(first).not.toBe(second);
    expect((await client.received()).map((item) => item.flags)).toEqual([[], [`same content as ${first}`]]);
  });

  it('does not find what was just created, but for reconcileIssues', async () => {
    const id = (JSON.parse((await ask(create({ labels: ['waybill-1'] }))).body) as { id: string }).id;
    const search = async (more: Record<string, unknown>): Promise<unknown> =>
      JSON.parse(
        (await ask({ path: `${cloud}/search/jql`, body: { jql: 'labels = "waybill-1"', ...more }, headers: agent }))
          .body,
      );
    expect(await search({})).toEqual({ issues: [], isLast: true });
    expect(await search({ reconcileIssues: [Number(id)] })).toEqual({ issues: [{ id }], isLast: true });
    await client.option('jira', 'searchDelayMs', 0);
    expect(await search({ fields: ['summary'] })).toMatchObject({ issues: [{ id, fields: { summary: 'Disk full' } }] });
  });

  it('counts the total of a search on the data center', async () => {
    await client.option('jira', 'searchDelayMs', 0);
    const key = await newKey(createDc({ labels: ['a'] }));
    const answer = await ask({
      path: `${dc}/search?jql=${encodeURIComponent('project = SEC AND labels = a')}`,
      method: 'GET',
      headers: pat,
    });
    expect(JSON.parse(answer.body)).toMatchObject({ total: 1, issues: [{ key }] });
  });

  it('speaks German where the option says so and English is not asked for', async () => {
    await client.option('jira', 'localised', true);
    const german = await ask({ ...create({ summary: '' }), headers: { ...agent, 'accept-language': 'de' } });
    const english = await ask({ ...create({ summary: '' }), headers: { ...agent, 'accept-language': 'en' } });
    expect(german.body).toContain('Sie müssen eine Zusammenfassung des Vorgangs angeben.');
    expect(english.body).toContain('You must specify a summary of the issue.');
  });

  it('asks for the fields that the option requires', async () => {
    await client.option('jira', 'requiredFields', ['priority']);
    expect(await ask(create({}))).toMatchObject({
      status: 400,
      body: `{"errorMessages":["Field 'priority' is required"],"errors":{}}`,
    });
  });

  it('refuses the eleventh of a burst, with the headers of a rate limit', async () => {
    const answers = await Promise.all(Array.from({ length: 11 }, () => ask(create({}))));
    const refused = answers.filter((answer) => answer.status === 429);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.headers).toMatchObject({ 'retry-after': '1', 'ratelimit-reason': 'jira-burst-based' });
  });

  it('breaks on a 4-byte character where the database has three', async () => {
    await client.option('jira', 'utf8mb3', true);
    const answer = await ask(createDc({ summary: '🚨' }));
    expect([answer.status, answer.headers['content-type']]).toEqual([500, 'text/html;charset=UTF-8']);
  });

  it('plays a script by operation', async () => {
    await client.script('jira', 'create', [{ status: 503, headers: { 'retry-after': '2' } }]);
    expect(await ask(create({}))).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
  });

  it('has exercised every rule', async () => {
    const { items } = await client.rules('jira');
    expect(items.filter((rule) => rule.exercised === 0).map((rule) => rule.id)).toEqual([]);
  });
});
