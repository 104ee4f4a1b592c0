import { restMeter } from './memory.js';

const overMs = 5_000;
const rest = 0.012;

describe('the rest of a process', () => {
  const answers = (looks: readonly (readonly [share: number, spanMs: number])[]): boolean[] => {
    const isIdle = restMeter(overMs);
    return looks.map(([share, spanMs]) => isIdle(share, spanMs));
  };
  const seconds = (count: number, share = rest): [number, number][] =>
    Array.from({ length: count }, () => [share, 1_000]);

  it('has lasted when five seconds have passed with next to nothing done', () => {
    expect(answers(seconds(6))).toEqual([false, false, false, false, true, true]);
  });

  it('is not broken by a look that is over the share for some housekeeping', () => {
    expect(answers([...seconds(3), [0.06, 250], [rest, 1_000], [rest, 750]]).at(-1)).toBe(true);
    expect(answers([...seconds(3), [0.04, 1_000], ...seconds(1)]).at(-1)).toBe(true);
  });

  it('begins anew after a load, however short', () => {
    const isIdle = answers([...seconds(4), [0.5, 250], ...seconds(5)]);
    expect(isIdle.indexOf(true)).toBe(9);
  });

  it('is none while something is done all the time', () => {
    expect(answers(seconds(20, 0.03))).not.toContain(true);
  });

  it('counts the last seconds alone', () => {
    expect(answers([...seconds(10, 0.05), ...seconds(5)]).at(-1)).toBe(true);
  });
});
