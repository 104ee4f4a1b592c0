import { scopes } from '@waybill/contracts/http/api-keys';
import { routeTable } from '../route-table.js';
import { idOf, type Stage, startStage } from './stage.fixture.js';

/** Every path parameter as something that exists in form. */
const pathOf = (path: string): string =>
  path
    .replace('{log}', 'delivery-0')
    .replace('{type}', 'incident')
    .replace('/targets/{id}', '/targets/slack')
    .replace('/connectors/{id}', `/connectors/${idOf('con', 1)}`)
    .replace('/subscriptions/{id}', `/subscriptions/${idOf('sub', 1)}`)
    .replace('/notifications/{id}', `/notifications/${idOf('ntf', 1)}`)
    .replace('/deliveries/{id}', `/deliveries/${idOf('dlv', 1)}`)
    .replace('/jobs/{id}', `/jobs/${idOf('job', 1)}`)
    .replace('/api-keys/{id}', `/api-keys/${idOf('key', 1)}`)
    .replace('/why/{id}', `/why/${idOf('ntf', 1)}`);

describe('scopes', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  }, 60_000);
  afterAll(() => stage.stop());

  const guarded = routeTable.filter(({ scope }) => scope !== 'public');
  const table = guarded.flatMap((route) =>
    scopes.map((scope) => [route.method, route.path, scope, route.scope] as const),
  );

  it.each(table)('%s %s with a key of scope %s is judged by its scope %s', async (method, path, scope, needed) => {
    const key = stage.keyOf('default', scope);
    // Never a good body: whoever is let in is refused a step later, and nobody is asked to do anything.
    const body = method === 'POST' || method === 'PUT' || method === 'PATCH' ? { text: '[' } : {};
    const reply = await stage.send(method, pathOf(path), { key, ...body, headers: { 'last-event-id': 'none' } });
    const isLetIn = scope === needed || scope === 'admin' || needed === 'any';
    expect(reply.status === 403).toBe(!isLetIn);
    expect(reply.status).not.toBe(401);
    expect(reply.status).not.toBe(405);
  });

  it('lets only administrators of the home tenant hold and release, and every reader know', async () => {
    const held = { held: true, since: '2026-01-15T12:00:00.000Z', holds: [] };
    for (const call of ['hold.get', 'hold.place', 'hold.release']) await stage.answer('delivery', call, () => held);
    const [foreign, own] = [stage.keyOf('acme', 'admin'), stage.keyOf('default', 'admin')];
    for (const path of ['/v1/delivery-hold', '/v1/delivery-hold/release']) {
      expect((await stage.send('POST', path, { key: foreign })).json.code).toBe('forbidden');
      expect((await stage.send('POST', path, { key: own })).json).toEqual(held);
    }
    for (const [tenant, scope, mayRelease] of [
      ['acme', 'read', false],
      ['acme', 'admin', false],
      ['default', 'read', false],
      ['default', 'admin', true],
    ] as const)
      expect((await stage.send('GET', '/v1/delivery-hold', { key: stage.keyOf(tenant, scope) })).json).toEqual({
        ...held,
        mayRelease,
      });
    expect(stage.heard.filter(({ subject }) => subject.endsWith('hold.place')).map(({ text }) => text)).toEqual([
      '{"reason":"operator_asked"}',
    ]);
  });

  it('lets only the home tenant make and see other tenants', async () => {
    const key = stage.keyOf('acme', 'admin');
    const create = await stage.send('POST', '/v1/tenants', { key, body: { id: 'other', name: 'Other' } });
    expect([create.status, create.json.code]).toEqual([403, 'forbidden']);
    await stage.answer('registry', 'tenants.get', ({ text }) => JSON.parse(text) as object);
    expect((await stage.send('GET', '/v1/tenants', { key })).json).toEqual({
      items: [{ id: 'acme' }],
      nextCursor: null,
    });
  });
});
