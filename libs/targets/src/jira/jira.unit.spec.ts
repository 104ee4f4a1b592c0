import { followAttempt } from '../follow-attempt.fixture.js';
import type { Receipt } from '../outcome.js';
import { exampleSending, httpAnswer, jsonAnswer, noAnswer } from '../sending.fixture.js';
import type { Answer, Sending } from '../target.js';
import { jira } from './jira.target.js';

const base = 'https://acme.atlassian.net';
const webhookId = 'dlv_01jd8xkq3vfb7sz3tm8v0q9k4n';
const label = `waybill-${webhookId}`;
const cloud = { baseUrl: base, projectKey: 'OPS' };
const dataCenter = { ...cloud, baseUrl: 'https://jira.example.test/jira/', deployment: 'data-center' };
const doc = (...texts: string[]) => ({
  type: 'doc',
  version: 1,
  content: texts.map((text) => ({ type: 'paragraph', content: [{ type: 'text', text }] })),
});

const sending = (over: Partial<Sending> & { fields?: unknown } = {}): Sending => {
  const { fields, ...rest } = over;
  return exampleSending({
    config: cloud,
    secretNames: ['email', 'apiToken'],
    body: JSON.stringify({ fields: fields ?? { summary: 'Brute force', description: 'Text' } }),
    ...rest,
  });
};

const run = (of: Sending, ...answers: Answer[]) => followAttempt(jira, of, answers);

