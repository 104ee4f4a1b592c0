import { ReceiversClient } from '../client.js';
import { send, type RawRequest } from '../raw-request.spec.js';
import { startReceivers, type Receivers } from '../start.js';
import type { Run } from './teams.js';

const query = '?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=waybill-dev-signature';
const direct = '/teams/powerautomate/automations/direct/workflows';
const flow = (id: string): string => `${direct}/${id}/triggers/manual/paths/invoke${query}`;
const good = flow('flow-1');
const content = { type: 'AdaptiveCard', version: '1.4', body: [{ type: 'TextBlock', text: 'Hello' }] };
const contentType = 'application/vnd.microsoft.card.adaptive';
const card = { type: 'message', attachments: [{ contentType, contentUrl: null, content }] };
const withContent = (changed: unknown): unknown => ({ ...card, attachments: [{ contentType, content: changed }] });

type Row = readonly [title: string, rule: string, request: RawRequest, status: number, body: unknown];

const error = (code: string, message: unknown = expect.any(String)): unknown => ({ error: { code, message } });

/** Texts are those of targets.md section 2b. */
const rows: readonly Row[] = [
  ['another method is refused', 'teams.method', { path: good, method: 'PUT', body: card }, 405, 'Method Not Allowed'],
  [
    'another type is refused',
    'teams.content-type',
    { path: good, body: 'x', headers: { 'content-type': 'text/plain' } },
    415,
    'Unsupported Media Type',
  ],
  [
    'a URL without sig is not authorized',
    'teams.no-sig',
    { path: good.replace('&sig=waybill-dev-signature', ''), body: card },
    401,
    error('DirectApiAuthorizationRequired', 'The request must be authenticated only by Shared Access scheme.'),
  ],
  [
    'a URL whose & was escaped has no sig',
    'teams.no-sig',
    { path: good.replaceAll('&', '&amp;'), body: card },
    401,
    error('DirectApiAuthorizationRequired'),
  ],
  [
    'a wrong sig is invalid',
    'teams.wrong-sig',
    { path: `${good}x`, body: card },
    401,
    error('DirectApiInvalidAuthorizationSignature', 'The provided authorization signature is not valid.'),
  ],
  [
    'sig and Authorization are one too many',
    'teams.two-authorizations',
    { path: good, body: card, headers: { authorization: 'Bearer x' } },
    400,
    error('DirectApiRequestHasMoreThanOneAuthorization'),
  ],
  [
    'a flow for the tenant only is not authorized',
    'teams.tenant-only',
    { path: flow('flow-tenant'), body: card },
    401,
    error(
      'DirectApiAuthorizationRequired',
      'The authentication scheme is required. Please add authentication scheme and try again.',
    ),
  ],
  [
    'an unknown flow is not found',
    'teams.unknown',
    { path: flow('flow-unknown'), body: card },
    404,
    error('WorkflowNotFound'),
  ],
  [
    'a path of another shape is not found',
    'teams.unknown',
    { path: `/teams/flows/1${query}`, body: card },
    404,
    error('WorkflowNotFound'),
  ],
  ...(['Disabled', 'Suspended', 'Deleted'] as const).map((state): Row => [
    `a flow that is ${state} is not enabled`,
    'teams.state',
    { path: flow(`flow-${state.toLowerCase()}`), body: card },
    400,
    error(
      'WorkflowTriggerIsNotEnabled',
      `Could not execute workflow 'flow-${state.toLowerCase()}' trigger 'manual' with state '${state}': trigger is not enabled.`,
    ),
  ]),
  ['broken JSON is refused', 'teams.json', { path: good, body: '{' }, 400, error('InvalidRequestContent')],
  [
    'a typed flow wants attachments',
    'teams.schema',
    { path: flow('flow-typed'), body: { type: 'message' } },
    400,
    error(
      'TriggerInputSchemaMismatch',
      "The input body for trigger 'manual' of type 'Request' did not match its schema definition. Error details: 'Required properties are missing from object: attachments.'.",
    ),
  ],
  [
    'a typed flow wants no null',
    'teams.schema',
    { path: flow('flow-typed'), body: { ...card, attachments: null } },
    400,
    error('TriggerInputSchemaMismatch'),
  ],
  [
    'missing attachments are accepted, and the run fails',
    'teams.card-attachments',
    { path: good, body: { type: 'message' } },
    202,
    '',
  ],
  [
    'another content type is accepted, and the run fails',
    'teams.card-content-type',
    { path: good, body: { ...card, attachments: [{ contentType: 'application/json', content }] } },
    202,
    '',
  ],
  [
    'a card of another type is accepted, and the run fails',
    'teams.card-type',
    { path: good, body: withContent({ ...content, type: 'MessageCard' }) },
    202,
    '',
  ],
  [
    'a card without a body is accepted, and the run fails',
    'teams.card-empty-body',
    { path: good, body: withContent({ ...content, body: [] }) },
    202,
    '',
  ],
  ['a card is accepted', 'teams.ok', { path: good, body: card }, 202, ''],
  [
    'a card for a URL of the old shape is accepted',
    'teams.ok',
    { path: good.replace(direct, '/teams/workflows'), body: card },
    202,
    '',
  ],
  [
    'the retired connector is gone',
    'teams.legacy-gone',
    { path: '/teams/webhookb2/x@y/IncomingWebhook/z/u', body: { text: 'x' } },
    410,
    'Connector webhook is no longer in service.',
  ],
];

