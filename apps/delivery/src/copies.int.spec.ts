import { encodeTypeId } from '@waybill/decider/type-id';
import { idOf, RunningDelivery } from './running-delivery.spec.js';

describe('copies that come, share and go', () => {
  let delivery: RunningDelivery;

  beforeAll(async () => {
    delivery = await RunningDelivery.start();
    await delivery.serve('one');
  }, 60_000);
  afterAll(() => delivery?.stop());

  it('records an attempt whose worker was lost as unknown, and sends again with the same id', async () => {
    const target = await delivery.webhook(1, 'lost');
    const at = new Date(Date.now() - 60_000).toISOString();
    const position = await delivery.route(1, []);
    const id = encodeTypeId('dlv', new Uint8Array(16).fill(1));
    const accepted = {
      deliveryId: id, notificationId: idOf('ntf', 1), notificationType: 'demo', subscriptionId: idOf('sub', 1), connectorId: target,
      routed: { log: 'subscriptions-0', epoch: 1, position, at },
    }; // prettier-ignore
    const attemptId = encodeTypeId('att', new Uint8Array(16).fill(1));
    const started = {
      attemptId,
      connectorVersion: 1,
      secretVersion: 1,
      renderer: '1',
      startedAt: at,
      deadline: at,
      number: 1,
    };
    await delivery.append(`delivery-${id}`, 'none', [
      { type: 'DeliveryAccepted', data: accepted },
      { type: 'AttemptStarted', data: started },
    ]);
    const delivered = await delivery.until(1, 'delivered');
    expect(delivered.attempts).toMatchObject([
      { outcome: 'unknown', reason: 'worker_lost', retry: null },
      { number: 2, outcome: 'accepted' },
    ]);
    expect((await delivery.received.received({ name: 'lost' })).map(({ headers }) => headers['webhook-id'])).toEqual([
      id,
    ]);
  });

  it('lets nobody write an outcome who no longer holds the attempt', async () => {
    const target = await delivery.webhook(2, 'stale');
    await delivery.received.script('webhook', 'stale', [{ status: 200, delayMs: 1_000, times: 1 }]);
    await delivery.route(2, [target]);
    const under = await delivery.until(2, 'attempting');
    const failed = {
      attemptId: under.attempts?.[0]?.id, number: 1, finishedAt: new Date().toISOString(), status: null, timingsMs: {}, notes: [], receipt: null,
      outcome: 'unknown', retry: null, reason: 'worker_lost',
    }; // prettier-ignore
    const dueAt = new Date(Date.now() + 3_600_000).toISOString();
    await delivery.append(`delivery-${under.id}`, 2, [
      { type: 'AttemptFailed', data: failed },
      { type: 'RetryScheduled', data: { dueAt, because: 'worker_lost' } },
    ]);
    await delivery.received.waitFor({ name: 'stale' }, 1, 5_000);
    await delivery.stopCopy('one');
    await delivery.serve('one');
    const events = (await delivery.events()).filter(({ stream }) => stream === `delivery-${under.id}`);
    expect(events.map(({ type }) => type)).toEqual([
      'DeliveryAccepted',
      'AttemptStarted',
      'AttemptFailed',
      'RetryScheduled',
    ]);
  });

  it('shares what is due between copies, and sends nothing twice', async () => {
    await delivery.serve('two');
    const names = Array.from({ length: 20 }, (_, at) => `shared-${at}`);
    const targets = await Promise.all(
      names.map((name, at) => delivery.webhook(30 + at, name, { limits: { retryDelaysSeconds: [0, 3] } })),
    );
    await Promise.all(names.map((name) => delivery.received.script('webhook', name, [{ status: 500, times: 2 }])));
    await Promise.all([100, 101].map((number) => delivery.route(number, targets)));
    const delivered = `select count(*) from rm_deliveries.delivery where connector_id = any($1) and status = 'delivered'`;
    await delivery.eventually(
      () => delivery.sql<{ count: string }>(delivered, [targets]),
      ([row]) => Number(row?.count) === 40,
      40_000,
    );
    for (const name of names)
      expect(await delivery.received.counts({ name })).toMatchObject({ received: 4, accepted: 2, ids: 2 });
    const workers = (await delivery.events())
      .filter(({ type, data }) => type === 'AttemptStarted' && data['number'] === 2)
      .map(({ actor }) => actor);
    expect(new Set(workers)).toEqual(new Set(['service:delivery:one', 'service:delivery:two']));
    await delivery.stopCopy('two');
  });

  it('lets go what waits when it is told to stop, and another copy takes it at once', async () => {
    const target = await delivery.webhook(5, 'let-go', { limits: { maxConcurrent: 1 } });
    await delivery.serve('two');
    const reader = await delivery.readerCopy();
    const other = reader === 'one' ? 'two' : 'one';
    await delivery.received.script('webhook', 'let-go', [{ status: 200, delayMs: 500, times: 1 }]);
    await Promise.all(Array.from({ length: 5 }, (_, at) => delivery.route(400 + at, [target])));
    await delivery.received.waitFor({ name: 'let-go' }, 1, 15_000);
    expect(await delivery.stopCopy(reader)).toBe(0);
    const stopped = Date.now();
    await delivery.received.waitFor({ name: 'let-go' }, 5, 15_000);
    // Far below the ten seconds for which a delivery belongs to whoever accepted it.
    expect(Date.now() - stopped).toBeLessThan(4_000);
    expect(await delivery.received.counts({ name: 'let-go' })).toMatchObject({ received: 5, repeatedIds: 0 });
    await delivery.stopCopy(other);
    await delivery.serve('one');
  });

  it('begins nothing once it is told to stop, however long the answer to a test takes', async () => {
    const target = await delivery.webhook(7, 'told', { limits: { maxConcurrent: 1 } });
    const slow = { name: 'slow', target: 'webhook', config: { url: `${delivery.receivers.httpUrl}/webhook/slow` } };
    await delivery.received.script('webhook', 'slow', [{ status: 200, delayMs: 3_000, times: 1 }]);
    await delivery.received.script('webhook', 'told', [{ status: 200, delayMs: 300, times: 10 }]);
    const test = delivery.ask('test', { connector: slow, type: 'incident' });
    await delivery.received.waitFor({ name: 'slow' }, 1, 15_000);
    await Promise.all(Array.from({ length: 10 }, (_, at) => delivery.route(600 + at, [target])));
    await delivery.received.waitFor({ name: 'told' }, 1, 15_000);
    const { received: before } = await delivery.received.counts({ name: 'told' });
    expect(await delivery.stopCopy('one')).toBe(0);
    expect(await test).toMatchObject({ outcome: 'accepted' });
    const { received: after } = await delivery.received.counts({ name: 'told' });
    // One more may have been on its way when the other arrivals were counted.
    expect(after - before).toBeLessThanOrEqual(1);
    await delivery.serve('one');
    await delivery.received.waitFor({ name: 'told' }, 10, 15_000);
    expect(await delivery.received.counts({ name: 'told' })).toMatchObject({ received: 10, repeatedIds: 0 });
  });

  it('keeps to the rate of a connector with two copies at work, retries and all', async () => {
    await delivery.serve('two');
    const perSecond = 10;
    const target = await delivery.webhook(6, 'rate', {
      limits: { maxPerSecond: perSecond, retryDelaysSeconds: [0, 0.3] },
    });
    await delivery.received.script('webhook', 'rate', [
      { status: 200, times: 1 },
      { status: 500, times: 2 },
    ]);
    await Promise.all(Array.from({ length: 30 }, (_, at) => delivery.route(500 + at, [target])));
    const items = await delivery.received.waitFor({ name: 'rate' }, 32, 20_000);
    const times = items.map(({ at }) => Date.parse(at)).sort((one, next) => one - next);
    const most = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));
    // A tenth of a second's worth may come at once, and one stands on each edge.
    expect(most).toBeLessThanOrEqual(perSecond + 2);
    await delivery.stopCopy('two');
  });

  it('gives back what has begun when it is told to stop, and nothing arrives twice', async () => {
    const target = await delivery.webhook(4, 'drained', { limits: { maxConcurrent: 4 } });
    for (let number = 200; number < 300; number += 1) await delivery.route(number, [target]);
    await delivery.received.waitFor({ name: 'drained' }, 100, 15_000);
    await delivery.received.script('webhook', 'drained', [{ status: 200, delayMs: 1_000, times: 4 }]);
    await Promise.all(Array.from({ length: 40 }, (_, at) => delivery.route(300 + at, [target])));
    await delivery.received.waitFor({ name: 'drained' }, 101, 15_000);
    expect(await delivery.stopCopy('one')).toBe(0);
    await delivery.serve('three');
    await delivery.received.waitFor({ name: 'drained' }, 140, 30_000);
    await delivery.eventually(
      () =>
        delivery.sql<{ count: string }>(
          `select count(*) from rm_deliveries.delivery where connector_id = $1 and status = 'delivered'`,
          [target],
        ),
      ([row]) => Number(row?.count) === 140,
    );
    expect(await delivery.received.counts({ name: 'drained' })).toMatchObject({
      received: 140,
      ids: 140,
      repeatedIds: 0,
    });
    const events = await delivery.events();
    const ours = new Set(
      events
        .filter(({ type, data }) => type === 'DeliveryAccepted' && data['connectorId'] === target)
        .map(({ stream }) => stream),
    );
    const failed = events.filter(({ type, stream }) => type === 'AttemptFailed' && ours.has(stream));
    expect(failed.filter(({ data }) => data['reason'] !== 'worker_stopped' || data['unsent'] !== true)).toEqual([]);
  });
});