const created = jsonAnswer(201, { id: '10000', key: 'OPS-24', self: `${base}/rest/api/3/issue/10000` });
const receipt: Receipt = { ticket: 'OPS-24', url: `${base}/browse/OPS-24`, memory: { id: '10000' } };
const transitions = jsonAnswer(200, {
  transitions: [
    { id: '5', name: 'Close', to: { name: 'Done' } },
    { id: '4', name: 'Start', to: { name: 'In Progress' } },
  ],
});
const failedLogin = { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' };

describe('a new issue', () => {
  it("is the template's, completed with project, type and label, and remembered by its id", () => {
    const { asked, requests, outcome } = run(sending(), created);
    expect(asked).toEqual([
      {
        method: 'POST',
        url: `${base}/rest/api/3/issue`,
        body: {
          fields: {
            summary: 'Brute force',
            description: doc('Text'),
            project: { key: 'OPS' },
            issuetype: { name: 'Task' },
            labels: [label],
          },
        },
      },
    ]);
    expect(requests[0]).toMatchObject({
      headers: { accept: 'application/json', 'accept-language': 'en', 'content-type': 'application/json' },
      auth: { kind: 'basic-secrets', usernameSecret: 'email', passwordSecret: 'apiToken' },
    });
    expect(outcome).toEqual({ kind: 'accepted', receipt });
  });

  it('is the documented template of the original, with nothing but the label added', () => {
    const documented = {
      reporter: { id: '5b10a2844c20165700ede21g' },
      issuetype: { name: 'Task' },
      project: { key: 'SEC' },
      summary: 'Brute force attempt from 1.2.3.4',
      description: {
        type: 'doc',
        version: 1,
        content: [
          {
            type: 'paragraph',
            content: [{ type: 'text', text: '**Attack Detail**:  \n**Attacker:** 172.31.37.117, local_ip ' }],
          },
          {
            type: 'paragraph',
            content: [
              {
                type: 'text',
                text: 'Link to the incident',
                marks: [{ type: 'link', attrs: { href: 'https://console.alertlogic.com/fake/incident/url' } }],
              },
            ],
          },
        ],
      },
      priority: { name: 'Medium' },
    };
    expect(run(sending({ fields: documented }), created).asked[0]?.body).toEqual({
      fields: { ...documented, labels: [label] },
    });
  });

  it('is in version 2 with wiki markup and a token on Data Center', () => {
    const { asked, requests } = run(sending({ config: dataCenter, secretNames: ['token'] }), created);
    expect(asked[0]).toMatchObject({
      url: 'https://jira.example.test/jira/rest/api/2/issue',
      body: { fields: { description: 'Text' } },
    });
    expect(requests[0]?.auth).toEqual({ kind: 'bearer', tokenSecret: 'token' });
  });

  it('escapes what a document says when it becomes wiki markup', () => {
    const description = {
      type: 'doc',
      version: 1,
      content: [
        { type: 'heading', attrs: { level: 2 }, content: [{ type: 'text', text: 'A' }] },
        { type: 'paragraph', content: [{ type: 'text', text: '[~admin] {html} *b* !http://x/y.png! C:\\d' }] },
        {
          type: 'paragraph',
          content: [
            { type: 'text', text: 'bold', marks: [{ type: 'strong' }] },
            { type: 'hardBreak' },
            { type: 'text', text: 'See', marks: [{ type: 'link', attrs: { href: 'https://a.test/x' } }] },
          ],
        },
        {
          type: 'paragraph',
          content: [{ type: 'text', text: 'Bad', marks: [{ type: 'link', attrs: { href: 'javascript:alert(1)' } }] }],
        },
        {
          type: 'bulletList',
          content: [{ type: 'listItem', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'one' }] }] }],
        },
        { type: 'codeBlock', content: [{ type: 'text', text: 'x{code}y' }] },
      ],
    };
    const { asked } = run(sending({ config: dataCenter, fields: { summary: 'a', description } }), created);
    expect((asked[0]?.body as { fields: { description: string } }).fields.description).toBe(
      [
        'h2. A',
        '',
        '\\[\\~admin\\] \\{html\\} \\*b\\* \\!http://x/y.png\\! C:&#92;d',
        '',
        '*bold*',
        '[See|https://a.test/x]',
        '',
        'Bad',
        '',
        '* one',
        '',
        '{code}',
        'x{ code}y',
        '{code}',
      ].join('\n'),
    );
  });

  it('has no empty nodes, which Jira refuses, and no description where nothing is left', () => {
    const empty = { type: 'paragraph', content: [{ type: 'text', text: '' }] };
    const link = {
      type: 'paragraph',
      content: [{ type: 'text', text: 'See', marks: [{ type: 'link', attrs: { href: '' } }] }],
    };
    const fields = (...content: unknown[]) => ({ summary: 'a', description: { type: 'doc', version: 1, content } });
    const sent = (given: unknown) =>
      (run(sending({ fields: given }), created).asked[0]?.body as { fields: Record<string, unknown> }).fields;
    expect(sent(fields(empty, ...doc('x').content, link))['description']).toEqual(doc('x'));
    expect(sent(fields(empty, link))).not.toHaveProperty('description');
    expect(sent({ summary: 'a', description: '' })).not.toHaveProperty('description');
  });

  it('makes paragraphs of blank lines and line ends of single ones', () => {
    const { asked } = run(sending({ fields: { summary: 'a', description: 'one\ntwo\n\nthree' } }), created);
    expect(asked[0]?.body).toMatchObject({
      fields: {
        description: {
          content: [
            {
              type: 'paragraph',
              content: [{ type: 'text', text: 'one' }, { type: 'hardBreak' }, { type: 'text', text: 'two' }],
            },
            { type: 'paragraph', content: [{ type: 'text', text: 'three' }] },
          ],
        },
      },
    });
  });

  const summaries: [string, unknown, string][] = [
    ['line ends become blanks', 'a\r\nb\nc', 'a b c'],
    ['a missing one names the type', undefined, 'Notification incident'],
    ['a blank one names the type', ' \n', 'Notification incident'],
    ['a number is its digits', 12, '12'],
    ['255 characters are whole', 's'.repeat(255), 's'.repeat(255)],
    ['256 characters are cut', 's'.repeat(256), `${'s'.repeat(254)}…`],
    ['a pair of units counts twice', '🚨'.repeat(128), `${'🚨'.repeat(127)}…`],
  ];
  it.each(summaries)('has one line of summary: %s', (_title, summary, expected) => {
    expect(run(sending({ fields: { summary } }), created).asked[0]?.body).toMatchObject({
      fields: { summary: expected },
    });
  });

  it('has a description whole at the bound of Data Center and cut one past it', () => {
    const notes = (length: number) =>
      run(sending({ config: dataCenter, fields: { summary: 'a', description: 'd'.repeat(length) } }), created).notes;
    expect(notes(32_767)).toEqual([]);
    expect(notes(32_768)).toEqual([
      'The description was cut from 32768 to 32767 characters, the most that the target takes.',
    ]);
  });

  it('has a serialised document below the bound of the cloud, with what Grafana keeps back', () => {
    const frame = JSON.stringify(doc('')).length;
    const sent = (length: number) =>
      run(sending({ fields: { summary: 'a', description: 'd'.repeat(length) } }), created);
    expect(sent(32_680 - frame).notes).toEqual([]);
    const over = sent(32_680 - frame + 1);
    expect(over.notes).toEqual([
      'The description was cut from 32681 to 32680 characters, the most that the target takes.',
    ]);
    const body = over.asked[0]?.body as { fields: { description: unknown } };
    expect(JSON.stringify(body.fields.description).length).toBeLessThanOrEqual(32_680);
  });

  const priorities: [string, unknown, Record<string, string>, unknown][] = [
    ['a rating is mapped as usual', 'Critical', {}, { name: 'Highest' }],
    ['a rating in lower case is mapped as usual', 'high', {}, { name: 'High' }],
    ["the connector's map comes first", 'Critical', { critical: 'Blocker' }, { name: 'Blocker' }],
    ['digits in the map are a number of Jira', 'High', { High: '2' }, { id: '2' }],
    ['an empty rating sets none', '', {}, undefined],
    ['an unknown rating sets none', 'P1', {}, undefined],
    ['an object of the template stays', { id: '7' }, { High: '2' }, { id: '7' }],
  ];
  it.each(priorities)('has a priority: %s', (_title, priority, priorityMap, expected) => {
    const of = sending({ config: { ...cloud, priorityMap }, fields: { summary: 'a', priority } });
    expect((run(of, created).asked[0]?.body as { fields: Record<string, unknown> }).fields['priority']).toEqual(
      expected,
    );
  });

  it("has the connector's fields where the template has none, and its type by number", () => {
    const config = { ...cloud, issueType: '10004', fields: { components: [{ name: 'Security' }], summary: 'never' } };
    expect(run(sending({ config }), created).asked[0]?.body).toMatchObject({
      fields: { summary: 'Brute force', components: [{ name: 'Security' }], issuetype: { id: '10004' } },
    });
  });

  it('has labels without blanks, its own at the end', () => {
    expect(run(sending({ fields: { summary: 'a', labels: ['Severity: high', 'soc', ''] } }), created)).toMatchObject({
      asked: [{ body: { fields: { labels: ['Severity:-high', 'soc', label] } } }],
      notes: ['Blanks in labels, which Jira refuses, became hyphens.'],
    });
  });

  it('has labels whole at the bound and cut one past it', () => {
    const sent = (length: number) =>
      (
        run(sending({ fields: { summary: 'a', labels: ['l'.repeat(length)] } }), created).asked[0]?.body as {
          fields: { labels: string[] };
        }
      ).fields.labels[0];
    expect(sent(255)).toBe('l'.repeat(255));
    expect(sent(256)).toBe(`${'l'.repeat(254)}…`);
  });

  it('comes without what only the room has put there, where Jira refuses exactly that', () => {
    const refused = jsonAnswer(400, {
      errorMessages: [],
      errors: { labels: 'Das Feld kann nicht gesetzt werden.', priority: 'x' },
    });
    const { asked, outcome, notes } = run(sending({ fields: { summary: 'a', priority: 'High' } }), refused, created);
    expect((asked[1]?.body as { fields: object }).fields).toEqual({
      summary: 'a',
      project: { key: 'OPS' },
      issuetype: { name: 'Task' },
    });
    expect(outcome).toEqual({ kind: 'accepted', receipt });
    expect(notes).toEqual(['Jira refused labels and priority, so the ticket was opened without.']);
  });

  it('does not come without what the template has', () => {
    const refused = jsonAnswer(400, { errorMessages: [], errors: { labels: 'x', summary: 'y' } });
    expect(run(sending(), refused).outcome).toEqual({ kind: 'refused', retry: 'never', reason: 'bad_request' });
  });

  it('is resolved at once where the thing is over and the connector knows how', () => {
    const of = sending({ act: 'resolve', config: { ...cloud, resolveTransition: 'done' } });
    const { asked, outcome } = run(of, created, transitions, httpAnswer(204));
    expect(asked.slice(1)).toEqual([
      { method: 'GET', url: `${base}/rest/api/3/issue/10000/transitions`, body: null },
      { method: 'POST', url: `${base}/rest/api/3/issue/10000/transitions`, body: { transition: { id: '5' } } },
    ]);
    expect(outcome).toEqual({ kind: 'accepted', receipt });
  });

  it('is only made where the thing is over and the connector knows no transition', () => {
    expect(run(sending({ act: 'resolve' }), created).outcome).toEqual({ kind: 'accepted', receipt });
  });

  it.each(['[]', '"a"', '{"a":1}', '{"fields":[]}'])('is nothing where the template gave %s', (body) => {
    expect(run(sending({ body })).outcome).toEqual({ kind: 'refused', retry: 'never', reason: 'body_invalid' });
  });

  it('takes fields at the top as fields', () => {
    expect(run(sending({ body: '{"summary":"a"}' }), created).asked[0]?.body).toMatchObject({
      fields: { summary: 'a', labels: [label] },
    });
  });
});

