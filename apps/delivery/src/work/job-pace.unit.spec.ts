import { JobPace, secondsOf } from './job-pace.js';

const rateOf = (connectorId: string) => ({ slow: 1, odd: 0.5, quick: 20 })[connectorId] ?? null;

describe('the pace of jobs', () => {
  it('is shared by all that run, and none stands still', () => {
    const pace = new JobPace(rateOf, 500);
    expect([1, 2, 5, 100].map((jobs) => pace.stepMax(50, jobs))).toEqual([25, 13, 5, 1]);
  });

  it.each([
    ['slow', 10],
    ['odd', 5],
    ['quick', 200],
  ])('is no faster than the connector takes: %s', (connectorId, inTenSeconds) => {
    const pace = new JobPace(rateOf, 500);
    let taken = 0;
    for (let nowMs = 0; nowMs < 10_000; nowMs += 500)
      taken += pace.take(Array.from({ length: 25 }, () => connectorId), nowMs); // prettier-ignore
    expect(taken).toBe(inTenSeconds);
  });

  it('saves nothing up for later, beyond a step', () => {
    const pace = new JobPace(rateOf, 500);
    pace.take(['quick'], 0);
    expect(pace.take(Array.from({ length: 25 }, () => 'quick'), 60_000)).toBe(10); // prettier-ignore
  });

  it('keeps the order: what stands behind one that has to wait waits too', () => {
    const pace = new JobPace(rateOf, 500);
    expect(pace.take(['any', 'slow', 'any', 'slow', 'any'], 0)).toBe(3);
    expect(pace.take(['slow', 'any'], 500)).toBe(0);
    expect(pace.take(['slow', 'any'], 1_000)).toBe(2);
  });
});

describe('how long a job takes', () => {
  it.each<[string, [string, number][], number]>([
    ['by its own pace', [['any', 101]], 3],
    ['by the slowest of its connectors', [['any', 100], ['slow', 100]], 100], // prettier-ignore
    ['none', [], 0],
  ])('is told %s', (_, counts, seconds) => {
    expect(secondsOf(new Map(counts), 50, rateOf)).toBe(seconds);
  });
});
