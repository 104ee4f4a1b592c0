/** A request as no connector of ours makes it, for the rows that the product cannot or must not cause. */
export interface RawRow {
  readonly rule: string;
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Holds for this request only. */
  readonly option?: readonly [target: string, option: string, value: unknown];
  /** The same request again, after so long. */
  readonly again?: number;
}

const repeat = <T>(value: T, times: number): T[] => Array.from({ length: times }, () => value);
const hook = '/slack/services/T000/B099/known-token';
const flow =
  '/teams/powerautomate/automations/direct/workflows/raw/triggers/manual/paths/invoke?sig=waybill-dev-signature';
const legacy = '/teams/webhookb2/raw';
const basic = { authorization: `Basic ${btoa('agent@example.com:good-token')}` };
const admin = { authorization: `Basic ${btoa('admin:good-password')}`, accept: 'application/json' };
const section = (more: object): unknown => ({
  text: 'x',
  blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'x' }, ...more }],
});
const field = { type: 'mrkdwn', text: 'x' };
const event = (more: object, payload: object = {}): unknown => ({
  routing_key: 'R'.repeat(32),
  event_action: 'trigger',
  ...more,
  payload: { summary: 'x', source: 'x', severity: 'info', ...payload },
});
const issue = (fields: object): unknown => ({
  fields: { project: { key: 'SEC' }, issuetype: { name: 'Task' }, summary: 'raw', ...fields },
});
const adf = (text: string): unknown => ({
  type: 'doc',
  version: 1,
  content: [{ type: 'paragraph', content: [{ type: 'text', text }] }],
});
const request = (more: object, values: object = {}): unknown => ({
  serviceDeskId: '4',
  requestTypeId: '27',
  requestFieldValues: { summary: 'x', description: 'y', ...values },
  ...more,
});
const [slack, pd, jira3, jira2, jsm, sn] = [
  hook,
  '/pagerduty/v2/enqueue',
  '/jira/rest/api/3',
  '/jira/rest/api/2',
  '/jsm/rest/servicedeskapi/request',
  '/servicenow/api/now/table/incident',
];

const slackAndTeams: readonly RawRow[] = [
  { rule: 'slack.invalid-payload', path: slack, body: 'no json' },
  { rule: 'slack.blocks-count', path: slack, body: { text: 'x', blocks: repeat({ type: 'divider' }, 51) } },
  {
    rule: 'slack.blocks-section-text',
    path: slack,
    body: section({ text: { type: 'mrkdwn', text: 'x'.repeat(3_001) } }),
  },
  { rule: 'slack.blocks-fields', path: slack, body: section({ fields: repeat(field, 11) }) },
  {
    rule: 'slack.blocks-field-text',
    path: slack,
    body: section({ fields: [{ type: 'mrkdwn', text: 'x'.repeat(2_001) }] }),
  },
  {
    rule: 'slack.blocks-header-text',
    path: slack,
    body: { text: 'x', blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] },
  },
  {
    rule: 'slack.blocks-context',
    path: slack,
    body: { text: 'x', blocks: [{ type: 'context', elements: repeat(field, 11) }] },
  },
  {
    rule: 'slack.blocks-actions',
    path: slack,
    body: { text: 'x', blocks: [{ type: 'actions', elements: repeat({ type: 'button' }, 26) }] },
  },
  {
    rule: 'slack.blocks-too-long',
    path: slack,
    body: { text: 'x', blocks: repeat({ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(2_900) } }, 5) },
  },
  {
    rule: 'slack.blocks-url-scheme',
    path: slack,
    body: { text: 'x', blocks: [{ type: 'image', image_url: 'e.example/x', alt_text: 'x' }] },
  },
  { rule: 'slack.blocks-format', path: slack, body: { text: 'x', blocks: {} } },
  { rule: 'slack.no-text', path: slack, body: {} },
  { rule: 'slack.too-many-attachments', path: slack, body: { text: 'x', attachments: repeat({ text: 'x' }, 101) } },
  { rule: 'slack.invalid-attachments', path: slack, body: { text: 'x', attachments: ['x'] } },
  { rule: 'slack.text-cut', path: slack, body: { text: 'x'.repeat(40_001) } },
  { rule: 'teams.two-authorizations', path: flow, body: {}, headers: basic },
  {
    rule: 'teams.size',
    path: flow,
    body: {
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: { type: 'AdaptiveCard', body: [{ type: 'TextBlock', text: 'x'.repeat(25_000) }] },
        },
      ],
    },
  },
  { rule: 'teams.legacy-gone', path: legacy, body: { text: 'x' } },
  { rule: 'teams.legacy-no-text', path: legacy, body: {}, option: ['teams', 'legacy', '2024'] },
  { rule: 'teams.legacy-ok', path: legacy, body: { text: 'x' }, option: ['teams', 'legacy', '2024'] },
];

