import { RunningDelivery } from './running-delivery.spec.js';

describe('one ticket per thing', () => {
  let delivery: RunningDelivery;

  beforeAll(async () => {
    delivery = await RunningDelivery.start();
    await delivery.serve('one');
    await delivery.serve('two');
    await delivery.received.option('jira', 'searchDelayMs', 0);
  }, 60_000);
  afterAll(() => delivery?.stop());

  const created = async () =>
    (await delivery.received.received({ target: 'jira' })).filter(
      ({ path, status }) => path.endsWith('/issue') && status === 201,
    );
  const commented = async () =>
    (await delivery.received.received({ target: 'jira' })).filter(
      ({ path, status }) => path.endsWith('/comment') && status === 201,
    );

  it('makes one of many notifications that come at once, and tells the ticket of the others in their order', async () => {
    const jira = await delivery.jira(1);
    await Promise.all([1, 2, 3, 4].map((number) => delivery.route(number, [jira], { correlationKey: 'INC-1' })));
    const ended = await Promise.all([1, 2, 3, 4].map((number) => delivery.until(number, 'delivered')));
    expect(await created()).toHaveLength(1);
    expect(await commented()).toHaveLength(3);
    expect(new Set(ended.map(({ receipt }) => receipt?.ticket)).size).toBe(1);
    const starts = ended.map(({ attempts }) => attempts?.[0]?.startedAt ?? '');
    const ends = ended.map(({ attempts }) => attempts?.[0]?.finishedAt ?? '');
    for (const at of [1, 2, 3])
      expect(Date.parse(starts[at] ?? '')).toBeGreaterThanOrEqual(Date.parse(ends[at - 1] ?? ''));
  });

  it('holds the next one until the one before is over, and nobody else', async () => {
    await delivery.received.clear();
    const jira = await delivery.jira(2, { limits: { retryDelaysSeconds: [0, 2] } });
    await delivery.received.script('jira', null, [{ status: 503, times: 1 }]);
    await delivery.route(11, [jira], { correlationKey: 'INC-2' });
    const { id } = await delivery.until(11, 'retrying');
    await delivery.route(12, [jira], { correlationKey: 'INC-2' });
    expect((await delivery.until(12, 'pending')).waitsFor).toBe(id);
    await delivery.route(13, [jira], { correlationKey: 'INC-3' });
    const other = await delivery.until(13, 'delivered');
    const [first, second] = [await delivery.until(11, 'delivered'), await delivery.until(12, 'delivered')];
    expect([first.waitsFor, second.waitsFor]).toEqual([undefined, undefined]);
    expect(second.receipt?.ticket).toBe(first.receipt?.ticket);
    expect(other.receipt?.ticket).not.toBe(first.receipt?.ticket);
    const secondAttempt = first.attempts?.[1];
    expect(Date.parse(second.attempts?.[0]?.startedAt ?? '')).toBeGreaterThanOrEqual(
      Date.parse(secondAttempt?.finishedAt ?? ''),
    );
    expect(Date.parse(other.attempts?.[0]?.startedAt ?? '')).toBeLessThan(Date.parse(secondAttempt?.startedAt ?? ''));
  });

  it('goes on with the next one when the one before is over, and not with the next look of the clock', async () => {
    const jira = await delivery.jira(4);
    const numbers = Array.from({ length: 12 }, (_, at) => 41 + at);
    await Promise.all(numbers.map((number) => delivery.route(number, [jira], { correlationKey: 'INC-4' })));
    const ended = await Promise.all(numbers.map((number) => delivery.until(number, 'delivered')));
    const times = ended
      .map(({ attempts }) => attempts?.[0])
      .map((one) => ({ from: Date.parse(one?.startedAt ?? ''), to: Date.parse(one?.finishedAt ?? '') }))
      .sort((one, other) => one.from - other.from);
    const gaps = times.slice(1).map(({ from }, at) => from - (times[at]?.to ?? 0));
    // Nobody being told, each copy looks at the table every 250 ms at the soonest, and most gaps are longer than that.
    const threeQuarters = gaps.sort((one, other) => one - other)[Math.floor(gaps.length * 0.75)];
    expect(threeQuarters).toBeLessThan(250);
  });

  it('keeps the key itself out of the clear record', async () => {
    const jira = await delivery.jira(3);
    await delivery.route(21, [jira], { correlationKey: 'INC-SECRET' });
    await delivery.until(21, 'delivered');
    const { events } = await delivery.ask<{ events: { text: string; sealedAt: number | null }[] }>(
      'log.read',
      { after: 0, limit: 500 },
      '_',
    );
    const clear = events.map(({ text, sealedAt }) =>
      sealedAt === null ? text : Buffer.from(text).subarray(0, sealedAt).toString(),
    );
    expect(clear.some((text) => text.includes('correlationMac'))).toBe(true);
    expect(clear.some((text) => text.includes('INC-SECRET'))).toBe(false);
  });
});
