import type { Stage } from '../stage.js';
import { hold, pause, type Promised, same } from '../story.js';
import { agent, withDesk } from './acceptance-documented.js';
import { type Desk, isEnded } from './desk.js';

/** A10 to A12: who gets what, what is suppressed, and the life of a connector. */
export function routing(stage: Stage): readonly Promised[] {
  return [
    {
      says: 'A10 a subscription gets what its filter says, and each rule counts alone',
      holds: () => withDesk(stage, a10),
    },
    {
      says: 'A11 of 25 within the window one is sent; the others are on the record',
      holds: () => withDesk(stage, a11),
    },
    { says: 'A12 query token, method, deletion, disabling, masking, who and when', holds: () => withDesk(stage, a12) },
  ];
}

/** Long enough for what must not come to have come. */
const quietMs = 1_500;

const arrived = async (desk: Desk, name: string, wanted: number, what: string): Promise<void> => {
  if (wanted > 0) await desk.stage.receivers.waitFor({ target: 'webhook', name }, wanted, 10_000);
  await pause(quietMs);
  const items = await desk.received('webhook', (item) => item.name === name);
  hold(items.length === wanted, `${what}: ${items.length} requests, not ${wanted}`);
};

interface Rule {
  readonly filter: unknown;
  readonly enabled?: boolean;
}

/** Rules of one type of their own on one webhook, then the payloads; answers how many requests came. */
async function routed(
  desk: Desk,
  what: string,
  rules: readonly Rule[],
  payloads: readonly object[],
  wanted: number,
): Promise<void> {
  const type = desk.word('a10');
  const connectorId = await desk.connector({
    target: 'webhook',
    config: { url: `${desk.receiversUrl}/webhook/${type}` },
  });
  for (const { filter, enabled = true } of rules) {
    await desk.stage.api.post('/v1/subscriptions', {
      name: type,
      connectorIds: [connectorId],
      types: [type],
      enabled,
      filter,
    });
  }
  for (const payload of payloads) await desk.publish(type, payload);
  await arrived(desk, type, wanted, what);
}

async function a10(desk: Desk): Promise<string> {
  const filter = {
    and: [
      { in: [{ source: 'incident.threatRating' }, ['Critical', 'High']] },
      { '=': [{ source: 'incident.escalated' }, true] },
      { in: [{ source: 'accountId' }, [134248568]] },
    ],
  };
  const incident = (threatRating: string, escalated: boolean, accountId = 134248568): object => ({
    accountId,
    incident: { threatRating, escalated },
  });
  const good = incident('High', true);
  const managed = { not: { '=': [{ source: 'account.id' }, 'P'] } };
  const accounts = ['C', 'P', 'later child'].map((id) => ({ account: { id } }));
  await Promise.all([
    routed(desk, 'all three hold', [{ filter }], [good], 1),
    routed(desk, 'not escalated', [{ filter }], [incident('High', false)], 0),
    routed(desk, 'Medium', [{ filter }], [incident('Medium', true)], 0),
    routed(desk, 'another account', [{ filter }], [incident('High', true, 1)], 0),
    routed(desk, 'disabled', [{ filter, enabled: false }], [good], 0),
    routed(desk, 'two rules', [{ filter }, { filter: null }], [good], 2),
    routed(desk, 'children without the parent', [{ filter: managed }], accounts, 2),
    routed(desk, 'no filter', [{ filter: null }], accounts, 3),
  ]);
  return '8 rules, 12 notifications: 8 requests, none where the filter does not hold';
}

