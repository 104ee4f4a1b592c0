import { followAttempt } from '../follow-attempt.fixture.js';
import type { Receipt } from '../outcome.js';
import { exampleSending, httpAnswer, jsonAnswer } from '../sending.fixture.js';
import type { Answer, Sending } from '../target.js';
import { ticketContract } from './jira-ticket.contract.js';
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

const receipt: Receipt = { ticket: 'OPS-24', url: `${base}/browse/OPS-24`, memory: { id: '10000' } };
const found = (...labels: string[]) =>
  jsonAnswer(200, { issues: [{ id: '10000', key: 'OPS-24', fields: { labels } }], isLast: true });

ticketContract({
  target: jira,
  word: 'ticket',
  config: cloud,
  sending,
  webhookId,
  receipt,
  commentUrl: `${base}/rest/api/3/issue/10000/comment`,
  issueUrl: `${base}/rest/api/3/issue/10000`,
  anew: {
    answer: jsonAnswer(201, { id: '10001', key: 'OPS-25', self: `${base}/rest/api/3/issue/10001` }),
    receipt: { ticket: 'OPS-25', url: `${base}/browse/OPS-25`, memory: { id: '10001' } },
  },
  found: { answer: found('soc', label), receipt },
});

describe('the search of Jira', () => {
  const lost = { afterUnknown: true, attempt: 2 };

  it('is for the label of the delivery, in the way of the deployment', () => {
    expect(run(sending(lost), found(label)).asked).toEqual([
      {
        method: 'POST',
        url: `${base}/rest/api/3/search/jql`,
        body: { jql: `labels = "${label}"`, maxResults: 50, fields: ['labels'] },
      },
    ]);
    const { asked } = run(sending({ ...lost, config: dataCenter }), found(label));
    expect(asked[0]?.url).toBe('https://jira.example.test/jira/rest/api/2/search');
  });

  it('does not take a ticket without its label', () => {
    expect(run(sending(lost), found('other')).outcome).toMatchObject({ reason: 'looking_again' });
  });
});

describe('what a known ticket of Jira is told', () => {
  const known = { remembered: receipt, correlationKey: '5F04D7E3' };
  const commented = jsonAnswer(201, { id: '1' });

  it('is summary and description', () => {
    expect(run(sending(known), commented).asked[0]?.body).toEqual({ body: doc('Brute force', 'Text') });
  });

  it('is wiki markup on Data Center, the summary as text', () => {
    const { asked } = run(
      sending({ ...known, config: dataCenter, fields: { summary: 'a *b*', description: '*c*' } }),
      commented,
    );
    expect(asked[0]?.body).toEqual({ body: 'a \\*b\\*\n\n*c*' });
  });

  it('is an edit that leaves project, type, reporter and labels alone', () => {
    const config = { ...cloud, onUpdate: 'edit' };
    const { asked } = run(
      sending({ ...known, config, fields: { summary: 'a', reporter: { id: 'x' }, priority: 'High' } }),
      httpAnswer(204),
    );
    expect(asked[0]?.body).toEqual({ fields: { summary: 'a', priority: { name: 'High' } } });
  });
});
