import type { ReceivedItem } from '@waybill/receivers/client';
import type { Stage } from '../stage.js';
import { hold, pause, type Promised, same } from '../story.js';
import { agent, withDesk } from './acceptance-documented.js';
import { attemptsOf, type Desk, type Dict, isEnded, toldOf } from './desk.js';

/** Issue 3.6: the connection alone, where a target has something harmless to ask; and what is known of the last test. */
export function connectionTests(stage: Stage): readonly Promised[] {
  return [
    {
      says: 'a connection is tested without sending, right and wrong, and targets without a harmless call say so',
      holds: () => withDesk(stage, eachTarget),
    },
    {
      says: 'e-mail: a mail server that takes access tokens only gets one, over a connection that is secured',
      holds: () => withDesk(stage, byToken),
    },
    { says: 'a connector shows how its last test ended', holds: () => withDesk(stage, lastTest) },
    {
      says: 'an address that may not be sent to is refused when a connector is saved',
      holds: () => withDesk(stage, savedAddress),
    },
  ];
}

interface Tested {
  readonly outcome: string;
  readonly reason: string | null;
  readonly response: { readonly status?: number; readonly body?: string } | null;
}

interface Case {
  readonly target: string;
  readonly receiver: string;
  readonly good: { readonly config?: Dict; readonly secrets?: Dict };
  /** Laid over the good one, so that it is refused; null where nothing can be wrong. */
  readonly wrong: { readonly config?: Dict; readonly secrets?: Dict; readonly reason: string } | null;
}

function casesOf(url: string, smtpUrl: string): readonly Case[] {
  const tokenUrl = `${url}/oauth/token`;
  const oauth = { kind: 'oauth2-client-credentials', tokenUrl, clientId: 'waybill-client' };
  return [
    {
      target: 'jira',
      receiver: 'jira',
      good: { config: { baseUrl: `${url}/jira`, projectKey: 'SEC' }, secrets: agent },
      wrong: { secrets: { ...agent, apiToken: 'token-of-last-year' }, reason: 'unauthorized' },
    },
    {
      target: 'jira-service-management',
      receiver: 'jsm',
      good: { config: { baseUrl: `${url}/jsm`, serviceDeskId: '4', requestTypeId: '27' }, secrets: agent },
      wrong: { config: { baseUrl: `${url}/jsm`, serviceDeskId: '999', requestTypeId: '27' }, reason: 'not_found' },
    },
    {
      target: 'servicenow',
      receiver: 'servicenow',
      good: { config: { baseUrl: `${url}/servicenow` }, secrets: { username: 'admin', password: 'good-password' } },
      wrong: { secrets: { username: 'admin', password: 'wrong-password' }, reason: 'unauthorized' },
    },
    {
      target: 'pagerduty',
      receiver: 'pagerduty',
      good: { config: { baseUrl: `${url}/pagerduty` }, secrets: { routingKey: 'R0123456789abcdefghijklmnopqrstu' } },
      wrong: { secrets: { routingKey: '00000000000000000000000000000404' }, reason: 'pagerduty_key_invalid' },
    },
    {
      target: 'webhook',
      receiver: 'oauth',
      good: {
        config: { url: `${url}/webhook/never`, auth: oauth },
        secrets: { clientSecret: 'waybill-client-secret' },
      },
      wrong: { secrets: { clientSecret: 'secret-of-another' }, reason: 'unauthorized' },
    },
    { target: 'email', receiver: 'email', good: { config: { to: ['nobody@example.com'], smtpUrl } }, wrong: null },
  ];
}

