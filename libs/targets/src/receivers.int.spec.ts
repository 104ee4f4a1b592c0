import { treeOf } from '@waybill/contracts/payload/json-tree';
import { encodeTypeId } from '@waybill/decider/type-id';
import { ReceiversClient } from '@waybill/receivers/client';
import { type Receivers, startReceivers } from '@waybill/receivers/start';
import { findTarget } from './all-targets.js';
import type { Outcome, Receipt } from './outcome.js';
import { exampleSending, noAnswer } from './sending.fixture.js';
import type { Answer, HttpAuth, HttpTargetRequest, Sending, Target } from './target.js';
import { builtInSamples, renderDefault } from './targets.contract.js';

/** The rooms against strict stand-ins of the real targets: what the default templates make must be taken as it is. */
let receivers: Receivers;
let client: ReceiversClient;

beforeAll(async () => {
  receivers = await startReceivers({ httpPort: 0, smtpPort: 0 });
  client = new ReceiversClient(receivers.httpUrl);
});
afterAll(() => receivers.close());
beforeEach(async () => {
  await client.reset();
  await client.option('slack', 'perSecond', 0);
  await client.option('jira', 'searchDelayMs', 0);
});

const url = (path: string): string => receivers.httpUrl + path;

interface Connector {
  readonly config: Record<string, unknown>;
  readonly secrets: Record<string, string>;
}

const connectors: Readonly<Record<string, () => Connector>> = {
  slack: () => ({ config: {}, secrets: { url: url('/slack/services/T000/B000/known-token') } }),
  teams: () => ({
    config: {},
    secrets: {
      url: url(
        '/teams/powerautomate/automations/direct/workflows/flow-1/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=waybill-dev-signature',
      ),
    },
  }),
  pagerduty: () => ({ config: { baseUrl: url('/pagerduty') }, secrets: { routingKey: 'a1B2c3D4'.repeat(4) } }),
  jira: () => ({
    config: { baseUrl: url('/jira'), projectKey: 'OPS', resolveTransition: 'Done' },
    secrets: { email: 'agent@example.com', apiToken: 'good-token' },
  }),
  'jira-service-management': () => ({
    config: { baseUrl: url('/jsm'), serviceDeskId: '4', requestTypeId: '27', resolveTransition: 'Done' },
    secrets: { email: 'agent@example.com', apiToken: 'good-token' },
  }),
  servicenow: () => ({
    config: {
      baseUrl: url('/servicenow'),
      resolve: { state: '6', closeCode: 'Solution provided', closeNotes: 'Over.' },
    },
    secrets: { username: 'admin', password: 'good-password' },
  }),
  webhook: () => ({ config: { url: url('/webhook/soc') }, secrets: {} }),
};

const dataCenter: () => Connector = () => ({
  config: { baseUrl: url('/jira'), projectKey: 'OPS', deployment: 'data-center', resolveTransition: 'Done' },
  secrets: { token: 'good-pat' },
});

function fill(text: string, secrets: Record<string, string>): string {
  return text.replace(/\u27e6secret:([^\u27e7]*)\u27e7/g, (_whole, name: string) => secrets[name] ?? '');
}

function authorization(auth: HttpAuth, secrets: Record<string, string>): Record<string, string> {
  if (auth.kind === 'bearer') return { authorization: `Bearer ${secrets[auth.tokenSecret]}` };
  if (auth.kind !== 'basic-secrets') return {};
  return { authorization: `Basic ${btoa(`${secrets[auth.usernameSecret]}:${secrets[auth.passwordSecret]}`)}` };
}

/** As much of egress as this spec needs, over the real network. */
async function exchange(request: HttpTargetRequest, secrets: Record<string, string>): Promise<Answer> {
  const sign =
    request.sign === undefined ? {} : { 'webhook-id': request.sign.webhookId, 'webhook-timestamp': '1795500000' };
  const response = await fetch(fill(request.url, secrets), {
    method: request.method,
    headers: { ...request.headers, ...authorization(request.auth, secrets), ...sign },
    redirect: 'manual',
    ...(request.body === '' ? {} : { body: fill(request.body, secrets) }),
  });
  const headers = Object.fromEntries(response.headers.entries());
  return {
    kind: 'http',
    status: response.status,
    headers,
    body: await response.text(),
    bodyTruncated: false,
    atMs: Date.now(),
  };
}

/** One attempt over the network. `losing` makes the answer to that request (from 1) get lost after it was carried out. */
async function attempt(target: Target, { secrets }: Connector, sending: Sending, losing = 0): Promise<Outcome> {
  const answers: Answer[] = [];
  for (;;) {
    const step = target.next(sending, answers);
    if ('done' in step) return step.done;
    if (step.send.kind !== 'http') throw new Error('an HTTP request was expected');
    const answer = await exchange(step.send, secrets);
    answers.push(answers.length + 1 === losing ? noAnswer('reset', true) : answer);
  }
}

