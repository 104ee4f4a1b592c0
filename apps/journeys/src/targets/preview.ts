import type { ReceivedItem } from '@waybill/receivers/client';
import type { Stage } from '../stage.js';
import { hold, type Promised, same, type Story } from '../story.js';
import { agent, sent, withDesk } from './acceptance-documented.js';
import type { Desk, Dict, Given } from './desk.js';
import { badInput } from './bad-input.js';
import { connectionTests } from './connection-tests.js';
import { hostile } from './hostile.js';

export const preview: Story = {
  name: 'preview',
  about:
    'What a preview shows is what is sent; a test shows every phase and stores nothing; what does not fit is refused; hostile answers are kept small.',
  tell: (stage: Stage): readonly Promised[] => [
    {
      says: "the preview's body is the body that arrives, byte for byte, at every target",
      holds: () => withDesk(stage, equal),
    },
    {
      says: 'a test of a saved connector uses its stored secret, shows its phases and leaves no delivery',
      holds: () => withDesk(stage, testLeavesNothing),
    },
    ...connectionTests(stage),
    ...badInput(stage),
    ...hostile(stage),
  ],
};

interface Shown {
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly body: string;
    readonly headers: Readonly<Record<string, string>>;
  };
}

const routingKey = 'R0123456789abcdefghijklmnopqrstu';

function connectors(url: string, word: string): readonly (readonly [receiver: string, given: Given])[] {
  const flow = `${url}/teams/workflows/${word}/triggers/manual/paths/invoke?api-version=1&sig=waybill-dev-signature`;
  return [
    ['jira', { target: 'jira', config: { baseUrl: `${url}/jira`, projectKey: 'SEC' }, secrets: agent }],
    [
      'jsm',
      {
        target: 'jira-service-management',
        config: { baseUrl: `${url}/jsm`, serviceDeskId: '4', requestTypeId: '27' },
        secrets: agent,
      },
    ],
    [
      'servicenow',
      {
        target: 'servicenow',
        config: { baseUrl: `${url}/servicenow` },
        secrets: { username: 'admin', password: 'good-password' },
      },
    ],
    ['teams', { target: 'teams', secrets: { url: flow } }],
    ['slack', { target: 'slack', secrets: { url: `${url}/slack/services/T000/B080/known-token` } }],
    ['pagerduty', { target: 'pagerduty', config: { baseUrl: `${url}/pagerduty` }, secrets: { routingKey } }],
    [
      'webhook',
      { target: 'webhook', config: { url: `${url}/webhook/${word}`, method: 'PUT', headers: { 'X-Team': 'SOC' } } },
    ],
    ['email', { target: 'email', config: { to: [`soc@${word}.example.com`] } }],
  ];
}

async function equal(desk: Desk): Promise<string> {
  const payload = { ...(await desk.sample('incident')), incidentId: desk.word('incident') };
  const said: string[] = [];
  const word = desk.word('preview');
  for (const [receiver, given] of connectors(desk.receiversUrl, word)) {
    const { target, config = {} } = given;
    const shown = await desk.stage.api.post<Shown>('/v1/render', { target, config, type: 'incident', payload });
    // A stack that was seeded has a mailbox and a webhook of its own, which get every incident.
    const isSeeded = ({ name }: ReceivedItem): boolean =>
      ['email', 'webhook'].includes(receiver) && !name.includes(word);
    const item = await sent(desk, given, 'incident', JSON.stringify(payload), receiver, (one) => !isSeeded(one));
    said.push(receiver === 'email' ? sameMail(shown, item) : sameBody(target, shown, item));
  }
  return said.join(', ');
}

/** A label names the delivery, which a preview does not have; everything else must be the same bytes. */
const deliveryLabel = /"waybill-[0-9a-z_]+"/g;

function sameBody(target: string, { request }: Shown, item: ReceivedItem): string {
  same(request.method, item.method, `${target}: method`);
  const filled = request.body.replace('⟦secret:routingKey⟧', routingKey);
  const isLabelled = target === 'jira';
  const [preview, got] = [filled, item.body].map((body) =>
    isLabelled ? body.replace(deliveryLabel, '"label"') : body,
  );
  hold(preview === got, `${target}: the preview\n${preview}\nand what arrived\n${got}`);
  return `${target} ${Buffer.byteLength(item.body)} B${isLabelled ? ' (but for the label that names the delivery)' : ''}`;
}

function sameMail({ request }: Shown, item: ReceivedItem): string {
  const { subject, text, html } = JSON.parse(request.body) as { subject: string; text: string; html: string };
  const flat = (value: string | undefined): string => (value ?? '').replace(/\r\n/g, '\n').trim();
  same([flat(subject), flat(text), flat(html)], [flat(item.subject), flat(item.text), flat(item.html)], 'email');
  return `email subject, text and HTML`;
}

async function testLeavesNothing(desk: Desk): Promise<string> {
  const { api } = desk.stage;
  const name = desk.word('tested');
  await desk.stage.receivers.option('webhook', 'auth', { kind: 'bearer', token: 'stored' }, name);
  const config: Dict = { url: `${desk.receiversUrl}/webhook/${name}`, auth: { kind: 'bearer' } };
  const id = await desk.connector({ target: 'webhook', config, secrets: { token: 'stored' } });
  const test = await api.call('POST', `/v1/connectors/${id}/test`, { type: 'health' });
  const { outcome, response, timingsMs } = test.json as {
    outcome: string;
    response: { status: number };
    timingsMs: Record<string, number>;
  };
  same([test.status, outcome, response.status], [200, 'accepted', 200], 'test');
  hold(!test.text.includes('"stored"') && !test.text.includes('Bearer stored'), 'the secret is in the answer');
  for (const phase of ['connect', 'firstByte', 'total'])
    hold(typeof timingsMs[phase] === 'number', `no phase ${phase} in ${JSON.stringify(timingsMs)}`);
  same((await desk.deliveries(id)).length, 0, 'deliveries of the connector');
  const phases = Object.entries(timingsMs).map(([phase, ms]) => `${phase} ${Math.round(ms * 10) / 10} ms`);
  return `${phases.join(', ')}; no delivery`;
}
