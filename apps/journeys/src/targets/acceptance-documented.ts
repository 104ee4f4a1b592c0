import {
  incidentText,
  jiraIncidentJq,
  observationText,
  pagerDutyObservationJq,
  serviceDeskIncidentJson,
  serviceNowIncidentJq,
  serviceNowObservationJq,
  slackObservationJson,
  teamsIncidentJson,
  webhookIncidentJson,
} from '@waybill/testkit/documented-templates';
import type { ReceivedItem } from '@waybill/receivers/client';
import type { Stage } from '../stage.js';
import { hold, type Promised, same } from '../story.js';
import { bodyHolds } from './compare.js';
import { Desk, type Given, isEnded, toldOf } from './desk.js';

/** A1 to A7 of original-system.md section 9: the documented templates, pasted, and the bodies they must give. */
export function documented(stage: Stage): readonly Promised[] {
  const url = (): string => stage.dev.receiversUrl;
  return [
    { says: 'A1 webhook: the JSON sample template, both headers and Basic', holds: () => withDesk(stage, a1) },
    { says: 'A2 ServiceNow: the jq incident template and its variants', holds: () => withDesk(stage, a2) },
    {
      says: 'A3 ServiceNow: the jq observation template, nulls',
      holds: () =>
        withDesk(stage, async (desk) => {
          const item = await sent(
            desk,
            { ...servicenow(url()), templates: jq('observation', serviceNowObservationJq) },
            'observation',
            observationText,
            'servicenow',
          );
          return bodyHolds(
            item.body,
            {
              short_description: 'test. Observation ID: ',
              severity: '1',
              description:
                'Recommendations:\n\n\n\nMessage:\n\n{"Operation":"UserLoginFailed","ClientIP":"52.2.16.16"}',
            },
            ['/correlation_id'],
          );
        }),
    },
    { says: 'A4 Jira: the jq incident template', holds: () => withDesk(stage, a4) },
    {
      says: 'A5 Jira Service Management: the JSON template with blanks in its braces',
      holds: () =>
        withDesk(stage, async (desk) => {
          const given = {
            target: 'jira-service-management',
            config: { baseUrl: `${url()}/jsm`, serviceDeskId: '4', requestTypeId: '27' },
            secrets: agent,
          };
          const item = await sent(
            desk,
            { ...given, templates: json('incident', serviceDeskIncidentJson) },
            'incident',
            incidentText,
            'jsm',
          );
          same(item.path, '/jsm/rest/servicedeskapi/request', 'path');
          return bodyHolds(item.body, {
            serviceDeskId: '4',
            requestTypeId: '27',
            requestFieldValues: { summary: 'Brute force attempt from 1.2.3.4', description },
          });
        }),
    },
    {
      says: 'A6 PagerDuty: the jq observation template, and what our own default mends',
      holds: () => withDesk(stage, a6),
    },
    { says: 'A7 Teams and Slack: the fragments', holds: () => withDesk(stage, a7) },
  ];
}

export const agent = { email: 'agent@example.com', apiToken: 'good-token' };
const description = '**Attack Detail**:  \n**Attacker:** 172.31.37.117, local_ip \n**Targets:** 122.99.34.111';
const link = 'https://console.alertlogic.com/fake/incident/url';
export const json = (type: string, body: string) => ({ [type]: { format: 'json', body } });
export const jq = (type: string, body: string) => ({ [type]: { format: 'jq', body } });
const servicenow = (url: string): Given => ({
  target: 'servicenow',
  config: { baseUrl: `${url}/servicenow`, table: 'incident' },
  secrets: { username: 'admin', password: 'good-password' },
});

/** Runs with a desk of its own, on receivers that know of nothing. */
export async function withDesk(stage: Stage, work: (desk: Desk) => Promise<string>): Promise<string> {
  const desk = await Desk.open(stage);
  try {
    await stage.receivers.reset();
    return await work(desk);
  } finally {
    await desk.close();
  }
}