let deliveries = 0;

function sendingOf(target: Target, { config, secrets }: Connector, type: string, over: Partial<Sending> = {}): Sending {
  const payload = builtInSamples.find(([name]) => name === type)?.[1] ?? treeOf({});
  const time = Date.now();
  deliveries += 1;
  const id = encodeTypeId(
    'dlv',
    Uint8Array.from({ length: 16 }, (_, at) =>
      at < 6 ? Math.floor(time / 256 ** (5 - at)) % 256 : at === 15 ? deliveries : 0x80,
    ),
  );
  return exampleSending({
    config,
    secretNames: Object.keys(secrets),
    body: renderDefault(target, type, payload).text,
    deliveryId: id,
    webhookId: id,
    notificationType: type,
    ...over,
  });
}

function roomOf(id: string): { target: Target; connector: Connector } {
  const target = findTarget(id);
  const connector = connectors[id];
  if (target === undefined || connector === undefined) throw new Error(`no room ${id}`);
  return { target, connector: connector() };
}

const receiptOf = (outcome: Outcome): Receipt | null => (outcome.kind === 'accepted' ? outcome.receipt : null);

describe.each(Object.keys(connectors))('the default templates of %s', (id) => {
  it.each(builtInSamples.map(([type]) => type))('are taken for %s, and nothing is flagged', async (type) => {
    const { target, connector } = roomOf(id);
    expect(await attempt(target, connector, sendingOf(target, connector, type))).toMatchObject({ kind: 'accepted' });
    const received = await client.received({});
    expect(received.flatMap(({ flags }) => flags)).toEqual([]);
    expect(received.map(({ verdict }) => verdict)).toEqual(received.map(() => 'accepted'));
  });
});

describe('one ticket a thing', () => {
  const rooms: [string, () => { target: Target; connector: Connector }, string][] = [
    ['Jira Cloud', () => roomOf('jira'), 'jira'],
    ['Jira Data Center', () => ({ target: roomOf('jira').target, connector: dataCenter() }), 'jira'],
    ['Jira Service Management', () => roomOf('jira-service-management'), 'jsm'],
    ['ServiceNow', () => roomOf('servicenow'), 'servicenow'],
  ];

  it.each(rooms)('is opened, told and resolved at %s', async (_title, room, receiver) => {
    const { target, connector } = room();
    const keyed = (over: Partial<Sending>) =>
      sendingOf(target, connector, 'incident', { correlationKey: 'INC-1', ...over });
    const opened = await attempt(target, connector, keyed({}));
    const remembered = receiptOf(opened);
    expect(remembered?.ticket).toEqual(expect.any(String));
    expect(await attempt(target, connector, keyed({ remembered }))).toEqual({ kind: 'accepted', receipt: remembered });
    expect(await attempt(target, connector, keyed({ remembered, act: 'resolve' }))).toEqual({
      kind: 'accepted',
      receipt: remembered,
    });
    const state = JSON.stringify(await client.state(receiver));
    expect(state).toMatch(/"status":"Done"|"state":"6"/);
    expect(state.split(remembered?.ticket ?? '?').length - 1).toBeGreaterThan(0);
  });

  it.each(rooms)('is not opened twice at %s where the answer to the first was lost', async (_title, room, receiver) => {
    const { target, connector } = room();
    const first = sendingOf(target, connector, 'incident');
    expect(await attempt(target, connector, first, 1)).toEqual({ kind: 'unknown', reason: 'reset' });
    const second = await attempt(target, connector, { ...first, afterUnknown: true, attempt: 2 });
    expect(second).toMatchObject({ kind: 'accepted', receipt: { ticket: expect.any(String) as string } });
    const [, created] = (await client.received({ target: receiver })).filter(
      ({ method, path }) => method === 'POST' && !path.includes('search'),
    );
    expect(created).toBeUndefined();
  });
});

describe('one alert a thing', () => {
  it('is triggered, appended to and resolved at PagerDuty', async () => {
    const { target, connector } = roomOf('pagerduty');
    const keyed = (act: Sending['act']) => sendingOf(target, connector, 'incident', { correlationKey: 'INC-1', act });
    for (const act of ['trigger', 'trigger', 'acknowledge', 'resolve'] as const) {
      expect(await attempt(target, connector, keyed(act))).toEqual({
        kind: 'accepted',
        receipt: { ticket: 'INC-1', memory: { dedupKey: 'INC-1' } },
      });
    }
    const bodies = (await client.received({ target: 'pagerduty' })).map(
      ({ body }) => (JSON.parse(body) as { event_action: string }).event_action,
    );
    expect(bodies.sort()).toEqual(['acknowledge', 'resolve', 'trigger', 'trigger']);
  });
});
