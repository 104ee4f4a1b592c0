import * as templates from '@waybill/testkit/documented-templates';
import type { Stage } from '../stage.js';
import { hold, type Promised, same } from '../story.js';
import { agent, json, jq, sent, withDesk } from './acceptance-documented.js';
import type { Desk, Given } from './desk.js';

const routingKey = 'RK'.repeat(16);

/** Every template that the original documents (original-system.md 1.3): target, type, format, text. Its mail has none to paste. */
const pasted: readonly (readonly [target: string, type: string, format: 'json' | 'jq', body: string])[] = [
  ['jira', 'incident', 'jq', templates.jiraIncidentJq],
  ['jira', 'observation', 'jq', templates.jiraObservationJq],
  ['jira-service-management', 'incident', 'json', templates.serviceDeskIncidentJson],
  ['jira-service-management', 'observation', 'json', templates.serviceDeskObservationJson],
  ['servicenow', 'incident', 'jq', templates.serviceNowIncidentJq],
  ['servicenow', 'observation', 'jq', templates.serviceNowObservationJq],
  ['teams', 'incident', 'json', templates.teamsIncidentJson],
  ['teams', 'observation', 'json', templates.teamsObservationJson],
  ['slack', 'incident', 'json', templates.slackIncidentJson],
  ['slack', 'observation', 'json', templates.slackObservationJson],
  ['pagerduty', 'incident', 'jq', templates.pagerDutyIncidentJq.replace('"RK"', `"${routingKey}"`)],
  ['pagerduty', 'observation', 'jq', templates.pagerDutyObservationJq.replace('"RK"', `"${routingKey}"`)],
  ['webhook', 'incident', 'json', templates.webhookIncidentJson],
  ['webhook', 'observation', 'json', templates.webhookObservationJson],
];

/** The long form only: each is pasted, saved, rendered and taken by its strict receiver. */
export function pastedTemplates(stage: Stage): readonly Promised[] {
  if (!stage.long) return [];
  return pasted.map(([target, type, format, body]) => ({
    says: `pasted: the documented ${format} template of ${target} for ${type} is saved, rendered and ${target === 'teams' ? 'answered with 202, though its run fails' : 'taken'}`,
    holds: () =>
      withDesk(stage, (desk) => isTaken(desk, target, type, format === 'jq' ? jq(type, body) : json(type, body))),
  }));
}

async function isTaken(
  desk: Desk,
  target: string,
  type: string,
  saved: NonNullable<Given['templates']>,
): Promise<string> {
  const payload = type === 'incident' ? templates.incidentText : templates.observationText;
  const word = desk.word('pasted');
  const receiver = target === 'jira-service-management' ? 'jsm' : target;
  // A stack that was seeded has a webhook of its own, which gets every incident.
  const isMine = (item: { name: string }): boolean => target !== 'webhook' || item.name === word;
  const item = await sent(
    desk,
    { ...givenOf(desk.receiversUrl, target, word), templates: saved },
    type,
    payload,
    receiver,
    isMine,
  );
  // A workflow knows no MessageCard: it answers 202 before it looks, and its run fails, as at Microsoft.
  if (target === 'teams') hold(item.verdict.startsWith('accepted; run failed'), item.verdict);
  else same(item.verdict, 'accepted', `verdict of ${target}`);
  hold(
    item.body.includes(type === 'incident' ? 'Brute force attempt from 1.2.3.4' : 'test') || target === 'webhook',
    item.body,
  );
  return `${item.status}, ${Buffer.byteLength(item.body)} B${item.flags.length === 0 ? '' : `; flagged: ${item.flags.join('; ')}`}`;
}

function givenOf(url: string, target: string, word: string): Given {
  const flow = `${url}/teams/workflows/${word}/triggers/manual/paths/invoke?api-version=1&sig=waybill-dev-signature`;
  const all: Readonly<Record<string, Omit<Given, 'target'>>> = {
    jira: { config: { baseUrl: `${url}/jira`, projectKey: 'SEC' }, secrets: agent },
    'jira-service-management': {
      config: { baseUrl: `${url}/jsm`, serviceDeskId: '4', requestTypeId: '27' },
      secrets: agent,
    },
    servicenow: { config: { baseUrl: `${url}/servicenow` }, secrets: { username: 'admin', password: 'good-password' } },
    teams: { secrets: { url: flow } },
    slack: { secrets: { url: `${url}/slack/services/T000/B070/known-token` } },
    pagerduty: { config: { baseUrl: `${url}/pagerduty` }, secrets: { routingKey } },
    webhook: { config: { url: `${url}/webhook/${word}` } },
  };
  return { target, ...all[target] };
}