/** Publishes one notification to one connector and answers what the receiver got; rejects where it was not one request, delivered. */
export async function sent(
  desk: Desk,
  given: Given,
  type: string,
  payload: string,
  receiver: string,
  isMine = (_item: ReceivedItem): boolean => true,
): Promise<ReceivedItem> {
  const before = await desk.received(receiver);
  const lane = await desk.lane(given, type);
  await desk.send(lane, payload);
  const delivery = await desk.one(lane, isEnded, 15_000);
  hold(delivery.status === 'delivered', toldOf(delivery));
  const items = (await desk.received(receiver, isMine)).filter(
    ({ cursor }) => !before.some((one) => one.cursor === cursor),
  );
  const [item] = items;
  const told = items.map(
    ({ at, method, path, status, body }) => `${at} ${method} ${path} ${status}: ${body.slice(0, 120)}`,
  );
  hold(
    item !== undefined && items.length === 1,
    `${items.length} requests to ${receiver} for one delivery\n${told.join('\n')}`,
  );
  return item;
}

async function a1(desk: Desk): Promise<string> {
  const given: Given = {
    target: 'webhook',
    config: {
      url: `${desk.receiversUrl}/webhook/${desk.word('a1')}`,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
      auth: { kind: 'basic', username: 'admin' },
    },
    secrets: { password: 'testpassword' },
    templates: json('incident', webhookIncidentJson),
  };
  const name = String(given.config?.['url']).split('/').at(-1);
  const item = await sent(desk, given, 'incident', incidentText, 'webhook', (one) => one.name === name);
  const { authorization, accept, 'content-type': contentType } = item.headers;
  same(
    [item.method, authorization, accept, contentType],
    ['POST', 'Basic YWRtaW46dGVzdHBhc3N3b3Jk', 'application/json', 'application/json'],
    'request',
  );
  return bodyHolds(item.body, {
    account_id: '2',
    customer_name: 'XYZ Corporation',
    deployment_name: '',
    short_incident_id: 'ww1k39',
    long_incident_id: '5F04D7E3-000A-8420-0002-757900000000',
    summary: '',
    description,
    recommendations: 'Isolate "host" & clean it.',
    attacker: '',
    victim: "['username1', 'username2']",
    timestamp: '2020-07-07T20:18:12.220264+00:00',
    threat_rating: 'Medium',
    incident_class: 'authentication:activity',
    status: 'completed',
  });
}

async function a2(desk: Desk): Promise<string> {
  const given = { ...servicenow(desk.receiversUrl), templates: jq('incident', serviceNowIncidentJq) };
  const wanted = {
    short_description: 'Brute force attempt from 1.2.3.4. Incident ID: ww1k39',
    description: `Customer: XYZ Corporation\nDeployment: \n\n${description}\nIncident Link: ${link}`,
    state: '8',
    severity: '2',
    urgency: '2',
  };
  const variants: [string, object][] = [
    [incidentText, {}],
    // Other ids, so that these are other incidents and not news of the first.
    [other(incidentText.replace('"status":"completed"', '"status":"open"'), 1), { state: '1' }],
    [
      other(incidentText.replace('"incident_threat_rating":"Medium"', '"incident_threat_rating":"High"'), 2),
      { severity: '1', urgency: '1' },
    ],
    [
      other(incidentText.replace('"incident_threat_rating":"Medium"', '"incident_threat_rating":"Low"'), 3),
      { severity: '3', urgency: '3' },
    ],
  ];
  let said = '';
  for (const [payload, change] of variants) {
    const item = await sent(desk, given, 'incident', payload, 'servicenow');
    const { authorization, accept, 'content-type': contentType } = item.headers;
    same(
      [item.method, authorization, accept, contentType],
      ['POST', `Basic ${btoa('admin:good-password')}`, 'application/json', 'application/json'],
      'request',
    );
    said = bodyHolds(item.body, { ...wanted, ...change }, ['/correlation_id']);
  }
  return `${said}; open, High and Low too`;
}

const other = (text: string, n: number): string => text.replace('5F04D7E3-000A', `5F04D7E${n}-AAAA`);

async function a4(desk: Desk): Promise<string> {
  const given = {
    target: 'jira',
    config: { baseUrl: `${desk.receiversUrl}/jira`, projectKey: 'SEC' },
    secrets: agent,
    templates: jq('incident', jiraIncidentJq),
  };
  const item = await sent(desk, given, 'incident', incidentText, 'jira');
  same(item.path, '/jira/rest/api/3/issue', 'path');
  const paragraphs = [
    [{ type: 'text', text: description }],
    [{ type: 'text', text: 'Link to the incident', marks: [{ type: 'link', attrs: { href: link } }] }],
  ];
  const fields = {
    reporter: { id: '5b10a2844c20165700ede21g' },
    issuetype: { name: 'Task' },
    project: { key: 'SEC' },
    summary: 'Brute force attempt from 1.2.3.4',
    description: { type: 'doc', version: 1, content: paragraphs.map((content) => ({ type: 'paragraph', content })) },
    priority: { name: 'Medium' },
  };
  return bodyHolds(item.body, { fields }, ['/fields/labels']);
}

