import { deliveryFacetsSchema, type Delivery, type DeliveryFacets } from '@waybill/contracts/http/deliveries';
import { connectorStatsListSchema, type ConnectorStats } from '@waybill/contracts/http/stats';
import { idOf, RunningDelivery } from './running-delivery.spec.js';

describe('the explorer of deliveries', () => {
  let delivery: RunningDelivery;
  let good: string;
  let bad: string;
  let slow: string;
  let began: string;
  const subscriptionId = idOf('sub', 2);

  // Number 1 and 2 arrive, 3 and 4 are refused for good, 5 waits for its retry; 2 is of another type, 4 of another subscription.
  beforeAll(async () => {
    delivery = await RunningDelivery.start();
    await delivery.serve();
    good = await delivery.webhook(1, 'good');
    bad = await delivery.webhook(2, 'bad');
    slow = await delivery.webhook(3, 'slow', { limits: { retryDelaysSeconds: [0, 3_600] } });
    await delivery.received.script('webhook', 'bad', [{ status: 400, times: 2 }]);
    await delivery.received.script('webhook', 'slow', [{ status: 503, times: 1 }]);
    began = new Date().toISOString();
    await delivery.route(1, [good]);
    await delivery.until(1, 'delivered');
    await delivery.route(2, [good], { type: 'health' });
    await delivery.until(2, 'delivered');
    await delivery.route(3, [bad]);
    await delivery.until(3, 'dead-lettered');
    await delivery.route(4, [bad], { subscriptionId });
    await delivery.until(4, 'dead-lettered');
    await delivery.route(5, [slow]);
    await delivery.until(5, 'retrying');
  }, 60_000);
  afterAll(() => delivery?.stop());

  const found = async (filter: object): Promise<number[]> => {
    const { items } = await delivery.ask<{ items: Delivery[] }>('deliveries.list', filter);
    return items.map(
      ({ notificationId }) => [1, 2, 3, 4, 5].find((number) => idOf('ntf', number) === notificationId) ?? 0,
    );
  };
  const idOfDelivery = async (number: number): Promise<string> => (await delivery.deliveriesOf(number))[0]?.id ?? '';
  const facetsOf = async (filter: object): Promise<DeliveryFacets> =>
    deliveryFacetsSchema.parse(await delivery.ask('deliveries.facets', filter));

  it.each<[string, () => object | Promise<object>, number[]]>([
    ['everything, newest first', () => ({}), [5, 4, 3, 2, 1]],
    ['what arrived', () => ({ status: 'delivered' }), [2, 1]],
    ['what waits for a retry', () => ({ status: 'retrying' }), [5]],
    ['nothing under a status that no delivery has', () => ({ status: 'suppressed' }), []],
    ['dead letters', () => ({ status: 'dead-lettered' }), [4, 3]],
    ['dead letters of one subscription', () => ({ status: 'dead-lettered', subscriptionId }), [4]],
    ['dead letters of one notification', () => ({ status: 'dead-lettered', notificationId: idOf('ntf', 3) }), [3]],
    ['a connector and a type', () => ({ connectorId: good, type: 'health' }), [2]],
    ['nothing where connector and subscription never met', () => ({ connectorId: good, subscriptionId }), []],
    ['what was routed since', () => ({ since: began }), [5, 4, 3, 2, 1]],
    ['nothing of what was routed before', () => ({ until: began }), []],
    ['what a connector delivered', () => ({ status: 'delivered', connectorId: good }), [2, 1]],
    ['what a connector delivered of a type', () => ({ status: 'delivered', connectorId: good, type: 'health' }), [2]],
    [
      'nothing delivered by a connector that everything was refused by',
      () => ({ status: 'delivered', connectorId: bad }),
      [],
    ],
    ['nothing since a time to come', () => ({ since: '2100-01-01T00:00:00Z' }), []],
    ['what ended or waits for a reason', () => ({ q: 'server_error' }), [5]],
    ['a reason with a status', () => ({ q: ' bad_request ', status: 'dead-lettered' }), [4, 3]],
    ['nothing for a reason under another status', () => ({ q: 'server_error', status: 'delivered' }), []],
    ['a delivery by its id', async () => ({ q: await idOfDelivery(3) }), [3]],
    ['a delivery by the id of its notification', () => ({ q: idOf('ntf', 2) }), [2]],
    ['nothing for a word that nobody said', () => ({ q: 'Robert"; drop table' }), []],
  ])('finds %s', async (_, filter, numbers) => {
    expect(await found(await filter())).toEqual(numbers);
  });

  it('turns pages without losing or repeating one, whatever the filter reads', async () => {
    for (const filter of [{}, { status: 'dead-lettered' }, { q: 'bad_request' }]) {
      const all = await found(filter);
      const seen: number[] = [];
      let cursor: string | null = null;
      do {
        const page: { items: Delivery[]; nextCursor: string | null } = await delivery.ask('deliveries.list', {
          ...filter, limit: 1, cursor,
        }); // prettier-ignore
        seen.push(
          ...page.items.map(({ notificationId }) => all.find((number) => idOf('ntf', number) === notificationId) ?? 0),
        );
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(seen).toEqual(all);
    }
  });

  it('counts what each choice would show, with the other filters as they are', async () => {
    const all = await facetsOf({});
    expect(all).toMatchObject({ counted: 5, complete: true });
    expect(all.facets.status).toEqual(
      expect.arrayContaining([
        { value: 'delivered', count: 2 },
        { value: 'dead-lettered', count: 2 },
        { value: 'retrying', count: 1 },
      ]),
    );
    const chosen = await facetsOf({ status: 'dead-lettered' });
    expect(chosen.facets.status).toEqual(all.facets.status);
    expect(chosen.facets.connectorId).toEqual([{ value: bad, count: 2 }]);
    expect((await facetsOf({ q: 'no such thing' })).counted).toBe(0);
    expect((await facetsOf({ since: began })).facets).toEqual(all.facets);
    expect((await facetsOf({ until: began })).counted).toBe(0);
    expect(await facetsOf({ status: 'delivered', connectorId: bad, since: began })).toMatchObject({
      counted: 0,
      facets: { status: [{ value: 'dead-lettered', count: 2 }], connectorId: [{ value: good, count: 2 }] },
    });
  });

  it('says how every connector does in one answer', async () => {
    const { items } = connectorStatsListSchema.parse(await delivery.ask('stats.connectors'));
    const of = (id: string): ConnectorStats | undefined => items.find(({ connectorId }) => connectorId === id);
    expect(of(good)).toMatchObject({ delivered: 2, deadLettered: 0, underWay: 0, lastError: null });
    expect(of(good)?.lastDeliveredAt).toMatch(/^20/);
    expect(of(bad)).toMatchObject({ delivered: 0, deadLettered: 2, lastError: { reason: 'bad_request' } });
    expect(of(slow)).toMatchObject({
      underWay: 1,
      lastError: { reason: 'server_error', deliveryId: await idOfDelivery(5) },
    });
    expect(of(good)?.points.reduce((sum, point) => sum + point.delivered, 0)).toBe(2);
  });

  it('no longer lists as a dead letter what was sent again', async () => {
    await delivery.ask('deliveries.redeliver', { id: await idOfDelivery(3), mode: 'same-bytes' });
    await delivery.until(3, 'delivered');
    expect(await found({ status: 'dead-lettered' })).toEqual([4]);
    expect(await found({ q: 'bad_request' })).toEqual([4]);
    expect(await found({ status: 'delivered' })).toEqual([3, 2, 1]);
  });
});
