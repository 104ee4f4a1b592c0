import { RunningDelivery } from './running-delivery.spec.js';

describe('delivery', () => {
  let delivery: RunningDelivery;
  let soc: string;

  beforeAll(async () => {
    delivery = await RunningDelivery.start();
    await delivery.serve();
    soc = await delivery.webhook(1, 'soc');
  }, 60_000);
  afterAll(() => delivery?.stop());

  it('delivers what is routed, and says so in four events', async () => {
    await delivery.route(1, [soc]);
    const delivered = await delivery.until(1, 'delivered');
    expect(delivered.log?.map(({ type }) => type)).toEqual(['DeliveryAccepted', 'AttemptStarted', 'DeliveryDelivered']);
    expect(delivered.attempts).toMatchObject([{ number: 1, outcome: 'accepted', response: { status: 200 } }]);
    expect(await delivery.received.waitFor({ target: 'webhook', name: 'soc' }, 1, 1_000)).toMatchObject([
      { verdict: 'accepted' },
    ]);
  });

  it('tries again what failed for now, with the same id', async () => {
    const flaky = await delivery.webhook(2, 'flaky');
    await delivery.received.script('webhook', 'flaky', [{ status: 503, times: 1 }]);
    await delivery.route(2, [flaky]);
    const delivered = await delivery.until(2, 'delivered');
    expect(delivered.attempts).toMatchObject([
      { outcome: 'refused', retry: 'later', response: { status: 503 } },
      { number: 2, outcome: 'accepted' },
    ]);
    const received = await delivery.received.received({ name: 'flaky' });
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(received).toHaveLength(2);
  });

  it('is a dead letter when the plan is over, with the words of the target', async () => {
    const dead = await delivery.webhook(3, 'dead');
    await delivery.received.script('webhook', 'dead', [{ status: 500, body: 'no', times: 3 }]);
    await delivery.route(3, [dead]);
    const ended = await delivery.until(3, 'dead-lettered');
    expect(ended).toMatchObject({ reason: 'attempts_exhausted' });
    expect(ended.attempts).toHaveLength(3);
    expect(ended.attempts?.[2]).toMatchObject({ response: { status: 500, body: 'no' } });
  });
});
