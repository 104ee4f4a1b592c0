import { idOf, RunningDelivery } from './running-delivery.spec.js';

describe('ends', () => {
  let delivery: RunningDelivery;

  beforeAll(async () => {
    delivery = await RunningDelivery.start();
    await delivery.serve();
  }, 60_000);
  afterAll(() => delivery?.stop());

  it('has a connector disabled whose target is gone, tells the tenant, and ends what waits as dead letters', async () => {
    const gone = await delivery.webhook(1, 'gone', { limits: { retryDelaysSeconds: [0, 3_600] } });
    await delivery.received.script('webhook', 'gone', [
      { status: 500, times: 1 },
      { status: 410, times: 1 },
    ]);
    await delivery.route(1, [gone]);
    await delivery.until(1, 'retrying');
    await delivery.route(2, [gone]);
    expect(await delivery.until(2, 'dead-lettered')).toMatchObject({ reason: 'gone' });
    await delivery.eventually(
      async () => delivery.asked.map(({ call }) => call),
      (calls) => calls.includes('publish'),
    );
    const givenUp = (await delivery.events()).find(({ type }) => type === 'ConnectorGivenUp');
    expect(delivery.asked.filter(({ call }) => call === 'connectors.disable')).toMatchObject([
      { body: { id: gone, reason: 'target_gone', givenUpPosition: givenUp?.position }, actor: 'service:delivery' },
    ]);
    expect(delivery.asked.filter(({ call }) => call === 'publish')).toMatchObject([
      {
        body: {
          type: 'waybill.connector.disabled',
          payload: { connectorId: gone, reason: 'target_gone', because: 'gone' },
        },
      },
    ]);
    const told = (await delivery.events()).filter(({ stream }) => stream === `connectorhealth-${gone}`);
    expect(told.map(({ type }) => type)).toEqual(expect.arrayContaining(['ConnectorGivenUp']));
    await delivery.eventually(
      async () => (await delivery.events()).map(({ type }) => type),
      (types) => types.includes('ConnectorDisableAsked'),
    );
    await delivery.registryEvent(gone, 'ConnectorDisabled', { reason: 'target_gone' });
    expect(await delivery.until(1, 'dead-lettered')).toMatchObject({ reason: 'target_gone' });
  });

  it('says that a connector is failing as soon as its third failure is shown with the delivery', async () => {
    const failing = await delivery.webhook(5, 'failing', { limits: { retryDelaysSeconds: [0, 3_600] } });
    await delivery.received.script('webhook', 'failing', [{ status: 502, times: 3 }]);
    for (const number of [51, 52]) {
      await delivery.route(number, [failing]);
      await delivery.until(number, 'retrying');
    }
    await delivery.route(53, [failing]);
    const [last] = await delivery.eventually(
      () => delivery.deliveriesOf(53),
      (rows) => rows.length > 0,
    );
    // By id a delivery is read from the log itself, which the lists follow a moment later.
    await delivery.eventually(
      () => delivery.ask<{ status: string }>('deliveries.get', { id: last?.id }),
      ({ status }) => status === 'retrying',
    );
    expect(await delivery.ask('connectors.health')).toMatchObject({
      items: [{ connectorId: failing, because: 'server_error', failingSince: expect.any(String) }],
    });
  });

  it('cancels what waits for a connector that somebody deletes', async () => {
    const deleted = await delivery.webhook(2, 'deleted', { limits: { retryDelaysSeconds: [0, 3_600] } });
    await delivery.received.script('webhook', 'deleted', [{ status: 500, times: 1 }]);
    await delivery.route(11, [deleted]);
    await delivery.until(11, 'retrying');
    await delivery.registryEvent(deleted, 'ConnectorDeleted');
    expect(await delivery.until(11, 'cancelled')).toMatchObject({ reason: 'connector_deleted' });
    await delivery.route(12, [deleted]);
    expect(await delivery.until(12, 'cancelled')).toMatchObject({ reason: 'connector_deleted' });
  });

  it.each([
    ['deleted', 'SubscriptionDeleted', 3],
    ['disabled', 'SubscriptionDisabled', 4],
  ])('cancels what waits for a subscription that is %s, and nothing of another one', async (state, event, number) => {
    const failing = await delivery.webhook(number, `sub-${state}`, { limits: { retryDelaysSeconds: [0, 3_600] } });
    await delivery.received.script('webhook', `sub-${state}`, [{ status: 500, times: 2 }]);
    const [closed, other] = [idOf('sub', number * 10), idOf('sub', number * 10 + 1)];
    await delivery.route(number * 10, [failing], { subscriptionId: closed });
    await delivery.route(number * 10 + 1, [failing], { subscriptionId: other });
    await delivery.until(number * 10, 'retrying');
    await delivery.until(number * 10 + 1, 'retrying');
    await delivery.subscriptionEvent(closed, event);
    expect(await delivery.until(number * 10, 'cancelled')).toMatchObject({ reason: `subscription_${state}` });
    expect(await delivery.deliveriesOf(number * 10 + 1)).toMatchObject([{ status: 'retrying' }]);
  });
});
