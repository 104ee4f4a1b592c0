import { receiverConnector } from './receiver-connectors.spec.js';
import { idOf, RunningDelivery } from './running-delivery.spec.js';

describe('answers that come late, say much, or are given twice', () => {
  let delivery: RunningDelivery;
  beforeAll(async () => {
    delivery = await RunningDelivery.start();
    await delivery.serve();
  }, 60_000);
  afterAll(() => delivery?.stop());

  const bodiesAt = async (name: string): Promise<string[]> =>
    (await delivery.received.received({ target: 'webhook', name })).map(({ body }) => body);

  it('a 410 for the URL as it was does not give up the connector with its new one', async () => {
    const moved = await delivery.webhook(1, 'moved-from', { limits: { maxConcurrent: 1 } });
    await delivery.route(1, [moved]);
    await delivery.until(1, 'delivered');
    await delivery.received.script('webhook', 'moved-from', [{ status: 410, delayMs: 1_500, times: 1 }]);
    await delivery.route(2, [moved]);
    await delivery.until(2, 'attempting');
    await delivery.change(moved, { config: { url: `${delivery.receivers.httpUrl}/webhook/moved-to` } });
    expect(await delivery.until(2, 'dead-lettered')).toMatchObject({ reason: 'gone' });
    await delivery.route(3, [moved]);
    await delivery.until(3, 'delivered');
    expect(await bodiesAt('moved-to')).toHaveLength(1);
    expect((await delivery.events()).map(({ type }) => type)).not.toContain('ConnectorGivenUp');
  });

  it('what is too long for the log is recorded with less of it, once, and others go on', async () => {
    const pager = await delivery.connector(2, receiverConnector(delivery, 'pagerduty', 'long'));
    const webhook = await delivery.webhook(3, 'beside');
    // Each quote is two bytes in the payload, four in the body that is kept, and is kept twice: as rendered, and as sent.
    await delivery.route(11, [pager], { payload: { text: '"'.repeat(110_000) } });
    const long = await delivery.until(11, 'delivered');
    expect(long).toMatchObject({ attempts: [{ outcome: 'accepted', number: 1 }] });
    expect(await delivery.received.received({ target: 'pagerduty' })).toHaveLength(1);
    await delivery.route(12, [webhook]);
    await delivery.until(12, 'delivered');
  });

  it('a redelivery that is rendered again is rendered once, and its retries send the same', async () => {
    const connector = await delivery.webhook(4, 'again', { limits: { retryDelaysSeconds: [0, 1] } });
    await delivery.route(21, [connector]);
    const { id } = await delivery.until(21, 'delivered');
    await delivery.change(connector, { templates: { demo: { format: 'json', body: '{"first":{{n}}}' } } });
    await delivery.received.script('webhook', 'again', [{ status: 500, times: 1 }]);
    await delivery.ask('deliveries.redeliver', { id, mode: 'render-again' });
    await delivery.until(21, 'retrying');
    await delivery.change(connector, { templates: { demo: { format: 'json', body: '{"second":{{n}}}' } } });
    await delivery.until(21, 'delivered');
    expect((await bodiesAt('again')).slice(1)).toEqual(['{"first":21}', '{"first":21}']);
  });

  it('a tenant that refuses to be told does not keep the others from being disabled', async () => {
    delivery.refusesPublish = (body) => JSON.stringify(body).includes(idOf('con', 5));
    const connectors = await Promise.all([5, 6].map((number) => delivery.webhook(number, `gone-${number}`)));
    for (const number of [5, 6])
      await delivery.received.script('webhook', `gone-${number}`, [{ status: 410, times: 1 }]);
    await delivery.route(31, [connectors[0] ?? '']);
    await delivery.until(31, 'dead-lettered');
    await delivery.route(32, [connectors[1] ?? '']);
    await delivery.until(32, 'dead-lettered');
    const asked = (): (string | undefined)[] =>
      delivery.asked.filter(({ call }) => call === 'connectors.disable').map(({ body }) => body['id'] as string);
    await delivery.eventually(
      async () => (await delivery.events()).filter(({ type }) => type === 'ConnectorDisableAsked'),
      (told) => told.length === 2,
    );
    expect(asked()).toEqual(expect.arrayContaining(connectors));
  });

  it('many slow requests to a host hold up no other connector to the same host', async () => {
    const slow = await delivery.webhook(7, 'slow', { limits: { maxConcurrent: 100 } });
    const quick = await delivery.webhook(8, 'quick');
    for (const [number, connector] of [
      [41, slow],
      [42, quick],
    ] as const) {
      await delivery.route(number, [connector]);
      await delivery.until(number, 'delivered');
    }
    await delivery.received.script('webhook', 'slow', [{ delayMs: 4_000, times: 100 }]);
    for (let number = 100; number < 200; number += 1) await delivery.route(number, [slow]);
    await delivery.eventually(
      () => delivery.sql<{ count: string }>(`select count(*) from rm_deliveries.delivery where status = 'attempting'`),
      ([row]) => Number(row?.count) >= 80,
    );
    const begun = Date.now();
    await delivery.route(43, [quick]);
    await delivery.eventually(
      () => bodiesAt('quick'),
      (bodies) => bodies.length === 2,
    );
    expect(Date.now() - begun).toBeLessThan(2_000);
  });
});
