import { encodeTypeId } from '@waybill/decider/type-id';
import { clockSkewMsMax } from '../delivery-time.js';
import { followAttempt } from '../follow-attempt.fixture.js';
import type { Receipt } from '../outcome.js';
import { exampleAtMs, exampleSending, httpAnswer, jsonAnswer, noAnswer } from '../sending.fixture.js';
import type { Answer, Sending } from '../target.js';
import { ticketContract } from '../jira/jira-ticket.contract.js';
import { jiraServiceManagement } from './jira-service-management.target.js';

const base = 'https://acme.atlassian.net';
const config = { baseUrl: base, serviceDeskId: '4', requestTypeId: '27' };
/** A delivery that was decided at `exampleAtMs`: the first six bytes of its id are the time. */
const deliveryId = encodeTypeId(
  'dlv',
  Uint8Array.from(
    [5, 4, 3, 2, 1, 0, ...Array<number>(10).fill(0)].map((at, index) =>
      index < 6 ? Math.floor(exampleAtMs / 256 ** at) % 256 : 0x80,
    ),
  ),
);

const sending = (over: Partial<Sending> & { values?: unknown } = {}): Sending => {
  const { values, ...rest } = over;
  return exampleSending({
    config,
    secretNames: ['email', 'apiToken'],
    deliveryId,
    webhookId: deliveryId,
    body: JSON.stringify({ requestFieldValues: values ?? { summary: 'Brute force', description: 'Text' } }),
    ...rest,
  });
};
const run = (of: Sending, ...answers: Answer[]) => followAttempt(jiraServiceManagement, of, answers);

const web = `${base}/servicedesk/customer/portal/4/HELP-1`;
const raised = jsonAnswer(201, {
  issueId: '107001',
  issueKey: 'HELP-1',
  requestTypeId: '27',
  serviceDeskId: '4',
  _links: { web },
});
const receipt: Receipt = { ticket: 'HELP-1', url: web, memory: { id: '107001' } };

describe('a new request', () => {
  it("is the template's, completed with desk and type as texts", () => {
    const { asked, requests, outcome } = run(sending(), raised);
    expect(asked).toEqual([
      {
        method: 'POST',
        url: `${base}/rest/servicedeskapi/request`,
        body: {
          serviceDeskId: '4',
          requestTypeId: '27',
          requestFieldValues: { summary: 'Brute force', description: 'Text' },
        },
      },
    ]);
    expect(requests[0]?.headers).toMatchObject({
      'x-experimentalapi': 'true',
      accept: 'application/json',
      'content-type': 'application/json',
    });
    expect(outcome).toEqual({ kind: 'accepted', receipt });
  });

  it('is the documented template of the original as it is', () => {
    const documented = {
      serviceDeskId: '10',
      requestTypeId: '25',
      requestFieldValues: {
        summary: 'Brute force attempt from 1.2.3.4',
        description: '**Attack Detail**:  \n**Attacker:** 172.31.37.117, local_ip \n**Targets:** 122.99.34.111',
      },
    };
    expect(run(sending({ body: JSON.stringify(documented) }), raised).asked[0]?.body).toEqual(documented);
  });

  it("has the connector's numbers where the original asks people to write theirs, and none as a number", () => {
    const body = (serviceDeskId: unknown) => JSON.stringify({ serviceDeskId, requestFieldValues: { summary: 'a' } });
    expect(run(sending({ body: body('<SERVICE DESK ID>') }), raised).asked[0]?.body).toMatchObject({
      serviceDeskId: '4',
    });
    expect(run(sending({ body: body(10) }), raised).asked[0]?.body).toMatchObject({ serviceDeskId: '10' });
  });

  it('turns a document into escaped wiki markup, unless the request says that it is one', () => {
    const description = {
      type: 'doc',
      version: 1,
      content: [{ type: 'paragraph', content: [{ type: 'text', text: '[~admin]' }] }],
    };
    const values = { summary: 'a', description };
    expect(run(sending({ values }), raised).asked[0]?.body).toMatchObject({
      requestFieldValues: { description: '\\[\\~admin\\]' },
    });
    const adf = sending({ body: JSON.stringify({ isAdfRequest: true, requestFieldValues: values }) });
    expect(run(adf, raised).asked[0]?.body).toMatchObject({ requestFieldValues: { description } });
  });

  it("has the rules of Jira for its summary and the connector's further fields", () => {
    const of = sending({
      config: { ...config, fields: { customfield_10050: 'SOC' } },
      values: { summary: `${'s'.repeat(255)}\n!` },
    });
    const { asked, notes } = run(of, raised);
    expect(asked[0]?.body).toMatchObject({
      requestFieldValues: { summary: `${'s'.repeat(254)}…`, customfield_10050: 'SOC' },
    });
    expect(notes).toEqual(['The summary was cut from 257 to 255 characters, the most that the target takes.']);
  });

  it.each(['[]', '{"a":1}'])('is nothing where the template gave %s', (body) => {
    expect(run(sending({ body })).outcome).toEqual({ kind: 'refused', retry: 'never', reason: 'body_invalid' });
  });
});

