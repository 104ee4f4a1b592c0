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
const owing = (...owed: string[]): Receipt => ({ ...receipt, memory: { id: '10000', by: webhookId, owed } });
const transitions = jsonAnswer(200, {
  transitions: [
    { id: '5', name: 'Close', to: { name: 'Done' } },
    { id: '4', name: 'Start', to: { name: 'In Progress' } },
  ],
});
const failedLogin = { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' };

describe('after an unknown outcome', () => {
  const lost = { afterUnknown: true, attempt: 2 };
  const looked = { memory: { by: webhookId, lookedAtAttempt: 2 } };
  const found = (...labels: string[]) =>
    jsonAnswer(200, { issues: [{ id: '10000', key: 'OPS-24', fields: { labels } }], isLast: true });
  const nothing = jsonAnswer(200, { issues: [], isLast: true });

  it('looks for its label before it makes another', () => {
    const { asked, outcome, notes } = run(sending(lost), found('soc', label));
    expect(asked).toEqual([
      {
        method: 'POST',
        url: `${base}/rest/api/3/search/jql`,
        body: { jql: `labels = "${label}"`, maxResults: 50, fields: ['labels'] },
      },
    ]);
    expect(outcome).toEqual({ kind: 'accepted', receipt });
    expect(notes).toEqual(['An earlier attempt with an unknown outcome had made the ticket OPS-24.']);
  });

  it('looks with the old search on Data Center', () => {
    const { asked } = run(sending({ ...lost, config: dataCenter }), found(label));
    expect(asked[0]?.url).toBe('https://jira.example.test/jira/rest/api/2/search');
  });

  it('waits and looks a second time, because the search lags', () => {
    expect(run(sending(lost), nothing).outcome).toEqual({
      kind: 'refused',
      retry: 'later',
      reason: 'looking_again',
      retryAfterMs: 30_000,
      receipt: looked,
    });
    const second = run(sending({ afterUnknown: true, attempt: 3, remembered: looked }), nothing, created);
    expect(second.outcome).toEqual({ kind: 'accepted', receipt });
  });

  it('looks twice again where the second create is unknown too', () => {
    expect(run(sending({ afterUnknown: true, attempt: 4, remembered: looked }), nothing).outcome).toMatchObject({
      reason: 'looking_again',
    });
  });

  it('does not take a ticket without its label', () => {
    expect(run(sending(lost), found('other')).outcome).toMatchObject({ reason: 'looking_again' });
  });

  it('makes the ticket where it may not look, and says that it may be the second', () => {
    const { outcome, notes } = run(
      sending(lost),
      jsonAnswer(410, { errorMessages: ['The requested API has been removed.'] }),
      created,
    );
    expect(outcome).toEqual({ kind: 'accepted', receipt });
    expect(notes).toEqual([
      'The search for a ticket of an earlier attempt was refused (410), so this ticket may be a second one.',
    ]);
  });

  const ends: [string, Answer, unknown][] = [
    [
      'a search as a stranger proves nothing',
      jsonAnswer(200, { issues: [] }, failedLogin),
      { kind: 'refused', retry: 'never', reason: 'login_failed' },
    ],
    [
      'a search that is throttled waits',
      httpAnswer(429, '', { 'retry-after': '1' }),
      { kind: 'refused', retry: 'later', reason: 'rate_limited', retryAfterMs: 1000 },
    ],
    [
      'a search that broke off is made again',
      noAnswer('timeout', true),
      { kind: 'refused', retry: 'later', reason: 'timeout' },
    ],
  ];
  it.each(ends)('%s', (_title, answer, expected) => {
    expect(run(sending(lost), answer).outcome).toEqual(expected);
  });

  it('resolves the ticket that it found where the thing is over', () => {
    const of = sending({ ...lost, act: 'resolve', config: { ...cloud, resolveTransition: '5' } });
    expect(run(of, found(label), transitions, httpAnswer(204)).outcome).toEqual({ kind: 'accepted', receipt });
  });
});

describe('a later notification of a known ticket', () => {
  const known = { remembered: receipt, correlationKey: '5F04D7E3' };
  const commented = jsonAnswer(201, { id: '1' });
  const issuePath = `${base}/rest/api/3/issue/10000`;

  it('comments on it with summary and description', () => {
    const { asked, outcome } = run(sending(known), commented);
    expect(asked).toEqual([
      { method: 'POST', url: `${issuePath}/comment`, body: { body: doc('Brute force', 'Text') } },
    ]);
    expect(outcome).toEqual({ kind: 'accepted', receipt });
  });

  it('comments in wiki markup on Data Center, the summary as text', () => {
    const { asked } = run(
      sending({ ...known, config: dataCenter, fields: { summary: 'a *b*', description: '*c*' } }),
      commented,
    );
    expect(asked[0]?.body).toEqual({ body: 'a \\*b\\*\n\n*c*' });
  });

  it('edits it, and leaves project, type, reporter and labels alone', () => {
    const config = { ...cloud, onUpdate: 'edit' };
    const { asked, outcome } = run(
      sending({ ...known, config, fields: { summary: 'a', reporter: { id: 'x' }, priority: 'High' } }),
      httpAnswer(204),
    );
    expect(asked).toEqual([
      { method: 'PUT', url: issuePath, body: { fields: { summary: 'a', priority: { name: 'High' } } } },
    ]);
    expect(outcome).toEqual({ kind: 'accepted', receipt });
  });

  it('asks nothing where the connector adds nothing', () => {
    const { asked, outcome, notes } = run(sending({ ...known, config: { ...cloud, onUpdate: 'none' } }));
    expect(asked).toEqual([]);
    expect(outcome).toEqual({ kind: 'accepted', receipt });
    expect(notes).toEqual(['The ticket OPS-24 is known, and the connector adds nothing to known tickets.']);
  });

  const resolving = { ...known, act: 'resolve' as const, config: { ...cloud, resolveTransition: 'Close' } };

  it('tells first and resolves then', () => {
    const { asked, outcome } = run(sending(resolving), commented, transitions, httpAnswer(204));
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST ${issuePath}/comment`,
      `GET ${issuePath}/transitions`,
      `POST ${issuePath}/transitions`,
    ]);
    expect(outcome).toEqual({ kind: 'accepted', receipt });
  });

  it('goes on with what is still owed after a failure in the middle', () => {
    const failed = run(sending(resolving), commented, transitions, httpAnswer(503));
    expect(failed.outcome).toEqual({
      kind: 'refused',
      retry: 'later',
      reason: 'server_error',
      receipt: owing('resolve'),
    });
    const again = run(
      sending({ ...resolving, remembered: owing('resolve'), attempt: 2 }),
      transitions,
      httpAnswer(204),
    );
    expect(again.asked.map(({ method }) => method)).toEqual(['GET', 'POST']);
    expect(again.outcome).toEqual({ kind: 'accepted', receipt });
  });

  it('tells a notification its own, whatever another delivery still owes', () => {
    const remembered = { ...receipt, memory: { id: '10000', by: 'dlv_other', owed: ['resolve'] } };
    expect(run(sending({ ...known, remembered }), commented).asked[0]?.url).toBe(`${issuePath}/comment`);
  });

  it('is done where somebody has closed the ticket before', () => {
    const closed = jsonAnswer(200, { fields: { status: { statusCategory: { key: 'done' } } } });
    const { outcome, notes } = run(sending(resolving), commented, jsonAnswer(200, { transitions: [] }), closed);
    expect(outcome).toEqual({ kind: 'accepted', receipt });
    expect(notes).toEqual(['The ticket was done already, so it was not moved.']);
  });

  it('is refused where an open ticket offers no such transition', () => {
    const open = jsonAnswer(200, { fields: { status: { statusCategory: { key: 'new' } } } });
    const { outcome, notes } = run(sending(resolving), commented, jsonAnswer(200, { transitions: [] }), open);
    expect(outcome).toEqual({
      kind: 'refused',
      retry: 'never',
      reason: 'transition_missing',
      receipt: owing('resolve'),
    });
    expect(notes).toEqual(['The ticket offers no transition "Close" from where it stands.']);
  });

  const missing = jsonAnswer(404, {
    errorMessages: ['Issue does not exist or you do not have permission to see it.'],
    errors: {},
  });

  it('opens a new ticket where a person has removed the known one', () => {
    const anew = jsonAnswer(201, { id: '10001', key: 'OPS-25' });
    const { outcome, notes } = run(sending(known), missing, anew);
    expect(outcome).toEqual({
      kind: 'accepted',
      receipt: { ticket: 'OPS-25', url: `${base}/browse/OPS-25`, memory: { id: '10001' } },
    });
    expect(notes).toEqual(['The ticket OPS-24 is gone.']);
  });

  it('does not open one only to close it', () => {
    expect(run(sending(resolving), missing).outcome).toEqual({ kind: 'accepted', receipt: { memory: {} } });
  });

  it('does not mistake an expired token for a removed ticket', () => {
    expect(run(sending(known), { ...missing, headers: failedLogin }).outcome).toEqual({
      kind: 'refused',
      retry: 'never',
      reason: 'login_failed',
      receipt: owing('tell'),
    });
  });

  it("keeps the ticket where the comment's outcome is unknown", () => {
    expect(run(sending(known), noAnswer('reset', true)).outcome).toEqual({
      kind: 'unknown',
      reason: 'reset',
      receipt: owing('tell'),
    });
  });

  it('tries again where somebody edits at the same moment', () => {
    expect(run(sending({ ...known, config: { ...cloud, onUpdate: 'edit' } }), httpAnswer(409)).outcome).toMatchObject({
      retry: 'later',
      reason: 'edit_conflict',
    });
  });
});
