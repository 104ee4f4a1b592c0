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
    ['nothing under a status that no delivery has', () => ({ status: 'attempting' }), []],
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

  describe('of what a subscription suppressed', () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const rows = async (filter: object): Promise<Delivery[]> =>
      (await delivery.ask<{ items: Delivery[] }>('deliveries.list', filter)).items;
    const connectors = async (filter: object): Promise<string[]> =>
      (await rows(filter)).map(({ connectorId }) => connectorId).toSorted();
    const subscriptionOfIts = idOf('sub', 3);

    beforeAll(async () => {
      await delivery.route(6, [good, bad], { until, subscriptionId: subscriptionOfIts });
      await delivery.eventually(
        () => delivery.deliveriesOf(6),
        (found) => found.length === 2,
      );
    });

    it.each<[string, () => object, () => string[]]>([
      ['each connector of it', () => ({ status: 'suppressed' }), () => [good, bad]],
      ['one connector of it', () => ({ status: 'suppressed', connectorId: bad }), () => [bad]],
      [
        'it by its subscription',
        () => ({ status: 'suppressed', subscriptionId: subscriptionOfIts }),
        () => [good, bad],
      ],
      ['it by its type', () => ({ status: 'suppressed', type: 'demo' }), () => [good, bad]],
      ['it by its notification', () => ({ status: 'suppressed', notificationId: idOf('ntf', 6) }), () => [good, bad]],
      ['it by its reason', () => ({ q: 'suppression_window' }), () => [good, bad]],
      ['it by its reason and status', () => ({ q: 'suppression_window', status: 'suppressed' }), () => [good, bad]],
      ['it since it was routed', () => ({ status: 'suppressed', since: began }), () => [good, bad]],
      ['nothing of it before', () => ({ status: 'suppressed', until: began }), () => []],
      ['nothing of a connector that it did not name', () => ({ status: 'suppressed', connectorId: slow }), () => []],
      ['nothing of a subscription that suppressed nothing', () => ({ status: 'suppressed', subscriptionId }), () => []],
      [
        'nothing where connector and subscription met, and nothing was suppressed',
        () => ({ status: 'suppressed', connectorId: bad, subscriptionId }),
        () => [],
      ],
      ['nothing of it under another status', () => ({ q: 'suppression_window', status: 'cancelled' }), () => []],
    ])('finds %s', async (_, filter, expected) => {
      expect(await connectors(filter())).toEqual(expected().toSorted());
    });

    it('says why, until when, and that nothing was tried', async () => {
      const [row] = await rows({ status: 'suppressed', connectorId: good });
      expect(row).toMatchObject({
        notificationId: idOf('ntf', 6), subscriptionId: subscriptionOfIts, reason: 'suppression_window',
        attemptCount: 0, connectorVersion: null, nextAttemptAt: null, receipt: null,
      }); // prettier-ignore
      expect(await delivery.ask('deliveries.get', { id: row?.id })).toMatchObject({
        status: 'suppressed', reason: 'suppression_window', suppressedUntil: until, attempts: [], log: [{ type: 'DeliverySuppressed' }],
      }); // prettier-ignore
      expect(await delivery.refusal('deliveries.cancel', { id: row?.id })).toMatchObject({ code: 'not_cancellable' });
    });

    it('counts it under its own status, in every facet and in the figures', async () => {
      for (const filter of [{}, { since: began }]) {
        const { counted, complete, facets } = await facetsOf(filter);
        expect([counted, complete]).toEqual([7, true]);
        expect(facets.status).toEqual(
          expect.arrayContaining([
            { value: 'suppressed', count: 2 },
            { value: 'delivered', count: 2 },
          ]),
        );
      }
      const { counted, facets } = await facetsOf({ status: 'suppressed' });
      expect(counted).toBe(2);
      expect(facets.subscriptionId).toEqual([{ value: subscriptionOfIts, count: 2 }]);
      expect(await delivery.ask('stats')).toMatchObject({ counts: { suppressed: 2, delivered: 2, deadLettered: 2 } });
      expect(await delivery.ask('stats', { connectorId: bad })).toMatchObject({ counts: { suppressed: 1 } });
    });

    it('is not among what a job sends again unless it is asked for', async () => {
      const preview = (filter: object) =>
        delivery.ask<{ total: number }>('redeliveries.create', { filter, mode: 'render-again', dryRun: true });
      expect(await preview({ since: began })).toMatchObject({ total: 4 });
      expect(await preview({ since: began, status: 'suppressed' })).toMatchObject({ total: 2, duplicateRisk: 0 });
    });

    it('is sent after all when somebody asks for it, and is counted as suppressed no longer', async () => {
      const [row] = await rows({ status: 'suppressed', connectorId: good });
      await delivery.ask('deliveries.redeliver', { id: row?.id, mode: 'same-bytes' });
      await delivery.eventually(
        () => rows({ status: 'delivered', notificationId: idOf('ntf', 6) }),
        (found) => found.length === 1,
      );
      expect(await connectors({ status: 'suppressed' })).toEqual([bad]);
      expect((await facetsOf({})).facets.status).toEqual(
        expect.arrayContaining([
          { value: 'suppressed', count: 1 },
          { value: 'delivered', count: 3 },
        ]),
      );
      expect(await delivery.received.waitFor({ name: 'good' }, 3, 5_000)).toHaveLength(3);
    });
  });

  it('no longer lists as a dead letter what was sent again', async () => {
    await delivery.ask('deliveries.redeliver', { id: await idOfDelivery(3), mode: 'same-bytes' });
    await delivery.until(3, 'delivered');
    expect(await found({ status: 'dead-lettered' })).toEqual([4]);
    expect(await found({ q: 'bad_request' })).toEqual([4]);
    expect(await found({ status: 'delivered', subscriptionId: idOf('sub', 1) })).toEqual([3, 2, 1]);
  });
});
