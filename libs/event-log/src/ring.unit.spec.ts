import { RecentEvent, type RecentFacts } from './recent-event.js';
import { RecentEvents } from './ring.js';

const recent = (position: number, subject: string | null = null): RecentEvent =>
  new RecentEvent({ position, subject } as RecentFacts, Buffer.alloc(0), 0, null);
const oneTakes = recent(1).bytes;
const run = (from: number, to: number): RecentEvent[] =>
  Array.from({ length: to - from + 1 }, (_, n) => recent(from + n));
const positions = (events: RecentEvent[]): number[] => events.map((event) => event.position);

describe('the newest events of a process', () => {
  it('answers what follows a position', () => {
    const ring = new RecentEvents();
    ring.push(run(5, 7));
    ring.push(run(8, 9));
    expect(positions(ring.after(4, 10))).toEqual([5, 6, 7, 8, 9]);
    expect(positions(ring.after(6, 2))).toEqual([7, 8]);
    expect(ring.after(9, 10)).toEqual([]);
    expect(ring.after(20, 10)).toEqual([]);
  });

  it('answers nothing when the next position is not here, rather than a later one', () => {
    const ring = new RecentEvents();
    ring.push(run(5, 7));
    expect(ring.after(3, 10)).toEqual([]);
  });

  it('forgets what came before another copy wrote in between', () => {
    const ring = new RecentEvents();
    ring.push(run(1, 3));
    ring.push(run(5, 6));
    expect(ring.after(0, 10)).toEqual([]);
    expect(positions(ring.after(4, 10))).toEqual([5, 6]);
  });

  it('keeps to its bound and drops the oldest one past it', () => {
    const ring = new RecentEvents(10 * oneTakes);
    ring.push(run(1, 10));
    expect(ring.after(0, 20)).toHaveLength(10);
    ring.push(run(11, 11));
    expect(ring.after(0, 20)).toEqual([]);
    expect(ring.after(1, 20)).toHaveLength(10);
  });

  it('stays the same over many more events than it holds', () => {
    const ring = new RecentEvents(100 * oneTakes);
    for (let position = 1; position <= 10_000; position += 1) ring.push([recent(position)]);
    expect(positions(ring.after(9_900, 200))).toEqual(positions(run(9_901, 10_000)));
    expect(ring.after(9_899, 1)).toEqual([]);
  });

  it('drops what is old: what was here at the last look and the one before', () => {
    const ring = new RecentEvents();
    ring.push(run(1, 3));
    ring.age();
    expect(positions(ring.after(0, 10))).toEqual([1, 2, 3]);
    ring.push(run(4, 5));
    ring.age();
    expect(ring.after(0, 10)).toEqual([]);
    expect(positions(ring.after(3, 10))).toEqual([4, 5]);
    expect(ring.isEmpty).toBe(false);
    ring.age();
    expect(ring.after(3, 10)).toEqual([]);
    expect(ring.isEmpty).toBe(true);
    ring.age();
    ring.push(run(6, 7));
    expect(positions(ring.after(5, 10))).toEqual([6, 7]);
    expect(ring.after(4, 10)).toEqual([]);
  });

  it('keeps to its bound also after some of it was old', () => {
    const ring = new RecentEvents(10 * oneTakes);
    ring.push(run(1, 6));
    ring.age();
    ring.push(run(7, 8));
    ring.age();
    ring.push(run(9, 16));
    expect(positions(ring.after(6, 20))).toEqual(positions(run(7, 16)));
    ring.push(run(17, 17));
    expect(ring.after(6, 20)).toEqual([]);
    expect(ring.after(7, 20)).toHaveLength(10);
  });

  it('forgets everything when a subject in it was shredded, and nothing for another', () => {
    const ring = new RecentEvents();
    ring.push([recent(1, 'ntf_1'), recent(2)]);
    ring.dropSubject('ntf_2');
    expect(ring.after(0, 10)).toHaveLength(2);
    ring.dropSubject('ntf_1');
    expect(ring.after(0, 10)).toEqual([]);
  });

  describe('with followers', () => {
    const [fold, relay] = [Symbol('fold'), Symbol('relay')];

    it('drops what all of them were answered, and nothing that one of them was not', () => {
      const ring = new RecentEvents();
      ring.push(run(1, 4));
      ring.after(0, 0, relay);
      expect(positions(ring.after(0, 10, fold))).toEqual([1, 2, 3, 4]);
      expect(positions(ring.after(0, 10))).toEqual([1, 2, 3, 4]);
      expect(positions(ring.after(0, 2, relay))).toEqual([1, 2]);
      expect(ring.after(1, 10)).toEqual([]);
      expect(positions(ring.after(2, 10))).toEqual([3, 4]);
      expect(positions(ring.after(2, 2, relay))).toEqual([3, 4]);
      expect(ring.after(2, 10)).toEqual([]);
    });

    it('keeps what comes for one that has read everything and asks late', () => {
      const ring = new RecentEvents();
      ring.after(0, 10, fold);
      ring.push(run(1, 2));
      expect(positions(ring.after(0, 10, relay))).toEqual([1, 2]);
      expect(ring.after(2, 10, relay)).toEqual([]);
      expect(positions(ring.after(0, 10, fold))).toEqual([1, 2]);
    });

    it('answers nothing to one that asks again for what it had', () => {
      const ring = new RecentEvents();
      ring.push(run(1, 3));
      expect(positions(ring.after(0, 2, fold))).toEqual([1, 2]);
      expect(ring.after(0, 2, fold)).toEqual([]);
      expect(positions(ring.after(2, 2, fold))).toEqual([3]);
    });

    it('waits for none that has left', () => {
      const ring = new RecentEvents();
      ring.push(run(1, 3));
      ring.after(0, 0, fold);
      ring.after(0, 10, relay);
      expect(positions(ring.after(0, 10))).toEqual([1, 2, 3]);
      ring.leave(fold);
      ring.after(3, 10, relay);
      expect(ring.after(0, 10)).toEqual([]);
    });

    it('drops what is old all the same, and counts what it holds', () => {
      const ring = new RecentEvents(10 * oneTakes);
      ring.push(run(1, 6));
      ring.after(0, 0, fold);
      ring.after(0, 10, relay);
      ring.age();
      ring.age();
      expect(ring.after(0, 10)).toEqual([]);
      ring.push(run(7, 16));
      expect(positions(ring.after(6, 20))).toEqual(positions(run(7, 16)));
    });
  });
});
