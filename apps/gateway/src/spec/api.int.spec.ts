import { idOf, Says, type Stage, startStage } from './stage.fixture.js';

const connector = {
  id: idOf('con', 1),
  version: 3,
  name: 'SOC',
  position: 41,
};

describe('the HTTP API', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  }, 60_000);
  afterAll(() => stage.stop());
  beforeEach(() => {
    stage.heard.length = 0;
  });

  it('asks the service of the tenant of the key, says who asks, and answers what it says', async () => {
    await stage.answer('registry', 'connectors.list', () => ({ items: [connector], nextCursor: null }));
    const key = stage.keyOf('acme', 'read');
    const reply = await stage.send('GET', '/v1/connectors?limit=5&target=slack', {
      key,
      headers: { 'x-request-id': 'my-request-1' },
    });
    expect([reply.status, reply.json]).toEqual([200, { items: [connector], nextCursor: null }]);
    const asked = stage.heard.at(-1);
    expect(asked?.subject).toBe('waybill.v1.rpc.registry.acme.connectors.list');
    expect(JSON.parse(asked?.text ?? '')).toEqual({ limit: 5, target: 'slack' });
    expect(asked?.headers['Waybill-Actor']).toMatch(/^key:key_/);
    expect(asked?.headers['Waybill-Request-Id']).toBe('my-request-1');
    expect(reply.headers.get('x-request-id')).toBe('my-request-1');
  });

  it('answers a created connector with Location, ETag and whether delivery has it', async () => {
    await stage.answer('registry', 'connectors.create', () => connector);
    await stage.answer('delivery', 'caught-up', () => ({ reached: true }));
    const body = { name: 'SOC', target: 'slack', secrets: { url: 'https://hooks.slack.com/services/x' } };
    const reply = await stage.send('POST', '/v1/connectors', { body });
    expect([reply.status, reply.json]).toEqual([201, connector]);
    expect(reply.headers.get('location')).toBe(`/v1/connectors/${connector.id}`);
    expect(reply.headers.get('etag')).toBe('"3"');
    const asked = stage.heard.find(({ subject }) => subject.endsWith('caught-up'));
    expect(JSON.parse(asked?.text ?? '')).toEqual({ log: 'registry-0', position: 41, timeoutMs: 2000 });
  });

  it.each([
    ['delivery has not read it in time', () => ({ reached: false })],
    ['delivery is away', null],
  ])('says propagated false when %s', async (_, answer) => {
    await stage.answer('registry', 'connectors.create', () => connector);
    await stage.answer('delivery', 'caught-up', answer);
    const reply = await stage.send('POST', '/v1/connectors', { body: { name: 'SOC', target: 'slack' } });
    expect([reply.status, reply.json]).toEqual([201, { ...connector, propagated: false }]);
  });

  it('passes a merge patch on with the version of If-Match', async () => {
    await stage.answer('registry', 'connectors.update', () => ({ ...connector, version: 4 }));
    await stage.answer('delivery', 'caught-up', () => ({ reached: true }));
    const text = '{"name":"new","config":{"n":1.50}}';
    const reply = await stage.send('PATCH', `/v1/connectors/${connector.id}`, { text, headers: { 'if-match': '"3"' } });
    expect([reply.status, reply.headers.get('etag')]).toEqual([200, '"4"']);
    const asked = stage.heard.find(({ subject }) => subject.endsWith('connectors.update'));
    expect(asked?.text).toBe(`{"id":"${connector.id}","ifVersion":3,"patch":${text}}`);
  });

  it.each([
    ['PATCH without If-Match needs a precondition', 'PATCH', {}, 428, 'precondition_required'],
    ['PATCH with a foreign ETag matches nothing', 'PATCH', { 'if-match': '"abc"' }, 412, 'version_mismatch'],
    ['DELETE without If-Match needs a precondition', 'DELETE', {}, 428, 'precondition_required'],
  ])('%s', async (_, method, headers, status, code) => {
    const body = method === 'PATCH' ? { body: { name: 'x' } } : {};
    const reply = await stage.send(method, `/v1/connectors/${connector.id}`, { ...body, headers });
    expect([reply.status, reply.json.code]).toEqual([status, code]);
    expect(stage.heard.filter(({ subject }) => subject.includes('connectors'))).toEqual([]);
  });

  it('answers 204 without a body to a delete', async () => {
    await stage.answer('registry', 'connectors.delete', () => ({ position: 50 }));
    const reply = await stage.send('DELETE', `/v1/connectors/${connector.id}`, { headers: { 'if-match': '"3"' } });
    expect([reply.status, reply.text]).toEqual([204, '']);
  });

  it('passes the problem of a service on, with the request id', async () => {
    await stage.answer('registry', 'connectors.get', () => {
      throw new Says('connector_deleted');
    });
    const reply = await stage.send('GET', `/v1/connectors/${connector.id}`);
    expect([reply.status, reply.json.code]).toEqual([410, 'connector_deleted']);
    expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(reply.json.requestId).toBe(reply.headers.get('x-request-id'));
  });

  it('answers 503 with Retry-After while a service is away', async () => {
    await stage.answer('subscriptions', 'subscriptions.list', null);
    const reply = await stage.send('GET', '/v1/subscriptions');
    expect([reply.status, reply.json.code]).toEqual([503, 'service_unavailable']);
    expect(reply.headers.get('retry-after')).toBe('1');
  });

  it('answers 504 with Retry-After while a service waits for its database', async () => {
    await stage.answer('subscriptions', 'subscriptions.list', () => {
      throw new Says('service_timeout');
    });
    const reply = await stage.send('GET', '/v1/subscriptions');
    expect([reply.status, reply.json.code, reply.headers.get('retry-after')]).toEqual([504, 'service_timeout', '1']);
  });

  it('keeps the spelling of a payload from the body to the router', async () => {
    await stage.answer('publish', 'publish', () => ({
      notificationId: idOf('ntf', 1),
      log: 'subscriptions-0',
      position: 7,
      duplicate: false,
    }));
    const payload = '{"b":1.50,"a":12345678901234567890, "10":"\\u00e9","2":[ 1e2 ]}';
    const reply = await stage.send('POST', '/v1/notifications', {
      text: ` {"payload" : ${payload} , "type":"incident"}`,
    });
    expect([reply.status, reply.json]).toEqual([
      202,
      { notificationId: idOf('ntf', 1), position: 7, duplicate: false },
    ]);
    const asked = stage.heard.at(-1);
    expect(asked?.subject).toBe('waybill.v1.rpc.notifications.default.publish');
    expect(asked?.text).toBe(`{"type":"incident","payload":${payload}}`);
  });

  it('shows the routing decision of a notification while delivery is away', async () => {
    const id = idOf('ntf', 2);
    await stage.answer('subscriptions', 'notifications.get', () => ({ id, type: 'incident', routing: { routes: [] } }));
    await stage.answer('delivery', 'deliveries.list', null);
    const away = await stage.send('GET', `/v1/notifications/${id}`);
    expect(away.json).toMatchObject({ id, deliveries: [], deliveriesComplete: false });
    await stage.answer('delivery', 'deliveries.list', () => ({ items: [{ id: idOf('dlv', 1) }], nextCursor: null }));
    const there = await stage.send('GET', `/v1/notifications/${id}`);
    expect(there.json).toMatchObject({ deliveries: [{ id: idOf('dlv', 1) }], deliveriesComplete: true });
    expect(JSON.parse(stage.heard.at(-1)?.text ?? '')).toMatchObject({ notificationId: id });
  });

  it('reads the events of its own tenant, and what befell all, out of a log that holds all', async () => {
    const event = (position: number, tenant: string, type = 'DeliveryAccepted') =>
      `{"log":"delivery-0","epoch":1,"position":${position},"stream":"delivery-x","type":"${type}","tenant":"${tenant}","data":{"n":1.50}}`;
    const all = [
      event(1, 'default'),
      event(2, 'acme'),
      event(3, 'default'),
      event(4, '_', 'DeliveryHeld'),
      event(5, '_', 'CheckpointWitnessed'),
    ];
    await stage.answer('delivery', 'log.read', ({ text }) => {
      const { after } = JSON.parse(text) as { after: number };
      return { events: all.slice(after).map((line) => ({ text: line, sealedAt: null })), head: 5 };
    });
    const whole = await stage.send('GET', '/v1/log/delivery-0/events');
    expect(whole.text).toBe(`{"items":[${all[0]},${all[2]},${all[3]}],"nextAfter":null,"head":5}`);
    const first = await stage.send('GET', '/v1/log/delivery-0/events?limit=1');
    expect(first.json).toMatchObject({ nextAfter: 1, head: 5 });
  });
});
