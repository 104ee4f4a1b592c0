import { idOf, Says, type Stage, startStage } from './stage.fixture.js';

const at = '2026-01-15T12:00:00.000Z';

describe('why', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
    await stage.answer('registry', 'connectors.get', ({ text }) => ({
      ...(JSON.parse(text) as object),
      name: 'SOC',
      target: 'slack',
      status: 'disabled',
      disabledReason: 'gone',
      version: 2,
      createdAt: at,
      createdBy: 'key:a',
      updatedAt: at,
      updatedBy: 'key:b',
    }));
    await stage.answer('subscriptions', 'subscriptions.get', () => {
      throw new Says('subscription_deleted');
    });
    await stage.answer('subscriptions', 'notifications.get', () => ({
      id: idOf('ntf', 1),
      type: 'incident',
      source: 'ci',
      sourceId: '7',
      time: null,
      recordedAt: at,
      position: 30,
      payload: { n: 1.5 },
      payloadText: '{"n":1.50}',
      routing: { routes: [{ subscriptionId: idOf('sub', 1), connectorId: idOf('con', 1), suppressed: false }] },
    }));
    await stage.answer('subscriptions', 'explain', () => ({ items: [] }));
    const row = {
      id: idOf('dlv', 1),
      connectorId: idOf('con', 1),
      subscriptionId: idOf('sub', 1),
      status: 'delivered',
      reason: null,
      receipt: null,
    };
    await stage.answer('delivery', 'deliveries.list', () => ({
      items: [{ ...row, attemptCount: 1 }],
      nextCursor: null,
    }));
    await stage.answer('delivery', 'deliveries.get', () => ({ ...row, attempts: [{ number: 1 }], log: [] }));
  }, 60_000);
  afterAll(() => stage.stop());

  it('explains a notification out of what three services know, and does without names it cannot get', async () => {
    const { status, json } = await stage.send('GET', `/v1/why/${idOf('ntf', 1)}`);
    expect([status, json.kind, json.data.deliveriesComplete]).toEqual([200, 'notification', true]);
    expect(json.words).toContain('It was delivered to “SOC”');
    expect(json.steps[1].words).toContain(`Subscription ${idOf('sub', 1)} chose`);
    const asked = stage.heard.find(({ subject }) => subject.endsWith('.explain'));
    expect(asked?.text).toBe('{"type":"incident","source":"ci","id":"7","payload":{"n":1.50}}');
  });

  it('explains a connector with the reason that it is disabled', async () => {
    const { json } = await stage.send('GET', `/v1/why/${idOf('con', 1)}`);
    expect(json.words).toBe('Connector “SOC” sends to slack. It is disabled because of gone.');
  });

  it('shows the payload of a notification as it was spelled', async () => {
    const { text } = await stage.send('GET', `/v1/notifications/${idOf('ntf', 1)}`);
    expect(text).toMatch(/"payload":\{"n":1\.50\}\}$/);
    expect(text).not.toContain('payloadText');
  });

  it.each([
    ['what was deleted is gone', idOf('sub', 1), 410],
    ['what is no id is not found', 'xyz_1', 404],
  ])('%s', async (_, id, status) => {
    expect((await stage.send('GET', `/v1/why/${id}`)).status).toBe(status);
  });
});
