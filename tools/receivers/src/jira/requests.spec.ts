import type { RawRequest } from '../raw-request.spec.js';

export const cloud = '/jira/rest/api/3';
export const dc = '/jira/rest/api/2';
export const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
export const agent = { authorization: basic('agent@example.com:good-token') };
export const pat = { authorization: 'Bearer good-pat' };
export const doc = (text: string): unknown => ({
  type: 'doc',
  version: 1,
  content: [{ type: 'paragraph', content: [{ type: 'text', text }] }],
});
const fields = { project: { key: 'SEC' }, issuetype: { name: 'Task' }, summary: 'Disk full' };
export const create = (changes: Record<string, unknown>): RawRequest => ({
  path: `${cloud}/issue`,
  body: { fields: { ...fields, ...changes } },
  headers: agent,
});
export const createDc = (changes: Record<string, unknown>): RawRequest => ({
  path: `${dc}/issue`,
  body: { fields: { ...fields, ...changes } },
  headers: pat,
});
export const field = (name: string, text: string): unknown => ({ errorMessages: [], errors: { [name]: text } });
export const tooLong = 'The entered text is too long. It exceeds the allowed limit of 32,767 characters.';
const adfText = 'Operation value must be an Atlassian Document (see the Atlassian Document Format)';
const unseen = { errorMessages: ['Issue does not exist or you do not have permission to see it.'], errors: {} };
const payloadText = {
  errorMessages: ['Invalid request payload. Refer to the REST API documentation and try again.'],
};
const unauthenticated = 'Client must be authenticated to access this resource.';
const created = { id: expect.any(String), key: expect.stringMatching(/^SEC-\d+$/), self: expect.any(String) };
/** A document whose JSON has exactly this many characters. */
export const docOf = (length: number): unknown => doc('x'.repeat(length - JSON.stringify(doc('')).length));

/** Title, rule that must apply, request, and what must be answered. */
type Row = readonly [title: string, rule: string, request: RawRequest, status: number, body: unknown];

/** Texts are those of targets.md 4.4. */
export const rows: readonly Row[] = [
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