async function eachTarget(desk: Desk): Promise<string> {
  const { receivers, dev } = desk.stage;
  const said: string[] = [];
  for (const { target, receiver, good, wrong } of casesOf(desk.receiversUrl, dev.smtpUrl)) {
    const before = await receivers.state(receiver);
    const fine = await tested(desk, { target, ...good });
    same([fine.outcome, fine.reason], ['accepted', null], `${target}, right`);
    if (wrong !== null) {
      const { reason, ...changes } = wrong;
      const refused = await tested(desk, { target, ...good, ...changes });
      same([refused.outcome, refused.reason], ['refused', reason], `${target}, wrong`);
      hold((refused.response?.body ?? '') !== '', `${target}: the target's own words are missing`);
    }
    same(made(await receivers.state(receiver)), made(before), `what exists at ${target}`);
    said.push(`${target} ${wrong === null ? 'right' : `right and ${wrong.reason}`}`);
  }
  const webhook = await desk.received('webhook', (item: ReceivedItem) => item.name === 'never');
  same(webhook.length, 0, 'requests to the webhook');
  for (const [target, members] of silent(desk.receiversUrl)) {
    const { status, json } = await desk.stage.api.call('POST', '/v1/connectors/test', {
      connector: { name: 'x', target, ...members },
      mode: 'connection',
    });
    same([status, json['code']], [422, 'connection_test_none'], target);
    said.push(`${target} none`);
  }
  return said.join(', ');
}

/** STARTTLS with a private CA and XOAUTH2: without STARTTLS there is no mail and no token; a token that was revoked is renewed. */
async function byToken(desk: Desk): Promise<string> {
  const { receivers } = desk.stage;
  await receivers.option('email', 'requireTls', true);
  await receivers.option('email', 'requireAuth', true);
  const clear = await tokenLane(desk, 'clear');
  const good = await tokenLane(desk, 'token');
  const payload = await desk.sample('incident');
  await receivers.option('email', 'startTls', 'hidden');
  await desk.send(clear.lane, payload);
  const refused = await desk.one(clear.lane, ({ attempts = [] }) => (attempts[0]?.outcome ?? null) !== null);
  await desk.stage.api.call('POST', `/v1/deliveries/${refused.id}/cancel`, { reason: 'seen' });
  same((await clear.mails()).length, 0, 'mails without STARTTLS');
  await receivers.option('email', 'startTls', 'offered');
  // In the short form one login is enough: libs/egress has a spec of the renewal.
  const rounds = desk.stage.long ? 2 : 1;
  for (let count = 1; count <= rounds; count += 1) {
    await desk.send(good.lane, payload);
    const deliveries = await desk.until(good.lane.connectorId, count, isEnded, 20_000);
    hold(
      deliveries.every(({ status }) => status === 'delivered'),
      deliveries.map((one) => `${toldOf(one)}: ${JSON.stringify(one.attempts?.at(-1)?.response)}`).join(' | '),
    );
    await receivers.option('oauth', 'revoked', true);
    // A conversation that is kept needs no second login.
    if (count < rounds) await pause(sessionIdleMs);
  }
  const mails = (await good.mails()) as unknown as { user: unknown; secure: unknown }[];
  same(
    mails.map(({ user, secure }) => [user, secure]),
    Array(rounds).fill(['waybill', true]),
    'user and security',
  );
  await receivers.reset();
  return `${rounds} mails by XOAUTH2 over STARTTLS, each login with a living token; without STARTTLS: ${attemptsOf(refused)}, no mail`;
}

async function tokenLane(desk: Desk, local: string) {
  const { caPem } = (await (await fetch(`${desk.receiversUrl}/_tls`)).json()) as { caPem: string };
  const to = `${local}@${desk.word('token')}.example.com`;
  const config = {
    to: [to],
    smtpUrl: `smtp://waybill@${new URL(desk.stage.dev.smtpUrl).host}?tls=required`,
    caPem,
    oauth2: { tokenUrl: `${desk.receiversUrl}/oauth/token`, clientId: 'waybill-client' },
  };
  const secrets = { smtpClientSecret: 'waybill-client-secret' };
  const lane = await desk.lane({ target: 'email', config, secrets }, 'incident');
  return { lane, mails: () => desk.received('email', ({ path }) => path.includes(to)) };
}

/** The pool ends an idle conversation after 5 s. */
const sessionIdleMs = 5_500;

