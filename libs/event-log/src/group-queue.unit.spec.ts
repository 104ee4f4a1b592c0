import { groupBytesMax, groupEventsMax } from './limits.js';
import type { Waiting } from './group-lines.js';
import { type Answer, type Begun, companyMs, GroupQueue, type QueueClock } from './group-queue.js';
import { type AppendResult, LogUnavailable, Overloaded } from './log.js';
import type { PreparedRequest } from './prepare.js';

const done: AppendResult = { streams: [], events: [], headPosition: 0 };
const request = (eventCount: number, bytes = eventCount, mayWait = false): PreparedRequest => ({
  request: { streams: [], mayWait },
  streams: [],
  eventCount,
  bytes,
});

/** A queue whose groups end when told to, and may be followed before that where `may.follow` says so. */
function openQueue(limits?: { events: number; bytes: number }, may = { follow: false }) {
  const groups: Waiting[][] = [];
  const endings: (() => void)[] = [];
  const told: string[] = [];
  const begin = (group: Waiting[]): Begun => {
    const number = groups.push(group);
    told.push(`${number} begun`);
    const answered = new Promise<Answer>((resolve) =>
      endings.push(() =>
        resolve(() => {
          told.push(`${number} answered`);
          for (const waiting of group) waiting.resolve(done);
        }),
      ),
    );
    return { answered, mayBeFollowed: () => may.follow };
  };
  const clock = new StandingClock();
  return {
    queue: new GroupQueue(begin, limits, clock),
    clock,
    groups,
    /** What was begun and answered, in order. */
    told,
    /** Lets the group under way end and the next one begin. */
    next: async () => {
      endings.shift()?.();
      await turn();
    },
  };
}

class StandingClock implements QueueClock {
  private atMs = 0;
  private due: { atMs: number; call: () => void }[] = [];

  readonly nowMs = (): number => this.atMs;

  readonly after = (ms: number, call: () => void): (() => void) => {
    const one = { atMs: this.atMs + ms, call };
    this.due.push(one);
    return () => void (this.due = this.due.filter((other) => other !== one));
  };

