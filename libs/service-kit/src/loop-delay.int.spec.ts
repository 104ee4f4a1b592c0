import { setTimeout as delay } from 'node:timers/promises';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { showLoopDelay } from './loop-delay.js';

const stallMs = 400;

function busyFor(ms: number): void {
  for (const untilMs = performance.now() + ms; performance.now() < untilMs;);
}

describe('the delay of the event loop', () => {
  const metrics = new Registry();
  let stop: () => void;
  beforeAll(() => {
    collectDefaultMetrics({ register: metrics, eventLoopMonitoringPrecision: 2 ** 31 - 1 });
    stop = showLoopDelay(metrics);
  });
  afterAll(() => stop());

  const valueOf = async (part: string): Promise<number> =>
    (await metrics.getSingleMetric(`nodejs_eventloop_lag_${part}_seconds`)?.get())?.values[0]?.value ?? NaN;

  it('is shown with its worst since the last scrape, without the time between two looks', async () => {
    // Busy, but in time: a look at the load finds that there is something to do.
    for (const untilMs = performance.now() + 600; performance.now() < untilMs; await delay(1)) busyFor(5);
    busyFor(stallMs);
    await delay(50);
    expect(await valueOf('p50')).toBeLessThan(stallMs / 1_000);
    expect(await valueOf('max')).toBeGreaterThanOrEqual((stallMs - 30) / 1_000);
    expect(await valueOf('max')).toBeLessThan(stallMs / 1_000 / 2);
    for (const gone of ['min', 'stddev']) expect(await valueOf(gone)).toBeNaN();
  });

  it('keeps the worst over the rest that follows, and over the next load', async () => {
    for (const untilMs = performance.now() + 600; performance.now() < untilMs; await delay(1)) busyFor(5);
    await valueOf('max');
    // What is measured is the time between two ticks: the first after a scrape has to be there.
    await delay(100);
    busyFor(stallMs);
    await delay(3_000);
    for (const untilMs = performance.now() + 1_500; performance.now() < untilMs; await delay(1)) busyFor(5);
    const max = await valueOf('max');
    expect(max).toBeGreaterThanOrEqual((stallMs - 30) / 1_000);
    // The three seconds of rest are no delay.
    expect(max).toBeLessThan(2);
  }, 15_000);

  it('shows a stall also where nothing happened before', async () => {
    // At rest looks come once a second; the stall covers one.
    await delay(2_500);
    await valueOf('max');
    busyFor(1_200);
    await delay(300);
    expect(await valueOf('max')).toBeGreaterThan(0.1);
  }, 10_000);
});
