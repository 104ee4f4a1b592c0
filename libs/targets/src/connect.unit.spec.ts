import { type HttpTargetRequest, placeholder } from '@waybill/contracts/sending/request';
import { allTargets, findTarget } from './all-targets.js';
import type { Outcome } from './outcome.js';
import { sampleConnectors } from './sample-connectors.fixture.js';
import { exampleAtMs, httpAnswer, jsonAnswer, noAnswer } from './sending.fixture.js';
import type { Access, Answer, MailAnswer, Step, Target } from './target.js';

const accessOf = (target: string, over: Readonly<Record<string, unknown>> = {}): Access => {
  const { config, secrets } = sampleConnectors[target] ?? { config: {}, secrets: {} };
  return { config: { ...config, ...over }, secretNames: Object.keys(secrets) };
};
const oauth = {
  kind: 'oauth2-client-credentials',
  tokenUrl: 'https://login.example.com/token',
  clientId: 'waybill',
  scopes: 'tickets write',
};
const webhookAccess: Access = {
  config: { url: 'https://hooks.example.com/in', auth: oauth },
  secretNames: ['clientSecret', 'signingSecret'],
};

function step(target: string, access: Access, answers: readonly Answer[]): Step {
  const next = (findTarget(target) as Target).connect?.(access, answers);
  if (next === undefined || 'none' in next) throw new Error(`${target} has nothing to ask`);
  return next;
}

function firstOf(target: string, access = accessOf(target)): HttpTargetRequest {
  const next = step(target, access, []);
  if (!('send' in next) || next.send.kind !== 'http') throw new Error('no request over HTTP');
  return next.send;
}

function outcomeOf(target: string, access: Access, answer: Answer): Outcome {
  const next = step(target, access, [answer]);
  if (!('done' in next)) throw new Error('one answer is enough');
  return next.done;
}