async function a11(desk: Desk): Promise<string> {
  const health = await desk.sample('health');
  const counts: string[] = [];
  for (const [minutes, wanted] of [
    [60, 1],
    [0, 25],
  ] as const) {
    const name = desk.word('a11');
    const lane = await desk.lane(
      { target: 'webhook', config: { url: `${desk.receiversUrl}/webhook/${name}` } },
      'health',
      { suppression: { minutes } },
    );
    await Promise.all(Array.from({ length: 25 }, () => desk.send(lane, health)));
    await arrived(desk, name, wanted, `${minutes} minutes`);
    counts.push(`${minutes} minutes: ${wanted} of 25`);
  }
  const connectorId = await desk.connector({ target: 'webhook', config: { url: `${desk.receiversUrl}/webhook/none` } });
  for (const minutes of [-1, 10_081]) {
    const body = { name: 'x', connectorIds: [connectorId], types: ['health'], suppression: { minutes } };
    const { status, json } = await desk.stage.api.call('POST', '/v1/subscriptions', body);
    same(
      [status, (json['errors'] as { pointer: string }[])[0]?.pointer],
      [422, '/suppression/minutes'],
      `${minutes} minutes`,
    );
  }
  return `${counts.join(', ')}; -1 and 10081 are refused (422, the original: 400); the second request after 61 minutes is not waited for here, the clock of libs/subscription's specs shows it`;
}

async function a12(desk: Desk): Promise<string> {
  const { api } = desk.stage;
  const name = desk.word('a12');
  const config = { url: `${desk.receiversUrl}/webhook/${name}?token=kept`, method: 'PUT', auth: { kind: 'bearer' } };
  const lane = await desk.lane({ target: 'webhook', config, secrets: { token: 'not-to-be-shown' } }, 'health');
  const path = `/v1/connectors/${lane.connectorId}`;
  await desk.send(lane, {});
  const [item] = await desk.stage.receivers.waitFor({ target: 'webhook', name }, 1, 10_000);
  same([item?.method, item?.path], ['PUT', `/webhook/${name}?token=kept`], 'request');

  const created = await api.call('GET', path);
  hold(!created.text.includes('not-to-be-shown'), 'the secret is in the answer');
  const patched = await api.call(
    'PATCH',
    path,
    { name: `${name} renamed` },
    { 'if-match': created.headers.get('etag') ?? '' },
  );
  same(
    [patched.status, patched.json['createdAt'], patched.json['createdBy']],
    [200, created.json['createdAt'], created.json['createdBy']],
    'created',
  );
  hold(String(patched.json['updatedAt']) > String(created.json['updatedAt']), 'updatedAt did not change');

  await api.post(`${path}/disable`, { reason: 'journey' });
  await desk.send(lane, {});
  const [, held] = await desk.until(lane.connectorId, 2, isEnded, 10_000);
  hold(
    held?.status === 'cancelled' && (held.attempts ?? []).length === 0,
    `a disabled connector's delivery is ${held?.status} (${held?.reason})`,
  );

  const { headers } = await api.call('GET', path);
  same((await api.call('DELETE', path, undefined, { 'if-match': headers.get('etag') ?? '' })).status, 204, 'DELETE');
  const gone = await api.call('GET', path);
  same([gone.status, gone.json['code']], [410, 'connector_deleted'], 'GET of a deleted one');
  const unknown = await api.call('GET', `/v1/connectors/con_${'0'.repeat(26)}`);
  same([unknown.status, unknown.json['code']], [404, 'connector_unknown'], 'GET of an unknown one');
  await desk.send(lane, {});
  const last = (await desk.until(lane.connectorId, 3, isEnded, 10_000)).at(-1);
  hold(
    last?.status === 'cancelled' || last?.status === 'dead-lettered',
    `the delivery to a deleted connector is ${last?.status}`,
  );
  await arrived(desk, name, 1, 'after disabling and deletion');
  const jira = await api.call('POST', '/v1/connectors', { name: 'x', target: 'jira', config: {}, secrets: agent });
  same(
    [jira.status, (jira.json['errors'] as { pointer: string }[])[0]?.pointer],
    [422, '/config/baseUrl'],
    'a connector without its address',
  );
  return `PUT with its query token; disabled: ${held?.status} (${held?.reason}), deleted: ${last?.status} (${last?.reason}), 1 request in all; GET 410, unknown 404; a connector has no type that could change`;
}
