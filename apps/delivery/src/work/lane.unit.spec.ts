import type { Connector } from './connectors.js';
import { beginAheadMax, Lane } from './lane.js';

const connector = { target: 'webhook', config: {}, limits: { maxConcurrent: 16, maxPerSecond: null } } as Connector;
const room = (lane: Lane, nowMs: number): number => lane.roomToBegin(16, nowMs);

/** A lane whose target answered `count` requests evenly between two moments. */
function after(lane: Lane, count: number, fromMs: number, toMs: number): Lane {
  for (let n = 1; n <= count; n += 1) lane.finished(fromMs + (n / count) * (toMs - fromMs));
  return lane;
}

describe('how many attempts of a connector are begun ahead', () => {
  it('is its slots while nothing is known of its target', () => {
    expect(room(new Lane(connector), 10_000)).toBe(16);
  });

  it('is a quarter of a second of work at the speed of the present period, from its beginning', () => {
    const lane = new Lane(connector);
    lane.finished(10_000);
    expect(room(after(lane, 99, 10_000, 10_100), 10_100)).toBe(250);
  });

  it('takes a moment of less than 50 ms for one of 50 ms: a few quick answers are no speed', () => {
    const lane = new Lane(connector);
    lane.finished(10_000);
    expect(room(after(lane, 15, 10_000, 10_002), 10_002)).toBe(80);
  });

  it('is what the period before came to while the present one is slower', () => {
    const lane = new Lane(connector);
    lane.finished(10_000);
    after(lane, 299, 10_000, 10_499);
    expect(room(after(lane, 1, 10_500, 10_900), 10_900)).toBe(150);
  });

  it('forgets the speed of a target that has not answered for a second', () => {
    const lane = new Lane(connector);
    lane.finished(10_000);
    after(lane, 299, 10_000, 10_100);
    expect(room(lane, 11_600)).toBe(16);
  });

  it('never passes its bound', () => {
    const lane = new Lane(connector);
    lane.finished(10_000);
    expect(room(after(lane, 5_000, 10_000, 10_400), 10_400)).toBe(beginAheadMax);
  });

  it('counts what has begun, is under way or is being begun', () => {
    const lane = new Lane(connector);
    lane.inFlight = 5;
    lane.beginning = 4;
    expect(room(lane, 10_000)).toBe(7);
  });
});
