import fc from 'fast-check';
import { jitterShare, nextTry, retryAfterMsMax, retryDelaysSeconds } from './retry-plan.js';

describe('the retry plan', () => {
  it('spans about 53 hours', () => {
    const hours = retryDelaysSeconds.reduce((sum, seconds) => sum + seconds, 0) / 3_600;
    expect(hours).toBeGreaterThan(52);
    expect(hours).toBeLessThan(55);
  });

  it.each([
    ['the second attempt comes after five seconds', 1, 5_000],
    ['the third after thirty', 2, 30_000],
    ['the twelfth after a day', 11, 86_400_000],
  ])('%s', (_sentence, attemptsMade, afterMs) => {
    expect(nextTry(attemptsMade, 0.5, undefined)).toEqual({ kind: 'retry', afterMs });
  });

  it('gives up after the last planned attempt', () => {
    expect(nextTry(retryDelaysSeconds.length - 1, 0.5, undefined).kind).toBe('retry');
    expect(nextTry(retryDelaysSeconds.length, 0.5, undefined)).toEqual({ kind: 'give-up' });
  });

  it('waits ten minutes at least where a certificate has to be renewed, and as long as planned where that is more', () => {
    const after = (made: number, delays: number[] | null = null) =>
      nextTry(made, 0.5, undefined, delays, 'tls_certificate_invalid');
    expect(after(1)).toEqual({ kind: 'retry', afterMs: 600_000 });
    expect(after(5)).toEqual({ kind: 'retry', afterMs: 1_800_000 });
    expect(after(12)).toEqual({ kind: 'give-up' });
    expect(after(1, [0, 7])).toEqual({ kind: 'retry', afterMs: 7_000 });
  });

  it('stays within the jitter, never earlier than the target asks, and believes no target for more than a day', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: retryDelaysSeconds.length - 1 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.option(fc.integer({ min: -5, max: 10 ** 12 }), { nil: undefined }),
        (made, random, asked) => {
          const next = nextTry(made, random, asked);
          const planned = (retryDelaysSeconds[made] ?? 0) * 1_000;
          const believed = Math.min(Math.max(asked ?? 0, 0), retryAfterMsMax);
          if (next.kind !== 'retry') throw new Error('gave up too early');
          expect(next.afterMs).toBeGreaterThanOrEqual(Math.max(believed, Math.floor(planned * (1 - jitterShare))));
          expect(next.afterMs).toBeLessThanOrEqual(Math.max(believed, Math.ceil(planned * (1 + jitterShare))));
        },
      ),
    );
  });
});