describe("what Jira's answer to a create means", () => {
  const never = (reason: string) => ({ kind: 'refused', retry: 'never', reason });
  const later = (reason: string, more: object = {}) => ({ kind: 'refused', retry: 'later', reason, ...more });
  const fault = (status: number, errors: object, errorMessages: string[] = []) =>
    jsonAnswer(status, { errorMessages, errors });
  const rows: [string, Answer, unknown][] = [
    [
      'no credentials are refused for good',
      httpAnswer(401, 'Client must be authenticated to access this resource.', failedLogin),
      never('unauthorized'),
    ],
    [
      'an expired token that looks like not found is a login that failed',
      httpAnswer(404, '', failedLogin),
      never('login_failed'),
    ],
    [
      'an expired token that looks like success is a login that failed',
      jsonAnswer(200, {}, failedLogin),
      never('login_failed'),
    ],
    ['a login that succeeded is none', httpAnswer(404, '', { 'x-seraph-loginreason': 'OK' }), never('not_found')],
    [
      'Basic that is switched off is refused for good',
      jsonAnswer(403, { message: 'Basic Authentication has been disabled on this instance.' }),
      never('forbidden'),
    ],
    [
      'a CAPTCHA says so',
      httpAnswer(403, '', { 'x-authentication-denied-reason': 'CAPTCHA_CHALLENGE; login-url=https://x' }),
      never('captcha_required'),
    ],
    [
      'a missing summary is refused for good',
      fault(400, { summary: 'You must specify a summary of the issue.' }),
      never('bad_request'),
    ],
    [
      'a string for a document is refused for good',
      fault(400, { description: 'Operation value must be an Atlassian Document (see the Atlassian Document Format)' }),
      never('bad_request'),
    ],
    [
      'an unknown project is refused for good',
      fault(400, { project: 'valid project is required' }),
      never('bad_request'),
    ],
    ['a required field is refused for good', fault(400, {}, ["Field 'priority' is required"]), never('bad_request')],
    [
      'a removed API is our fault and disables nothing',
      fault(410, {}, ['The requested API has been removed.']),
      never('api_removed'),
    ],
    ['a conflict is tried again', httpAnswer(409), later('edit_conflict')],
    [
      'a rate limit waits',
      httpAnswer(429, '', { 'retry-after': '2', 'ratelimit-reason': 'jira-burst-based' }),
      later('rate_limited', { retryAfterMs: 2000 }),
    ],
    ['a rate limit without a number follows our plan', httpAnswer(429), later('rate_limited')],
    [
      'a site that is away is tried again',
      jsonAnswer(503, { errorMessage: 'Site temporarily unavailable' }),
      later('server_error'),
    ],
    ['an HTML 500 is tried again', httpAnswer(500, '<html>'), later('server_error')],
    ['200 with a page is a failure', httpAnswer(200, '<html>login</html>'), never('unexpected_answer')],
    ['201 without a key may have made one', httpAnswer(201, ''), { kind: 'unknown', reason: 'ticket_not_confirmed' }],
    ['a redirect is refused', httpAnswer(302), never('redirect_refused')],
    ['a timeout after sending is unknown', noAnswer('timeout', true), { kind: 'unknown', reason: 'timeout' }],
    ['no connection is tried again', noAnswer('connect_failed', false), later('connect_failed')],
  ];
  it.each(rows)('%s', (_title, answer, expected) => {
    expect(run(sending(), answer).outcome).toEqual(expected);
  });
});

describe('what a Jira connector may be', () => {
  it.each([
    ['e-mail and API token', cloud, ['email', 'apiToken']],
    ['a personal access token', dataCenter, ['token']],
  ])('takes %s', (_title, config, names) => {
    expect(() => jira.check(config, names)).not.toThrow();
  });

  it.each([
    ['no credential', cloud, [], '/secrets/email'],
    ['an e-mail alone', cloud, ['email'], '/secrets/apiToken'],
    ['an address with a query', { ...cloud, baseUrl: `${base}/?a` }, ['token'], '/config/baseUrl'],
  ])('refuses %s', (_title, config, names, pointer) => {
    expect(() => jira.check(config, names)).toThrow(expect.objectContaining({ pointer }));
  });
});