async function a6(desk: Desk): Promise<string> {
  const key = 'RK'.repeat(16);
  const given = {
    target: 'pagerduty',
    config: { baseUrl: `${desk.receiversUrl}/pagerduty` },
    secrets: { routingKey: key },
  };
  const template = pagerDutyObservationJq.replace('"RK"', `"${key}"`);
  const item = await sent(
    desk,
    { ...given, templates: jq('observation', template) },
    'observation',
    observationText,
    'pagerduty',
  );
  const { dedup_key: dedupKey } = JSON.parse(item.body) as { dedup_key: unknown };
  const said = bodyHolds(item.body, {
    routing_key: key,
    event_action: 'trigger',
    dedup_key: dedupKey,
    client: 'Alert Logic',
    client_url: 'https://console.account.alertlogic.com/',
    payload: {
      summary: 'test',
      severity: 'critical',
      group: 'Security',
      class: 'security observation',
      source: 'correlation/12345678/22526B99-30B3-46EE-A270-8140052511FF',
      timestamp: '2020-04-05T04:59:42Z',
      'payload.custom_details': { Operation: 'UserLoginFailed', ClientIP: '52.2.16.16' },
    },
  });
  const render = {
    target: 'pagerduty',
    config: given.config,
    type: 'incident',
    payload: JSON.parse(incidentText) as unknown,
  };
  const { request } = await desk.stage.api.post<{ request: { body: string } }>('/v1/render', render);
  const own = JSON.parse(request.body) as { dedup_key?: string; payload?: { severity?: string } };
  hold(own.payload?.severity === 'warning' && (own.dedup_key ?? '') !== '', `our own default gives ${request.body}`);
  return `${said}; its dedup_key null is sent as ${JSON.stringify(dedupKey)}; our default: severity warning, dedup_key ${own.dedup_key}`;
}

async function a7(desk: Desk): Promise<string> {
  const flow = `${desk.receiversUrl}/teams/workflows/${desk.word('a7')}/triggers/manual/paths/invoke?api-version=1&sig=waybill-dev-signature`;
  const teams = await sent(
    desk,
    { target: 'teams', secrets: { url: flow }, templates: json('incident', teamsIncidentJson) },
    'incident',
    incidentText,
    'teams',
  );
  const card = JSON.parse(teams.body) as {
    sections: { activitySubtitle: string; facts: { name: string; value: string }[] }[];
    potentialAction: { targets: { uri: string }[] }[];
  };
  same(card.sections[0]?.activitySubtitle, 'ID: ww1k39 | Customer: XYZ Corporation | Deployment: ', 'activitySubtitle');
  same(card.sections[0]?.facts.find(({ name }) => name === 'Escalated:')?.value, 'true', 'fact Escalated');
  same(card.potentialAction[0]?.targets[0]?.uri, link, 'action');
  const hook = `${desk.receiversUrl}/slack/services/T000/B070/known-token`;
  const slack = await sent(
    desk,
    { target: 'slack', secrets: { url: hook }, templates: json('observation', slackObservationJson) },
    'observation',
    observationText,
    'slack',
  );
  const { text, blocks } = JSON.parse(slack.body) as {
    text: string;
    blocks: { text?: { text: string }; fields?: { text: string }[] }[];
  };
  same(
    [text, blocks[0]?.text?.text, blocks[4]?.text?.text],
    ['test', '*Summary:* test', '*Recommendations:* '],
    'Slack',
  );
  same(blocks.at(-1)?.fields?.[1]?.text, '12345678', 'Details');
  hold(!('authorization' in slack.headers), 'Authorization was sent to Slack');
  same(slack.verdict, 'accepted', 'verdict of Slack');
  return 'fragments as documented; a MessageCard is taken by a workflow with 202 and its run fails, as at Microsoft';
}