/** How many messages, alerts, tickets, records or mails there are. */
function made(state: unknown): number {
  if (Array.isArray(state)) return state.length;
  if (typeof state !== 'object' || state === null) return 0;
  return Object.values(state).reduce<number>((total, value) => total + made(value), 0);
}

function silent(url: string): readonly (readonly [target: string, members: Dict])[] {
  return [
    ['slack', { secrets: { url: `${url}/slack/services/T000/B080/known-token` } }],
    ['teams', { secrets: { url: `${url}/teams/workflows/w/triggers/manual/paths/invoke?api-version=1&sig=s` } }],
    ['webhook', { config: { url: `${url}/webhook/never` } }],
  ];
}

async function tested(desk: Desk, connector: Dict): Promise<Tested> {
  const given = { connector: { name: desk.word('connection'), ...connector }, mode: 'connection' };
  const { status, json, text } = await desk.stage.api.call('POST', '/v1/connectors/test', given);
  same(status, 200, `a test of the connection: ${text}`);
  return json as unknown as Tested;
}

async function lastTest(desk: Desk): Promise<string> {
  const { api } = desk.stage;
  const name = desk.word('last');
  const id = await desk.connector({ target: 'webhook', config: { url: `${desk.receiversUrl}/webhook/${name}` } });
  const shown = async (): Promise<unknown> => (await api.call('GET', `/v1/connectors/${id}`)).json['lastTest'];
  same(await shown(), null, 'the last test of one that was never tested');
  await desk.stage.receivers.script('webhook', name, [{ status: 401, times: 1 }]);
  await api.post(`/v1/connectors/${id}/test`, { type: 'incident' });
  const last = (await shown()) as { at: string; outcome: string; reason: string; mode: string };
  same([last.outcome, last.reason, last.mode], ['refused', 'unauthorized', 'delivery'], 'the last test');
  await api.post(`/v1/connectors/${id}/test`, { type: 'incident' });
  same(((await shown()) as { outcome: string }).outcome, 'accepted', 'the last test after another');
  return `none, then ${last.outcome} (${last.reason}) at ${last.at}, then accepted`;
}

async function savedAddress(desk: Desk): Promise<string> {
  const { api } = desk.stage;
  const forbidden: readonly (readonly [pointer: string, connector: Dict])[] = [
    ['/config/url', { target: 'webhook', config: { url: 'http://127.0.0.1:8080/' } }],
    ['/config/url', { target: 'webhook', config: { url: 'http://169.254.169.254/latest/meta-data/' } }],
    ['/config/url', { target: 'webhook', config: { url: 'https://[fd00:ec2::254]/' } }],
    ['/config/baseUrl', { target: 'jira', config: { baseUrl: 'https://10.0.0.1', projectKey: 'SEC' }, secrets: agent }],
    ['/config/smtpUrl', { target: 'email', config: { to: ['a@example.com'], smtpUrl: 'smtp://192.168.1.1:587' } }],
    ['/secrets/url', { target: 'slack', secrets: { url: 'https://printer.local/services/T/B/x' } }],
    [
      '/config/auth/tokenUrl',
      {
        target: 'webhook',
        config: {
          url: `${desk.receiversUrl}/webhook/x`,
          auth: { kind: 'oauth2-client-credentials', tokenUrl: 'https://172.16.0.1/token', clientId: 'c' },
        },
        secrets: { clientSecret: 's' },
      },
    ],
  ];
  const before = await api.call('GET', '/v1/connectors?limit=200');
  for (const [pointer, connector] of forbidden) {
    const { status, json } = await api.call('POST', '/v1/connectors', { name: desk.word('forbidden'), ...connector });
    const [error] = (json['errors'] ?? []) as { pointer: string; code: string }[];
    same([status, error?.pointer, error?.code], [422, pointer, 'egress_blocked'], JSON.stringify(connector));
  }
  const after = await api.call('GET', '/v1/connectors?limit=200');
  same(after.text, before.text, 'the list of connectors');
  return `${forbidden.length} of ${forbidden.length} refused with 422 egress_blocked and a pointer, nothing stored`;
}
