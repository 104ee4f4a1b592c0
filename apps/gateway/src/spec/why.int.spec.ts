import { idOf, Says, type Stage, startStage } from './stage.fixture.js';

const at = '2026-01-15T12:00:00.000Z';

const row = {
  id: idOf('dlv', 1),
  connectorId: idOf('con', 1),
  subscriptionId: idOf('sub', 1),
  status: 'delivered',
  reason: null,
  receipt: null,
};

describe('why', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
    await stage.answer('registry', 'connectors.get', ({ text }) => ({
      ...(JSON.parse(text) as object),
      name: 'SOC',
      target: 'slack',
      status: 'disabled',
      enabled: false,
      disabledReason: 'target_gone',
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
    await answerHistories(stage);
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
    expect(json.data.subscriptions.asOf).toEqual({ log: 'subscriptions-0', position: 29 });
  });

  it('says of what waits what its connector waits for, and nothing where delivery cannot tell', async () => {
    const paused = { until: at, reason: 'rate_limited', deliveryId: idOf('dlv', 2), since: at };
    await stage.answer('delivery', 'connectors.banner', () => ({ banner: { paused, failing: null, givenUp: null } }));
    await stage.answer('delivery', 'deliveries.get', () => ({ ...row, status: 'pending', attempts: [], log: [] }));
    for (const id of [idOf('ntf', 1), idOf('dlv', 1)]) {
      const { json } = await stage.send('GET', `/v1/why/${id}`);
      expect(json.words).toContain(
        `It waits for its first attempt to “SOC” (${idOf('con', 1)}). Connector “SOC” (${idOf('con', 1)}): Nothing is sent before ${at}, because of rate_limited`,
      );
    }
    await stage.answer('delivery', 'connectors.banner', () => {
      throw new Says('service_unavailable');
    });
    const { json } = await stage.send('GET', `/v1/why/${idOf('dlv', 1)}`);
    expect(json.words).toBe(`It waits for its first attempt to “SOC” (${idOf('con', 1)}).`);
  });

  it('says of what waits that delivery is held, and of what was attempted after a restore that it may be a duplicate', async () => {
    const hold = {
      reason: 'database_changed',
      at,
      position: 50,
      releasedAt: null,
      releasedBy: null,
      releasedPosition: null,
    };
    const log = (position: number, type: string) => ({ position, type, at });
    const accepted = log(40, 'DeliveryAccepted');
    const waiting = { ...row, status: 'pending', attempts: [], log: [accepted], held: [hold] };
    await stage.answer('delivery', 'deliveries.get', () => waiting);
    const held = await stage.send('GET', `/v1/why/${idOf('dlv', 1)}`);
    expect(held.json.words).toContain(
      `Delivery is held since ${at} (database_changed: Delivery found another database`,
    );

    const released = { ...hold, releasedAt: at, releasedBy: 'operator:eve', releasedPosition: 60 };
    const begun = log(61, 'AttemptStarted');
    await stage.answer('delivery', 'deliveries.get', () => ({
      ...row, attempts: [{ number: 1 }], log: [accepted, begun], held: [released],
    })); // prettier-ignore
    for (const id of [idOf('ntf', 1), idOf('dlv', 1)]) {
      const { json } = await stage.send('GET', `/v1/why/${id}`);
      expect(json.words).toContain('this may be a duplicate');
    }
    const { json } = await stage.send('GET', `/v1/why/${idOf('dlv', 1)}`);
    expect(
      (json.steps as { position: number; words: string }[]).map(({ position, words }) => [position, words]),
    ).toEqual([
      [40, expect.stringContaining('chose connector')],
      [50, expect.stringContaining('Delivery was held (database_changed: ')],
      [60, 'operator:eve released delivery.'],
      [61, 'An attempt began.'],
    ]);

    await stage.answer('delivery', 'deliveries.get', () => ({
      ...row, attempts: [{ number: 1 }], log: [accepted, begun], held: [{ ...released, reason: 'operator_asked' }],
    })); // prettier-ignore
    expect((await stage.send('GET', `/v1/why/${idOf('dlv', 1)}`)).json.words).not.toContain('duplicate');
  });

  it('explains a connector with the reason that it is disabled', async () => {
    const { json } = await stage.send('GET', `/v1/why/${idOf('con', 1)}`);
    expect(json.words).toMatch(/^Connector “SOC” sends to slack\. It is disabled because of target_gone \(.*\)\./);
    expect(
      (json.steps as { position: number; words: string }[]).map(({ position, words }) => [
        position,
        words.split(',')[0],
      ]),
    ).toEqual([
      [8, 'A connector was made'],
      [9, 'A connector was turned off'],
    ]);
  });

  it('explains what was deleted by its history', async () => {
    const { status, json } = await stage.send('GET', `/v1/why/${idOf('sub', 1)}`);
    expect([status, json.words]).toEqual([200, 'The subscription was deleted; it chooses nothing.']);
    expect(json.steps).toMatchObject([{ position: 12, words: expect.stringContaining('by key:a') }]);
  });

  it('explains a refused notification by the id that its refusal was told with', async () => {
    const { json } = await stage.send('GET', `/v1/why/${idOf('ref', 1)}`);
    expect(json).toMatchObject({ kind: 'refusal', steps: [{ log: 'subscriptions-0', position: 13 }] });
    expect(json.words).toContain('The notification 7 of ci of type incident was refused with payload_too_large');
  });

  it('shows the payload of a notification as it was spelled', async () => {
    const { text } = await stage.send('GET', `/v1/notifications/${idOf('ntf', 1)}`);
    expect(text).toMatch(/"payload":\{"n":1\.50\}\}$/);
    expect(text).not.toContain('payloadText');
  });

  it.each([['what is no id is not found', 'xyz_1', 404]])('%s', async (_, id, status) => {
    expect((await stage.send('GET', `/v1/why/${id}`)).status).toBe(status);
  });
});

/** What the log says of each, and of a refused notification. */
async function answerHistories(stage: Stage): Promise<void> {
  await stage.answer('subscriptions', 'notifications.explain', () => ({
    asOf: { log: 'subscriptions-0', position: 29 },
    items: [],
    madeLater: 0,
    deletedBefore: 0,
    agrees: true,
    nextCursor: null,
  }));
  const event = (position: number, type: string, data: object) => ({
    log: 'registry-0',
    position,
    type,
    at,
    actor: 'key:a',
    data,
  });
  await stage.answer('registry', 'connectors.history', () => ({
    items: [event(9, 'ConnectorDisabled', { reason: 'target_gone' }), event(8, 'ConnectorCreated', {})],
    nextCursor: null,
  }));
  await stage.answer('subscriptions', 'subscriptions.history', () => ({
    items: [{ ...event(12, 'SubscriptionDeleted', {}), log: 'subscriptions-0' }],
    nextCursor: null,
  }));
  await stage.answer('subscriptions', 'refusals.get', ({ text }) => ({
    ...(JSON.parse(text) as object),
    code: 'payload_too_large',
    detail: 'A payload has at most 262144 bytes.',
    pointer: null,
    subject: null,
    type: 'incident',
    source: 'ci',
    sourceId: '7',
    via: 'request',
    bytes: 300_000,
    refusedAt: at,
    refusedBy: 'key:a',
    log: 'subscriptions-0',
    position: 13,
  }));
}
