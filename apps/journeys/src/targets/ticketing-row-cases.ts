import type { Dict, Given } from './desk.js';
import { accepted, type RowCase, type RowGroup, rowType } from './row-cases.js';

const agent = { email: 'agent@example.com', apiToken: 'good-token' };
const withTemplate = (body: unknown): Pick<Given, 'templates'> => ({
  templates: { [rowType]: { format: 'json', body: JSON.stringify(body) } },
});

export function jiraRows(url: string): readonly RowGroup[] {
  const config = { baseUrl: `${url}/jira`, deployment: 'cloud', projectKey: 'SEC' };
  const issue = (fields: Dict = {}): Pick<Given, 'templates'> =>
    withTemplate({ fields: { summary: '{{summary}}', ...fields } });
  const given = (more: Dict = {}, secrets: Dict = agent, fields: Dict = {}): Given => ({
    target: 'jira',
    config: { ...config, ...more },
    secrets,
    ...issue(fields),
  });
  const dataCenter = { deployment: 'data-center' };
  const payloads = [{ summary: 'x' }];
  const cases: readonly RowCase[] = [
    { rule: 'jira.basic-disabled', given: given(dataCenter) },
    { rule: 'jira.bearer-on-cloud', given: given({}, { token: 'good-token' }) },
    { rule: 'jira.project', given: given({ projectKey: 'NOPE' }) },
    { rule: 'jira.issuetype', given: given({ issueType: 'Saga' }) },
    { rule: 'jira.label', given: given({}, agent, { labels: ['two words'] }), ends: /^(accepted|refused:\w+)$/ },
    // A priority that the scheme lacks is left out at a second try.
    {
      rule: 'jira.priority',
      given: given({}, agent, { priority: { name: 'Blazing' } }),
      ends: /^(accepted|refused:\w+)$/,
    },
    { rule: 'jira.screen', given: given({ fields: { customfield_99999: 'x' } }) },
  ];
  const lost: RowCase = {
    rule: 'jira.search-late',
    given: { ...given(), limits: { timeoutMs: 1_500, retryDelaysSeconds: [0, 0.2, 30] } },
    payloads,
    ends: /^unknown:timeout refused:looking_again$/,
  };
  return [
    { options: [['jira', 'perSecond', 0]], cases: cases.map((one) => ({ payloads, ...one })) },
    {
      options: [['jira', 'utf8mb3', true]],
      cases: [
        {
          rule: 'jira.utf8mb3',
          given: { ...given(dataCenter, { token: 'good-pat' }), limits: { retryDelaysSeconds: [] } },
          payloads: [{ summary: 'fire 🔥' }],
          ends: /^refused:server_error/,
        },
      ],
    },
    { options: [['jira', 'searchDelayMs', 60_000]], late: ['jira', 'create', 4_000], cases: [lost] },
  ];
}

export function jsmRows(url: string): readonly RowGroup[] {
  const config = { baseUrl: `${url}/jsm`, serviceDeskId: '4', requestTypeId: '27' };
  const request = (more: Dict = {}, values: Dict = {}): Pick<Given, 'templates'> =>
    withTemplate({ requestFieldValues: { summary: 'x', description: 'y', ...values }, ...more });
  const given = (more: Dict = {}, secrets: Dict = agent): Given => ({
    target: 'jira-service-management',
    config: { ...config, ...more },
    secrets,
    ...request(),
  });
  const cases: RowCase[] = [
    { rule: 'jsm.no-service-project', given: given({ serviceDeskId: '7' }) },
    { rule: 'jsm.desk-unknown', given: given({ serviceDeskId: '99' }) },
    { rule: 'jsm.request-type', given: given({ requestTypeId: '25' }) },
    { rule: 'jsm.required', given: given({ requestTypeId: '28' }) },
    { rule: 'jsm.hidden-field', given: { ...given(), ...request({}, { priority: { name: 'High' } }) } },
    {
      rule: 'jsm.on-behalf',
      given: {
        ...given({}, { email: 'customer@example.com', apiToken: 'customer-token' }),
        ...request({ raiseOnBehalfOf: 'somebody' }),
      },
    },
    { rule: 'jsm.adf', given: { ...given(), ...request({ isAdfRequest: true }) }, ends: /^(accepted|refused:\w+)$/ },
  ];
  return [{ cases }, { options: [['jsm', 'emptyError', true]], cases: [{ rule: 'jsm.empty-error', given: given() }] }];
}

export function servicenowRows(url: string): readonly RowGroup[] {
  const config = { baseUrl: `${url}/servicenow`, table: 'incident' };
  const admin = { username: 'admin', password: 'good-password' };
  const record = (more: Dict = {}): Pick<Given, 'templates'> => withTemplate({ short_description: 'x', ...more });
  const given = (more: Dict = {}, secrets: Dict = admin, fields: Dict = {}): Given => ({
    target: 'servicenow',
    config: { ...config, ...more },
    secrets,
    ...record(fields),
  });
  const cases: RowCase[] = [
    { rule: 'servicenow.table-unknown', given: given({ table: 'u_nowhere' }) },
    { rule: 'servicenow.acl', given: given({}, { username: 'reader', password: 'good-password' }) },
    { rule: 'servicenow.resolution', given: given({}, admin, { state: '6' }) },
    { rule: 'servicenow.unknown-column', given: given({}, admin, { no_such_column: 'x' }), ends: accepted },
    { rule: 'servicenow.priority', given: given({}, admin, { priority: '1' }), ends: accepted },
    { rule: 'servicenow.state', given: given({}, admin, { state: '0' }), ends: accepted },
  ];
  return [
    { cases },
    {
      options: [['servicenow', 'mandatory', { caller_id: 'Caller' }]],
      cases: [{ rule: 'servicenow.mandatory', given: given() }],
    },
    {
      options: [
        ['servicenow', 'mandatory', {}],
        ['servicenow', 'businessRule', 'No tickets at night'],
      ],
      cases: [{ rule: 'servicenow.business-rule', given: given() }],
    },
  ];
}