describe('the Teams receiver', () => {
  let receivers: Receivers;
  let client: ReceiversClient;

  beforeAll(async () => {
    receivers = await startReceivers({ httpPort: 0, smtpPort: 0 });
    client = new ReceiversClient(receivers.httpUrl);
  });
  afterAll(() => receivers.close());
  beforeEach(() => client.reset());

  const lastRun = async (): Promise<Run | undefined> => ((await client.state('teams'))['runs'] as Run[]).at(-1);

  it.each(rows)('%s', async (_title, rule, request, status, body) => {
    const answer = await send(receivers.httpUrl, request);
    expect(answer.status).toBe(status);
    expect(typeof body === 'string' ? answer.body : JSON.parse(answer.body)).toEqual(body);
    expect((await client.received({ target: 'teams' }))[0]?.rule).toBe(rule);
  });

  it('shows in the run why a card was not posted', async () => {
    await send(receivers.httpUrl, { path: good, body: { type: 'message' } });
    expect(await lastRun()).toMatchObject({
      status: 'Failed',
      error:
        "The execution of template action 'Send_each_adaptive_card' failed: the result of the evaluation of 'foreach' expression '@triggerOutputs()?['body']?['attachments']' is of type 'Null'. The result must be a valid array.",
    });
    expect((await client.received())[0]?.flags).toHaveLength(1);
  });

  /** 28,672 / 1.18 = 24,298.3: the largest body is 24,298 bytes. */
  it('accepts 24,298 bytes, and fails the run of 24,299', async () => {
    const sized = (bytes: number): string => {
      const empty = JSON.stringify(withContent({ ...content, fallbackText: '' }));
      return JSON.stringify(withContent({ ...content, fallbackText: 'x'.repeat(bytes - empty.length) }));
    };
    expect(await send(receivers.httpUrl, { path: good, body: sized(24_298) })).toMatchObject({ status: 202 });
    expect(await lastRun()).toMatchObject({ status: 'Succeeded', title: 'Hello' });
    expect(await send(receivers.httpUrl, { path: good, body: sized(24_299) })).toMatchObject({ status: 202, body: '' });
    expect((await lastRun())?.error).toContain('MessageSizeExceeded-Message properties size exceeded.');
  });

  it('refuses what is faster than the option allows', async () => {
    await client.option('teams', 'perSecond', 4);
    const statuses = [];
    for (let i = 0; i < 5; i += 1) statuses.push(await send(receivers.httpUrl, { path: good, body: card }));
    expect(statuses.map((answer) => answer.status)).toEqual([202, 202, 202, 202, 429]);
    expect(statuses[4]?.headers['retry-after']).toBe('1');
  });

  it('is in the mode of 2024 what it was', async () => {
    const old = (body: unknown): Promise<unknown> => send(receivers.httpUrl, { path: '/teams/webhookb2/x', body });
    await client.option('teams', 'legacy', '2024');
    expect(await old({ text: 'x' })).toMatchObject({ status: 200, body: '1' });
    expect(await old({})).toMatchObject({ status: 400, body: 'Summary or Text is required.' });
    await client.option('teams', 'legacyHidden', 429);
    expect(await old({ text: 'x' })).toMatchObject({
      status: 200,
      body: expect.stringContaining('Microsoft Teams endpoint returned HTTP error 429 with ContextId'),
    });
  });

  it('plays a script', async () => {
    await client.script('teams', null, [{ status: 503, body: '{"error":{"code":"ServiceUnavailable"}}' }]);
    expect(await send(receivers.httpUrl, { path: good, body: card })).toMatchObject({ status: 503 });
  });

  it('has exercised every rule', async () => {
    const { items } = await client.rules('teams');
    expect(items.filter((rule) => rule.exercised === 0).map((rule) => rule.id)).toEqual([]);
  });
});
