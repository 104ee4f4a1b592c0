import type { Receivers } from '@waybill/receivers/start';
import type { RunningDelivery } from './running-delivery.spec.js';

export interface GivenConnector {
  readonly target: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
}

export const agentSecrets = { email: 'agent@example.com', apiToken: 'good-token' };
export const routingKey = 'a1B2c3D4'.repeat(4);

/** One connector for each target, to the receivers; `word` keeps what it sends apart from what others do. */
export function receiverConnectors({ httpUrl, smtpUrl }: Receivers, word: string): readonly GivenConnector[] {
  const flow = `${httpUrl}/teams/workflows/${word}/triggers/manual/paths/invoke?api-version=1&sig=waybill-dev-signature`;
  return [
    {
      target: 'jira',
      config: { baseUrl: `${httpUrl}/jira`, projectKey: 'OPS', onUpdate: 'comment', resolveTransition: 'Done' },
      secrets: agentSecrets,
    },
    {
      target: 'jira-service-management',
      config: { baseUrl: `${httpUrl}/jsm`, serviceDeskId: '4', requestTypeId: '27', resolveTransition: 'Done' },
      secrets: agentSecrets,
    },
    {
      target: 'servicenow',
      config: {
        baseUrl: `${httpUrl}/servicenow`,
        resolve: { state: '6', closeCode: 'Solution provided', closeNotes: 'Over.' },
      },
      secrets: { username: 'admin', password: 'good-password' },
    },
    { target: 'teams', config: {}, secrets: { url: flow } },
    { target: 'slack', config: {}, secrets: { url: `${httpUrl}/slack/services/T000/B000/known-token` } },
    { target: 'pagerduty', config: { baseUrl: `${httpUrl}/pagerduty` }, secrets: { routingKey } },
    { target: 'webhook', config: { url: `${httpUrl}/webhook/${word}` }, secrets: {} },
    { target: 'email', config: { to: [`${word}@example.com`], from: 'waybill@example.com', smtpUrl }, secrets: {} },
  ];
}

export function receiverConnector(delivery: RunningDelivery, target: string, word: string): GivenConnector {
  const found = receiverConnectors(delivery.receivers, word).find((one) => one.target === target);
  if (found === undefined) throw new Error(`no connector to ${target}`);
  return found;
}

export const receiverOf = (target: string): string => (target === 'jira-service-management' ? 'jsm' : target);