  advance(ms: number): void {
    this.atMs += ms;
    const [now, later] = [
      this.due.filter((one) => one.atMs <= this.atMs),
      this.due.filter((one) => one.atMs > this.atMs),
    ];
    this.due = later;
    for (const { call } of now) call();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
const sizes = (groups: Waiting[][]): number[] => groups.map((group) => group.length);

describe('the queue of a group commit', () => {
  it('takes together what comes while a group is under way', async () => {
    const { queue, groups, next } = openQueue();
    const first = queue.submit(request(1));
    await next();
    const others = [queue.submit(request(1)), queue.submit(request(1)), queue.submit(request(1))];
    expect(sizes(groups)).toEqual([1]);
    await next();
    expect(sizes(groups)).toEqual([1, 3]);
    await next();
    await Promise.all([first, ...others]);
  });

  it.each([
    [
      'begins a next group that is nearly full before it answers the last one',
      groupEventsMax * 0.8,
      ['2 begun', '1 answered'],
    ],
    [
      'answers first where less waits, so that what its callers do then can go along',
      groupEventsMax * 0.8 - 1,
      ['1 answered', '2 begun'],
    ],
  ])('%s', async (_name, waiting, order) => {
    const { queue, told, next } = openQueue();
    const first = queue.submit(request(1));
    await next();
    const second = queue.submit(request(waiting));
    await next();
    expect(told).toEqual(['1 begun', ...order]);
    await next();
    await Promise.all([first, second]);
    expect(told.at(-1)).toBe('2 answered');
  });

  it('sends a next group that is nearly full behind one that may be followed, and none behind both', async () => {
    const { queue, told, next } = openQueue(undefined, { follow: true });
    const results = [queue.submit(request(1))];
    await next();
    results.push(queue.submit(request(groupEventsMax * 0.8 - 1)));
    await next();
    expect(told).toEqual(['1 begun', '1 answered', '2 begun']);
    results.push(queue.submit(request(groupEventsMax * 0.8 - 1)));
    await turn();
    expect(told.slice(3)).toEqual([]);
    results.push(queue.submit(request(1)));
    await turn();
    expect(told.slice(3)).toEqual(['3 begun']);
    results.push(queue.submit(request(groupEventsMax)));
    await turn();
    expect(told.slice(4)).toEqual([]);
    await next();
    expect(told.slice(4)).toEqual(['2 answered', '4 begun']);
    await next();
    await next();
    await Promise.all(results);
    expect(told.slice(6)).toEqual(['3 answered', '4 answered']);
  });

  it('waits for the answer of a group that may be followed no longer', async () => {
    const may = { follow: true };
    const { queue, told, next } = openQueue(undefined, may);
    const first = queue.submit(request(1));
    await next();
    const second = queue.submit(request(groupEventsMax * 0.8 - 1));
    await next();
    may.follow = false;
    const third = queue.submit(request(groupEventsMax));
    await turn();
    expect(told).toEqual(['1 begun', '1 answered', '2 begun']);
    await next();
    expect(told.slice(3)).toEqual(['3 begun', '2 answered']);
    await next();
    await Promise.all([first, second, third]);
  });

  it.each([
    ['events at the bound go together', [request(groupEventsMax - 1), request(1)], [2]],
    ['one event past the bound waits for the next group', [request(groupEventsMax), request(1)], [1, 1]],
    ['bytes at the bound go together', [request(1, groupBytesMax - 1), request(1, 1)], [2]],
    ['one byte past the bound waits for the next group', [request(1, groupBytesMax), request(1, 1)], [1, 1]],
    [
      'a request that is too large for any group goes alone',
      [request(1), request(groupEventsMax * 3), request(1)],
      [1, 1, 1],
    ],
  ])('keeps groups bounded: %s', async (_case, requests, expected) => {
    const { queue, groups, next } = openQueue();
    const results = requests.map((each) => queue.submit(each));
    for (let n = 0; n < 4; n += 1) await next();
    expect(sizes(groups)).toEqual(expected);
    await Promise.all(results);
  });

  it('answers Overloaded one past its bound and goes on after that', async () => {
    const { queue, next } = openQueue({ events: 10, bytes: 1_000 });
    const under = queue.submit(request(1));
    await next();
    const waiting = [queue.submit(request(9)), queue.submit(request(1))];
    await expect(queue.submit(request(1))).rejects.toThrow(Overloaded);
    expect(queue.depth).toEqual({ requests: 2, events: 10 });
    await next();
    const later = queue.submit(request(10));
    await next();
    await next();
    await Promise.all([under, ...waiting, later]);
  });

  it('counts bytes and requests without an event too', async () => {
    const { queue, next } = openQueue({ events: 2, bytes: 100 });
    const results = [queue.submit(request(1, 60))];
    await expect(queue.submit(request(1, 41))).rejects.toThrow(Overloaded);
    results.push(queue.submit(request(0, 0)));
    await expect(queue.submit(request(0, 0))).rejects.toThrow(Overloaded);
    await next();
    await next();
    await Promise.all(results);
  });

  it('drains when it is closed and takes nothing more', async () => {
    const { queue, next } = openQueue();
    const taken = [queue.submit(request(1)), queue.submit(request(1))];
    const closing = queue.close();
    await expect(queue.submit(request(1))).rejects.toThrow(LogUnavailable);
    await next();
    await next();
    await closing;
    expect(await Promise.all(taken)).toEqual([done, done]);
  });

  it('gives up what has waited too long, and not what is under way', async () => {
    const { queue, next } = openQueue();
    const under = queue.submit(request(1));
    await next();
    const late = queue.submit(request(1));
    const expired = queue.expire(performance.now() + 1);
    for (const waiting of expired) waiting.reject(new LogUnavailable('late'));
    await expect(late).rejects.toThrow(LogUnavailable);
    expect(queue.depth).toEqual({ requests: 0, events: 0 });
    await next();
    await under;
  });

  describe('and what may wait', () => {
    const patient = (eventCount = 1): PreparedRequest => request(eventCount, eventCount, true);

    it('goes with what may not, at once', async () => {
      const { queue, groups, next } = openQueue();
      const outcome = queue.submit(patient());
      await turn();
      expect(groups).toEqual([]);
      const acceptance = queue.submit(request(1));
      await turn();
      expect(sizes(groups)).toEqual([2]);
      await next();
      await Promise.all([outcome, acceptance]);
    });

    it('goes alone when nothing came for ten milliseconds since the first of it', async () => {
      const { queue, groups, next, clock } = openQueue();
      const all = [queue.submit(patient())];
      await turn();
      clock.advance(companyMs - 1);
      all.push(queue.submit(patient()));
      await turn();
      expect(groups).toEqual([]);
      clock.advance(1);
      await turn();
      expect(sizes(groups)).toEqual([2]);
      await next();
      await Promise.all(all);
    });

    it('stays behind while it came in the course of a group, and is no reason for another', async () => {
      const { queue, groups, next, clock } = openQueue();
      const first = queue.submit(request(1));
      await turn();
      const outcome = queue.submit(patient());
      await next();
      await first;
      expect(sizes(groups)).toEqual([1]);
      clock.advance(companyMs);
      await turn();
      expect(sizes(groups)).toEqual([1, 1]);
      await next();
      await outcome;
    });

    it('goes at once where there is much of it, and when the log is closed', async () => {
      const { queue, groups, next } = openQueue();
      const many = Array.from({ length: 40 }, () => queue.submit(patient()));
      await turn();
      expect(sizes(groups)).toEqual([40]);
      const last = queue.submit(patient());
      await next();
      expect(sizes(groups)).toEqual([40]);
      const closing = queue.close();
      await turn();
      expect(sizes(groups)).toEqual([40, 1]);
      await next();
      await Promise.all([...many, last, closing]);
    });
  });
});