describe('what the answer to a request means', () => {
  const never = (reason: string) => ({ kind: 'refused', retry: 'never', reason });
  const desk = (status: number, errorMessage: string, i18nKey: string) =>
    jsonAnswer(status, { errorMessage, i18nErrorMessage: { i18nKey, parameters: [] } });
  const rows: [string, Answer, unknown][] = [
    [
      'an unknown desk is refused for good',
      desk(
        404,
        'The Service Desk you are trying to view does not exist.',
        'sd.agent.servicedesk.error.servicedesk.missing',
      ),
      never('not_found'),
    ],
    [
      'an unknown type is refused for good',
      desk(400, 'Request type not found.', 'sd.request.type.not.found'),
      never('bad_request'),
    ],
    [
      'a required field is refused for good',
      desk(400, "Field 'customfield_10050' is required", 'sd.validation.request.field.required'),
      never('bad_request'),
    ],
    [
      'a field error of the platform is refused for good',
      jsonAnswer(400, { errorMessages: [], errors: { summary: 'x' } }),
      never('bad_request'),
    ],
    ['an empty error is refused for good', desk(400, '', ''), never('bad_request')],
    ['a project that is no service project is refused for good', desk(403, 'x', 'sd.error'), never('forbidden')],
    ['an old server that wants its header is refused for good', httpAnswer(412), never('rejected')],
    ['no credentials are refused for good', httpAnswer(401), never('unauthorized')],
    [
      'an expired token that looks like not found is a login that failed',
      httpAnswer(404, '', { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' }),
      never('login_failed'),
    ],
    [
      'a rate limit waits',
      httpAnswer(429, '', { 'retry-after': '3' }),
      { kind: 'refused', retry: 'later', reason: 'rate_limited', retryAfterMs: 3000 },
    ],
    ['201 without a key may have made one', httpAnswer(201), { kind: 'unknown', reason: 'ticket_not_confirmed' }],
    ['200 with a page is a failure', httpAnswer(200, '<html>'), never('unexpected_answer')],
    ['a reset after sending is unknown', noAnswer('reset', true), { kind: 'unknown', reason: 'reset' }],
  ];
  it.each(rows)('%s', (_title, answer, expected) => {
    expect(run(sending(), answer).outcome).toEqual(expected);
  });
});

const issue = (over: object = {}) => ({
  summary: 'Brute force',
  description: 'Text\r\n',
  created: jira(exampleAtMs),
  ...over,
});
const jira = (ms: number) => new Date(ms).toISOString().replace('Z', '+0000');
const found = (...fields: object[]) =>
  jsonAnswer(200, {
    issues: fields.map((one, at) => ({ id: `10700${at + 1}`, key: `HELP-${at + 1}`, fields: one })),
  });
const ours = { ticket: 'HELP-1', url: `${base}/browse/HELP-1`, memory: { id: '107001' } };

ticketContract({
  target: jiraServiceManagement,
  word: 'request',
  config,
  sending,
  webhookId: deliveryId,
  receipt,
  commentUrl: `${base}/rest/servicedeskapi/request/107001/comment`,
  issueUrl: `${base}/rest/api/3/issue/107001`,
  anew: {
    answer: jsonAnswer(201, { issueId: '107002', issueKey: 'HELP-2' }),
    receipt: { ticket: 'HELP-2', url: `${base}/browse/HELP-2`, memory: { id: '107002' } },
  },
  found: { answer: found(issue()), receipt: ours },
});

describe('the search of a service desk', () => {
  const lost = { afterUnknown: true, attempt: 2 };
  it('takes a request of the same texts, raised since, for its own', () => {
    const { asked, outcome } = run(sending(lost), found(issue()));
    expect(asked).toEqual([
      {
        method: 'POST',
        url: `${base}/rest/api/2/search/jql`,
        body: { jql: 'summary ~ "brute force"', maxResults: 50, fields: ['summary', 'description', 'created'] },
      },
    ]);
    expect(outcome).toEqual({ kind: 'accepted', receipt: ours });
  });

  const searches: [string, string, string][] = [
    [
      'words without signs of the query language',
      'a "b" [Brute force, again] \\ x c:d',
      'summary ~ "a b brute force again x"',
    ],
    ['operators as words', 'this OR that AND NOT these', 'summary ~ "this or that and not these"'],
    ['addresses and versions whole', 'Login from 1.2.3.4 (v1.2)', 'summary ~ "login from 1.2.3.4 v1.2"'],
    ['no part of a word', "don't a@b.c résume\u0301", 'summary ~ "résume\u0301"'],
    ['what is new where there is no word', '🚨 !!! ***', 'created >= "-1d" ORDER BY created DESC'],
  ];
  it.each(searches)('searches for %s', (_title, summary, jql) => {
    expect(run(sending({ ...lost, values: { summary } }), found()).asked[0]?.body).toMatchObject({ jql });
  });

  const others: [string, object][] = [
    ['another summary', issue({ summary: 'Brute force attack' })],
    ['another description', issue({ description: 'Text too' })],
    ['no description', issue({ description: null })],
    ['an older request of the same texts', issue({ created: jira(exampleAtMs - clockSkewMsMax - 1) })],
  ];
  it.each(others)('does not take %s, and looks again later', (_title, fields) => {
    expect(run(sending(lost), found(fields)).outcome).toMatchObject({ retry: 'later', reason: 'looking_again' });
  });

  it('allows the clocks their difference', () => {
    expect(run(sending(lost), found(issue({ created: jira(exampleAtMs - clockSkewMsMax) }))).outcome).toEqual({
      kind: 'accepted',
      receipt: ours,
    });
  });

  it('searches in the old way with a personal access token', () => {
    expect(run(sending({ ...lost, secretNames: ['token'] }), found(issue())).asked[0]?.url).toBe(
      `${base}/rest/api/2/search`,
    );
  });
});

describe('what a known request is told', () => {
  const known = { remembered: receipt };

  it('is internal unless the connector says otherwise', () => {
    const told = (over: object) => run(sending({ ...known, ...over }), jsonAnswer(201, { id: '1' })).asked[0]?.body;
    expect(told({})).toEqual({ body: 'Brute force\n\nText', public: false });
    expect(told({ config: { ...config, publicComments: true } })).toMatchObject({ public: true });
  });

  it('is an edit through the platform', () => {
    const { asked } = run(sending({ ...known, config: { ...config, onUpdate: 'edit' } }), httpAnswer(204));
    expect(asked).toEqual([
      {
        method: 'PUT',
        url: `${base}/rest/api/2/issue/107001`,
        body: { fields: { summary: 'Brute force', description: 'Text' } },
      },
    ]);
  });
});

describe('what a Jira Service Management connector may be', () => {
  it('needs its credential', () => {
    expect(() => jiraServiceManagement.check(config, ['token'])).not.toThrow();
    expect(() => jiraServiceManagement.check(config, [])).toThrow(expect.objectContaining({ code: 'secret_missing' }));
  });
});