const pagerduty: readonly RawRow[] = [
  { rule: 'pagerduty.json', path: pd, body: 'no json' },
  { rule: 'pagerduty.size', path: pd, body: event({ client: 'x'.repeat(530_000) }) },
  { rule: 'pagerduty.routing-key-missing', path: pd, body: event({ routing_key: '' }) },
  { rule: 'pagerduty.dedup-key-missing', path: pd, body: event({ event_action: 'resolve' }) },
  { rule: 'pagerduty.dedup-key-length', path: pd, body: event({ dedup_key: 'x'.repeat(256) }) },
  ...['summary', 'source', 'severity'].map((name) => ({
    rule: `pagerduty.${name}-missing`,
    path: pd,
    body: event({}, { [name]: ' ' }),
  })),
  { rule: 'pagerduty.severity', path: pd, body: event({}, { severity: 'Critical' }) },
  { rule: 'pagerduty.summary-length', path: pd, body: event({}, { summary: 'x'.repeat(1_025) }) },
  { rule: 'pagerduty.images', path: pd, body: event({ images: [{ src: 'http://e.example/x' }] }) },
  { rule: 'pagerduty.links', path: pd, body: event({ links: [{ text: 'x' }] }) },
  { rule: 'pagerduty.custom-details', path: pd, body: event({}, { custom_details: 'x' }) },
  { rule: 'pagerduty.no-dedup-key', path: pd, body: event({}) },
];

const jira: readonly RawRow[] = [
  { rule: 'jira.anonymous-search', method: 'GET', path: `${jira3}/search/jql?jql=project%20%3D%20SEC` },
  { rule: 'jira.json', path: `${jira3}/issue`, body: 'no json', headers: basic },
  { rule: 'jira.fields-missing', path: `${jira3}/issue`, body: {}, headers: basic },
  { rule: 'jira.summary-missing', path: `${jira3}/issue`, body: issue({ summary: ' ' }), headers: basic },
  { rule: 'jira.summary-type', path: `${jira3}/issue`, body: issue({ summary: 1 }), headers: basic },
  { rule: 'jira.summary-length', path: `${jira3}/issue`, body: issue({ summary: 'x'.repeat(256) }), headers: basic },
  { rule: 'jira.summary-newline', path: `${jira3}/issue`, body: issue({ summary: 'x\ny' }), headers: basic },
  { rule: 'jira.description-adf', path: `${jira3}/issue`, body: issue({ description: 'x' }), headers: basic },
  {
    rule: 'jira.description-string',
    path: `${jira2}/issue`,
    body: issue({ description: adf('x') }),
    headers: { authorization: 'Bearer good-pat' },
  },
  {
    rule: 'jira.description-length',
    path: `${jira3}/issue`,
    body: issue({ description: adf('x'.repeat(32_768)) }),
    headers: basic,
  },
  { rule: 'jira.empty-text', path: `${jira3}/issue`, body: issue({ description: adf('') }), headers: basic },
  { rule: 'jira.label', path: `${jira3}/issue`, body: issue({ labels: ['two words'] }), headers: basic },
  { rule: 'jira.priority', path: `${jira3}/issue`, body: issue({ priority: { name: 'Blazing' } }), headers: basic },
  {
    rule: 'jira.german',
    path: `${jira3}/issue`,
    body: issue({ summary: ' ' }),
    headers: { ...basic, 'accept-language': 'de' },
    option: ['jira', 'localised', true],
  },
  { rule: 'jira.issue-unknown', method: 'GET', path: `${jira3}/issue/SEC-99999`, headers: basic },
  { rule: 'jira.removed-search', method: 'GET', path: `${jira3}/search?jql=project%20%3D%20SEC`, headers: basic },
  { rule: 'jira.twin', path: `${jira3}/issue`, body: issue({ summary: 'twins' }), headers: basic, again: 0 },
];

const others: readonly RawRow[] = [
  { rule: 'jsm.numeric-ids', path: jsm, body: request({ serviceDeskId: 4 }), headers: basic },
  { rule: 'jsm.summary', path: jsm, body: request({}, { summary: 'x\ny' }), headers: basic },
  { rule: 'jsm.adf', path: jsm, body: request({ isAdfRequest: true }), headers: basic },
  { rule: 'jsm.experimental', path: jsm, body: request({}), headers: basic, option: ['jsm', 'experimental', true] },
  { rule: 'servicenow.size', path: sn, body: { short_description: 'x'.repeat(10_485_761) }, headers: admin },
  { rule: 'servicenow.json', path: sn, body: 'no json', headers: admin },
  { rule: 'servicenow.accept', path: sn, body: {}, headers: { ...admin, accept: 'text/html' } },
  { rule: 'servicenow.cut', path: sn, body: { short_description: 'x'.repeat(161) }, headers: admin },
  { rule: 'servicenow.array', path: sn, body: [{ short_description: 'x' }], headers: admin },
  { rule: 'servicenow.no-record', method: 'PATCH', path: `${sn}/${'0'.repeat(32)}`, body: {}, headers: admin },
  { rule: 'servicenow.query-dropped', method: 'GET', path: `${sn}?sysparm_query=no_such_column%3Dx`, headers: admin },
  { rule: 'servicenow.query-empty', method: 'GET', path: `${sn}?sysparm_query=correlation_id%3D`, headers: admin },
  {
    rule: 'oauth.grant',
    path: '/oauth/token',
    body: 'grant_type=password',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  },
];

export const rawRows: readonly RawRow[] = [...slackAndTeams, ...pagerduty, ...jira, ...others];

/** Sends one; what comes back does not matter, because the receiver counts which rule applied. */
export async function sendRaw(
  url: string,
  { method = 'POST', path, body, headers = {} }: RawRow,
): Promise<{ status: number; json: unknown }> {
  const bytes = Buffer.from(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''));
  const response = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(method === 'GET' ? {} : { body: bytes }),
  });
  const text = await response.text();
  try {
    return { status: response.status, json: JSON.parse(text) as unknown };
  } catch {
    return { status: response.status, json: null };
  }
}
