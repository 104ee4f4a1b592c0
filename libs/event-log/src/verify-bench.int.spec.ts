import { measureVerifying } from './verify-bench.js';

describe('verifying an export', () => {
  it('takes no more memory for five times as many events', async () => {
    const few = await measureVerifying(10_000);
    const many = await measureVerifying(50_000);
    console.info(`verify: ${JSON.stringify(many)}`);
    expect([few.verified, many.verified]).toEqual([true, true]);
    // 50,000 events are 90 MB of archive; what is kept of them is a frontier.
    expect(many.rssMegabytes - few.rssMegabytes).toBeLessThan(80);
  });
});
