import { measureVerifying, mostAlive } from './verify-bench.js';

describe('verifying an export', () => {
  it('keeps no more in memory of five times as many events', async () => {
    const few = await mostAlive(10_000);
    const many = await mostAlive(50_000);
    console.info(`verify: ${few.toFixed(1)} MB alive with 10,000 events, ${many.toFixed(1)} with 50,000`);
    // 50,000 events are 90 MB of archive; what is kept of them is a frontier.
    expect(many - few).toBeLessThan(10);
  });

  it('says how fast it was', async () => {
    const figures = await measureVerifying(10_000);
    console.info(`verify: ${JSON.stringify(figures)}`);
    expect(figures).toMatchObject({ verified: true, events: 10_000 });
  });
});
