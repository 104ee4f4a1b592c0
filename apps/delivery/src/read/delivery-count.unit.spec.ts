import { windowOf } from './delivery-count.js';
import { firstIdAt } from './delivery-filter.js';
import { spanLength } from './delivery-rows.js';

const spanMs = 2 ** 25;
const startMs = 53_000 * spanMs;
const at = (ms: number): string => new Date(ms).toISOString();
const spanAt = (ms: number): string => firstIdAt(ms).slice(0, spanLength);

describe('a window of time, cut into spans', () => {
  it('takes the front of an id for a span of 2^25 ms', () => {
    expect(spanAt(startMs + spanMs - 1)).toBe(spanAt(startMs));
    expect(spanAt(startMs + spanMs) > spanAt(startMs)).toBe(true);
  });

  it('has all spans and no edge without a bound', () => {
    const { from, to, edges } = windowOf({});
    expect([from < spanAt(0), to > spanAt(Date.parse('9000-01-01T00:00:00Z')), edges]).toEqual([true, true, []]);
  });

  it('reads the rest of the first span and the beginning of the last row by row, and the spans between as a whole', () => {
    const [sinceMs, untilMs] = [startMs + 5_000, startMs + 3 * spanMs + 7_000];
    const { from, to, edges } = windowOf({ since: at(sinceMs), until: at(untilMs) });
    const whole = [0, 1, 2, 3].filter((number) => {
      const span = spanAt(startMs + number * spanMs);
      return span >= from && span < to;
    });
    expect(whole).toEqual([1, 2]);
    const isRead = (ms: number): boolean => edges.some(([low, high]) => firstIdAt(ms) >= low && firstIdAt(ms) < high);
    expect([sinceMs - 1, sinceMs, startMs + spanMs - 1].map(isRead)).toEqual([false, true, true]);
    expect([startMs + spanMs, startMs + 3 * spanMs - 1].map(isRead)).toEqual([false, false]);
    expect([startMs + 3 * spanMs, untilMs - 1, untilMs].map(isRead)).toEqual([true, true, false]);
  });

  it('reads a window within one span row by row', () => {
    const { from, to, edges } = windowOf({ since: at(startMs + 1), until: at(startMs + 2) });
    expect(from >= to).toBe(true);
    expect(edges).toEqual([[firstIdAt(startMs + 1), firstIdAt(startMs + 2)]]);
  });

  it('is empty where it ends before it begins', () => {
    const { from, to, edges } = windowOf({ since: at(startMs + 3 * spanMs), until: at(startMs) });
    expect([from >= to, edges]).toEqual([true, []]);
  });
});