describe('a test of the connection alone', () => {
  it.each(allTargets.map((target) => [target.descriptor.id, target] as const))('is explained by %s', (_, target) => {
    const { offered, says } = target.descriptor.connectionTest;
    expect(says).toMatch(/^[A-Z].*\.$/);
    expect(target.connect !== undefined).toBe(offered);
  });

  const requests: [string, string, Access, Partial<HttpTargetRequest>][] = [
    [
      'asks Jira in the cloud who this is',
      'jira',
      accessOf('jira'),
      { method: 'GET', url: 'https://example.atlassian.net/rest/api/3/myself', body: '' },
    ],
    [
      'asks a Jira Data Center who this is',
      'jira',
      { config: { baseUrl: 'https://jira.example.com/', deployment: 'data-center' }, secretNames: ['token'] },
      { method: 'GET', url: 'https://jira.example.com/rest/api/2/myself', body: '' },
    ],
    [
      'reads the fields of a request type of a service desk',
      'jira-service-management',
      accessOf('jira-service-management'),
      {
        method: 'GET',
        url: 'https://example.atlassian.net/rest/servicedeskapi/servicedesk/4/requesttype/27/field',
        body: '',
      },
    ],
    [
      'reads at most one record of a ServiceNow table',
      'servicenow',
      accessOf('servicenow'),
      {
        method: 'GET',
        url: 'https://example.service-now.com/api/now/table/incident?sysparm_limit=1&sysparm_fields=sys_id',
        body: '',
      },
    ],
    [
      'resolves an alert that PagerDuty does not have',
      'pagerduty',
      accessOf('pagerduty'),
      {
        method: 'POST',
        url: 'https://events.pagerduty.com/v2/enqueue',
        body: `{"routing_key":"${placeholder('routingKey')}","event_action":"resolve","dedup_key":"waybill-connection-test"}`,
      },
    ],
    [
      'fetches the token of a webhook with OAuth 2, and no more',
      'webhook',
      webhookAccess,
      {
        only: 'token',
        url: 'https://login.example.com/token',
        body: 'grant_type=client_credentials&scope=tickets+write',
      },
    ],
  ];
  it.each(requests)('%s', (_what, target, access, request) => {
    expect(firstOf(target, access)).toMatchObject(request);
  });

  it('greets a mail server without a mail', () => {
    expect(step('email', accessOf('email'), [])).toMatchObject({
      send: { kind: 'mail', only: 'greeting', to: [], smtpUrl: 'smtps://alerts@smtp.example.com:465' },
    });
  });

  it('has nothing to ask of a webhook with any other authentication, and says why', () => {
    const webhook = findTarget('webhook') as Target;
    expect(webhook.connect?.(accessOf('webhook'), [])).toEqual({ none: webhook.descriptor.connectionTest.says });
  });

  const mail = (outcome: 'accepted' | 'refused' | 'refused-for-now', stage: string, text: string): MailAnswer => ({
    kind: 'mail',
    recipients: [{ recipient: '', stage, code: Number(text.slice(0, 3)), text, outcome }],
    atMs: exampleAtMs,
  });
  const rows: [string, string, Access, Answer, Partial<Outcome>][] = [
    ['Jira knows the user', 'jira', accessOf('jira'), jsonAnswer(200, { accountId: 'a' }), { kind: 'accepted' }],
    [
      'Jira takes the token for that of a stranger, with 200',
      'jira',
      accessOf('jira'),
      jsonAnswer(200, {}, { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' }),
      { kind: 'refused', reason: 'login_failed' },
    ],
    [
      'Jira answers with a page',
      'jira',
      accessOf('jira'),
      httpAnswer(200, '<html></html>'),
      { kind: 'refused', reason: 'unexpected_answer' },
    ],
    [
      'the service desk does not exist',
      'jira-service-management',
      accessOf('jira-service-management'),
      jsonAnswer(404, { errorMessage: 'The Service Desk you are trying to view does not exist.' }),
      { kind: 'refused', reason: 'not_found' },
    ],
    [
      'ServiceNow shows a record',
      'servicenow',
      accessOf('servicenow'),
      jsonAnswer(200, { result: [{ sys_id: 'a' }] }),
      { kind: 'accepted' },
    ],
    [
      'ServiceNow has no record yet',
      'servicenow',
      accessOf('servicenow'),
      jsonAnswer(404, { error: { message: 'No Record found', detail: null }, status: 'failure' }),
      { kind: 'accepted' },
    ],
    [
      'ServiceNow is asleep',
      'servicenow',
      accessOf('servicenow'),
      httpAnswer(200, '<html>Hibernating Instance</html>'),
      { kind: 'refused', reason: 'instance_asleep' },
    ],
    [
      'PagerDuty does not know the integration key',
      'pagerduty',
      accessOf('pagerduty'),
      httpAnswer(400, 'Invalid routing key'),
      { kind: 'refused', reason: 'pagerduty_key_invalid' },
    ],
    ['a token comes', 'webhook', webhookAccess, jsonAnswer(200, { access_token: '****' }), { kind: 'accepted' }],
    [
      'the client is unknown to the token endpoint',
      'webhook',
      webhookAccess,
      jsonAnswer(401, { error: 'invalid_client' }),
      { kind: 'refused', reason: 'unauthorized' },
    ],
    [
      'the mail server agrees',
      'email',
      accessOf('email'),
      mail('accepted', 'greeted', '250 2.0.0 Ok'),
      { kind: 'accepted' },
    ],
    [
      'the mail server does not take the login',
      'email',
      accessOf('email'),
      mail('refused', 'auth', '535 5.7.8 Error: authentication failed'),
      { kind: 'refused', reason: 'mail_auth_failed' },
    ],
    [
      'the mail server is busy',
      'email',
      accessOf('email'),
      mail('refused-for-now', 'connect', '421 4.7.0 Too many connections'),
      { kind: 'refused', reason: 'mail_refused_for_now' },
    ],
  ];
  it.each(rows)('ends as it should where %s', (_what, target, access, answer, outcome) => {
    expect(outcomeOf(target, access, answer)).toMatchObject(outcome);
  });

  it.each(allTargets.filter(({ connect }) => connect !== undefined).map(({ descriptor }) => descriptor.id))(
    'is never unknown with %s: whatever broke off changed nothing',
    (target) => {
      const access = target === 'webhook' ? webhookAccess : accessOf(target);
      expect(outcomeOf(target, access, noAnswer('reset', true))).toMatchObject({ kind: 'refused', reason: 'reset' });
    },
  );
});
