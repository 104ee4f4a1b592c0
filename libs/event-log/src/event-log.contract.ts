import type { Leases } from './leases.js';
import { readLimitMax } from './limits.js';
import { AppendInvalid, AppendRejected, type AppendRejection, type AppendRequest, type EventLog } from './log.js';
import { emptyRoot } from './merkle.js';
import { type NewEvent, type RecordedEvent, shredded, type StreamAppend } from './log.js';

export interface LogUnderTest {
  readonly log: EventLog;
  readonly leases: Leases;
  readonly shredSubject: (subject: string) => Promise<void>;
}

/** Everything that `log.ts` promises, told for whoever keeps the log. The factory answers an empty log; `close` belongs to the caller. */
export function describeEventLog(name: string, factory: () => Promise<LogUnderTest>): void {
  describe(`${name} as an event log`, () => {
    let log: EventLog;
    let leases: Leases;
    let shredSubject: (subject: string) => Promise<void>;
    beforeEach(async () => {
      ({ log, leases, shredSubject } = await factory());
    });
    afterEach(() => log.close());

    describeAppending(() => log);
    describeExpectations(() => log);
    describeGuards(
      () => log,
      () => leases,
    );
    describe('when it is read', () => describeReading(() => log));
    describeTailing(() => log);
    describeSealing(
      () => log,
      (subject) => shredSubject(subject),
    );
  });
}

export const happened = (n: number, more: Partial<NewEvent> = {}): NewEvent => ({
  type: 'ThingHappened',
  schemaVersion: 1,
  data: { n },
  meta: { actor: 'service:test' },
  ...more,
});

export const to = (stream: string, ...numbers: number[]): StreamAppend => ({
  stream,
  tenant: 'default',
  expected: 'any',
  events: numbers.map((n) => happened(n)),
});

export async function rejectionOf(appending: Promise<unknown>): Promise<AppendRejection> {
  try {
    await appending;
  } catch (error) {
    if (error instanceof AppendRejected) return error.rejection;
    throw error;
  }
  throw new Error('was not rejected');
}

const numbersOf = (events: readonly RecordedEvent[]): unknown[] => events.map((event) => event.data['n']);
const positionsOf = (events: readonly RecordedEvent[]): number[] => events.map((event) => event.position);

function describeAppending(log: () => EventLog): void {
  it('is empty at first', async () => {
    expect(await log().head()).toEqual({ position: 0, epoch: 1, rootHash: emptyRoot.toString('hex'), at: null });
    expect(await log().readAll({ after: 0, limit: 10 })).toEqual([]);
  });

  it('gives positions from 1 without a gap, over all streams', async () => {
    const first = await log().append({ streams: [to('thing-a', 1, 2), to('thing-b', 3)] });
    const second = await log().append({ streams: [to('thing-a', 4)] });
    expect(first.streams).toEqual([
      { stream: 'thing-a', written: true, version: 2, positions: [1, 2] },
      { stream: 'thing-b', written: true, version: 1, positions: [3] },
    ]);
    expect(second).toMatchObject({ headPosition: 4, streams: [{ version: 3, positions: [4] }] });
    expect(positionsOf(await log().readAll({ after: 0, limit: 10 }))).toEqual([1, 2, 3, 4]);
  });

  it('records an event as it was given', async () => {
    const meta = { actor: 'key:key_1', correlationId: 'c', causationId: 'd', traceparent: '00-1-2-01' };
    const event = happened(1, { type: 'OtherHappened', schemaVersion: 7, data: { text: 'Zoë \u0000 🚚', big: 2 ** 53 - 1 }, meta });
    const appended = await log().append({ streams: [{ stream: 'thing-a', tenant: 'acme', expected: 'none', events: [event] }] });
    const [read] = await log().readAll({ after: 0, limit: 1 });
    expect(read).toMatchObject({
      ...{ log: log().identity.log, epoch: 1, position: 1, stream: 'thing-a', version: 1, tenant: 'acme' },
      ...{ type: 'OtherHappened', schemaVersion: 7, data: event.data, meta, sealed: null },
    });
    expect(read?.eventId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(read?.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(appended.events).toEqual([read]);
  });

  it('gives what it stored, not the object of the caller', async () => {
    const { events } = await log().append({ streams: [{ ...to('thing-a'), events: [happened(1, { data: { n: 1, no: undefined } })] }] });
    expect(Object.keys(events[0]?.data ?? {})).toEqual(['n']);
  });

  it('never lets time go back', async () => {
    for (let n = 1; n <= 5; n += 1) await log().append({ streams: [to('thing-a', n)] });
    const times = (await log().readAll({ after: 0, limit: 10 })).map((event) => event.at);
    expect(times).toEqual([...times].sort());
    expect((await log().head()).at).toBe(times.at(-1));
  });

  it('changes its root with every event', async () => {
    const roots = new Set([(await log().head()).rootHash]);
    for (let n = 1; n <= 4; n += 1) {
      await log().append({ streams: [to('thing-a', n)] });
      roots.add((await log().head()).rootHash);
    }
    expect(roots.size).toBe(5);
  });

  it('keeps apart what many callers append at once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => log().append({ streams: [to(`thing-${n % 7}`, n)] })));
    const positions = answers.flatMap((answer) => answer.streams.flatMap((stream) => (stream.written ? stream.positions : [])));
    expect(positions.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    for (let stream = 0; stream < 7; stream += 1) {
      const versions = (await log().readStream(`thing-${stream}`)).map((event) => event.version);
      expect(versions).toEqual(versions.map((_, at) => at + 1));
    }
  });

  it.each<[string, AppendRequest]>([
    ['an append of nothing', { streams: [] }],
    ['a stream without a name', { streams: [to('', 1)] }],
    ['a tenant that is too long', { streams: [{ ...to('thing-a', 1), tenant: 't'.repeat(64) }] }],
    ['an event without a type', { streams: [{ ...to('thing-a'), events: [happened(1, { type: '' })] }] }],
    ['data that is no object', { streams: [{ ...to('thing-a'), events: [happened(1, { data: [1] })] }] }],
    ['a sealed part without a member', { streams: [{ ...to('thing-a'), events: [happened(1, { sealed: { subject: 's', text: '{}' } })] }] }],
    ['a cursor that goes back', { streams: [], cursor: { source: 'a-0', sourceEpoch: 1, from: 2, to: 1 } }],
  ])('refuses %s', async (_case, request) => {
    await expect(log().append(request)).rejects.toThrow(AppendInvalid);
    expect((await log().head()).position).toBe(0);
  });
}

function describeExpectations(log: () => EventLog): void {
  const expecting = (expected: 'any' | 'none' | number, n: number): Promise<unknown> =>
    log().append({ streams: [{ ...to('thing-a', n), expected }] });

  it('writes any, whatever is there', async () => {
    await expecting('any', 1);
    await expecting('any', 2);
    expect(numbersOf(await log().readStream('thing-a'))).toEqual([1, 2]);
  });

  it('writes none only to a stream that does not exist', async () => {
    await expecting('none', 1);
    expect(await rejectionOf(expecting('none', 2))).toEqual({ kind: 'conflict', stream: 'thing-a', expected: 'none', version: 1 });
  });

  it('writes an exact version only when it is the last', async () => {
    await expecting('any', 1);
    await expecting(1, 2);
    for (const [expected, version] of [[1, 2], [3, 2], [0, 2]] as const) {
      expect(await rejectionOf(expecting(expected, 9))).toEqual({ kind: 'conflict', stream: 'thing-a', expected, version });
    }
    expect(numbersOf(await log().readStream('thing-a'))).toEqual([1, 2]);
  });

  it('writes nothing of a request of which one stream conflicts', async () => {
    await expecting('any', 1);
    await rejectionOf(log().append({ streams: [to('thing-b', 2), { ...to('thing-a', 3), expected: 'none' }] }));
    expect((await log().head()).position).toBe(1);
    expect(await log().readStream('thing-b')).toEqual([]);
  });

  it('leaves out a stream that may be skipped and writes the others', async () => {
    await expecting('any', 1);
    const result = await log().append({
      streams: [to('thing-b', 2), { ...to('thing-a', 3), expected: 'none', onConflict: 'skip' }, to('thing-c', 4)],
    });
    expect(result.streams).toEqual([
      { stream: 'thing-b', written: true, version: 1, positions: [2] },
      { stream: 'thing-a', written: false, version: 1, lastPosition: 1 },
      { stream: 'thing-c', written: true, version: 1, positions: [3] },
    ]);
    expect(numbersOf(result.events)).toEqual([2, 4]);
  });

  it('writes nothing and says so when everything is skipped', async () => {
    await expecting('any', 1);
    const result = await log().append({ streams: [{ ...to('thing-a', 2), expected: 'none', onConflict: 'skip' }] });
    expect(result).toMatchObject({ events: [], headPosition: 1, streams: [{ written: false, version: 1, lastPosition: 1 }] });
  });

  it('lets the second mention of a stream in one request see the first', async () => {
    const result = await log().append({ streams: [to('thing-a', 1), { ...to('thing-a', 2), expected: 1 }, { ...to('thing-a', 3), expected: 'none', onConflict: 'skip' }] });
    expect(result.streams).toMatchObject([{ version: 1 }, { version: 2 }, { written: false, version: 2, lastPosition: 2 }]);
  });

  it('lets exactly one of many win a version, and fails no other caller', async () => {
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 10 }, (_, n) => log().append({ streams: [{ ...to('thing-a', n), expected: 'none' }] })),
      ...Array.from({ length: 10 }, (_, n) => log().append({ streams: [to(`other-${n}`, n)] })),
    ]);
    expect(outcomes.slice(0, 10).filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(outcomes.slice(10).every((outcome) => outcome.status === 'fulfilled')).toBe(true);
    expect((await log().head()).position).toBe(11);
  });
}

function describeGuards(log: () => EventLog, leases: () => Leases): void {
  const condition = (after: number, tenant = 'default') => [{ category: 'subscription', tenant, after }];

  it('holds a condition while no event of the category stands after the position', async () => {
    await log().append({ streams: [to('other-1', 1), to('subscription-1', 2)] });
    await log().append({ streams: [to('thing-a', 3)], conditions: condition(2) });
    expect(await rejectionOf(log().append({ streams: [to('thing-a', 4)], conditions: condition(1) }))).toEqual({
      ...{ kind: 'condition', category: 'subscription', tenant: 'default', lastPosition: 2 },
    });
    await log().append({ streams: [to('thing-a', 5)], conditions: condition(0, 'acme') });
    expect(numbersOf(await log().readStream('thing-a'))).toEqual([3, 5]);
  });

  it('counts an append of the same moment for a condition', async () => {
    const outcomes = await Promise.allSettled([
      log().append({ streams: [to('subscription-1', 1)] }),
      log().append({ streams: [to('thing-a', 2)], conditions: condition(0) }),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected']);
  });

  it('writes under a lease that is held, and not once it was given back, taken over or has run out', async () => {
    const held = await leases().acquire('intake', 'copy-1', 60_000);
    const fenced = (epoch: number, n: number) => log().append({ streams: [to('thing-a', n)], fence: { lease: 'intake', epoch } });
    await fenced(held?.epoch ?? 0, 1);
    expect(await leases().acquire('intake', 'copy-2', 60_000)).toBeNull();
    if (held) await leases().release(held);
    expect(await rejectionOf(fenced(held?.epoch ?? 0, 2))).toEqual({ kind: 'fence', lease: 'intake' });
    const next = await leases().acquire('intake', 'copy-2', 60_000);
    expect(next?.epoch).toBe((held?.epoch ?? 0) + 1);
    expect(await rejectionOf(fenced(held?.epoch ?? 0, 3))).toEqual({ kind: 'fence', lease: 'intake' });
    await fenced(next?.epoch ?? 0, 4);
    const short = await leases().acquire('short', 'copy-1', 0);
    const late = log().append({ streams: [to('thing-a', 5)], fence: { lease: 'short', epoch: short?.epoch ?? 0 } });
    expect(await rejectionOf(late)).toEqual({ kind: 'fence', lease: 'short' });
    expect(numbersOf(await log().readStream('thing-a'))).toEqual([1, 4]);
  });

  it('rejects a lease that nobody ever took', async () => {
    const unknown = log().append({ streams: [to('thing-a', 1)], fence: { lease: 'nobody', epoch: 1 } });
    expect(await rejectionOf(unknown)).toEqual({ kind: 'fence', lease: 'nobody' });
  });

  it('moves a cursor by compare-and-set together with the events', async () => {
    const cursor = (from: number, end: number, sourceEpoch = 1) => ({ source: 'source-0', sourceEpoch, from, to: end });
    expect(await log().cursor('source-0')).toBeNull();
    await log().append({ streams: [to('thing-a', 1)], cursor: cursor(0, 5) });
    expect(await log().cursor('source-0')).toEqual({ sourceEpoch: 1, position: 5 });
    for (const wrong of [cursor(0, 6), cursor(4, 6), cursor(6, 7), cursor(5, 6, 2)]) {
      expect(await rejectionOf(log().append({ streams: [to('thing-a', 9)], cursor: wrong }))).toEqual({
        ...{ kind: 'cursor', source: 'source-0', position: 5 },
      });
    }
    expect(numbersOf(await log().readStream('thing-a'))).toEqual([1]);
  });

  it('moves a cursor without an event', async () => {
    const cursor = { source: 'source-0', sourceEpoch: 3, from: 0, to: 7 };
    expect(await log().append({ streams: [], cursor })).toEqual({ streams: [], events: [], headPosition: 0 });
    expect(await log().cursor('source-0')).toEqual({ sourceEpoch: 3, position: 7 });
    expect(await rejectionOf(log().append({ streams: [], cursor }))).toEqual({ kind: 'cursor', source: 'source-0', position: 7 });
  });

  it('lets one of two win a cursor', async () => {
    const move = (n: number) =>
      log().append({ streams: [to('thing-a', n)], cursor: { source: 'source-0', sourceEpoch: 1, from: 0, to: 1 } });
    const outcomes = await Promise.allSettled([move(1), move(2), move(3)]);
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(await log().readStream('thing-a')).toHaveLength(1);
  });
}

function describeReading(log: () => EventLog): void {
  beforeEach(() => log().append({ streams: [to('thing-a', 1, 2, 3), to('thing-b', 4, 5)] }));

  it.each([
    ['all of it', {}, [1, 2, 3]],
    ['from a version on', { fromVersion: 2 }, [2, 3]],
    ['the first ones', { limit: 2 }, [1, 2]],
    ['the newest first', { backwards: true }, [3, 2, 1]],
    ['the newest', { backwards: true, limit: 1 }, [3]],
    ['backwards from a version', { backwards: true, fromVersion: 2 }, [2, 1]],
    ['nothing past its end', { fromVersion: 4 }, []],
  ])('reads of a stream %s', async (_case, options, expected) => {
    expect(numbersOf(await log().readStream('thing-a', options))).toEqual(expected);
  });

  it('reads a stream that does not exist as empty', async () => {
    expect(await log().readStream('thing-none')).toEqual([]);
  });

  it('reads many streams at once and leaves out those that do not exist', async () => {
    const found = await log().readStreams(['thing-b', 'thing-none', 'thing-a']);
    expect([...found.keys()].sort()).toEqual(['thing-a', 'thing-b']);
    expect(numbersOf(found.get('thing-a') ?? [])).toEqual([1, 2, 3]);
    expect(await log().readStreams([])).toEqual(new Map());
  });

  it.each([
    ['all after 0', { after: 0, limit: 10 }, [1, 2, 3, 4, 5]],
    ['exactly as many as asked', { after: 0, limit: 5 }, [1, 2, 3, 4, 5]],
    ['one fewer when one fewer is asked', { after: 0, limit: 4 }, [1, 2, 3, 4]],
    ['after a position', { after: 3, limit: 10 }, [4, 5]],
    ['nothing after the head', { after: 5, limit: 10 }, []],
    ['backwards before a position', { after: 4, limit: 2, backwards: true }, [3, 2]],
    ['backwards from the end', { after: 6, limit: 2, backwards: true }, [5, 4]],
    ['nothing before the first', { after: 1, limit: 2, backwards: true }, []],
  ])('reads of the whole log %s', async (_case, options, expected) => {
    expect(positionsOf(await log().readAll(options))).toEqual(expected);
  });

  it('never answers more than its limit', async () => {
    const many = Array.from({ length: readLimitMax }, (_, n) => n);
    await log().append({ streams: [to('thing-c', ...many)] });
    expect(await log().readAll({ after: 0, limit: readLimitMax })).toHaveLength(readLimitMax);
    expect(await log().readAll({ after: 0, limit: readLimitMax + 1 })).toHaveLength(readLimitMax);
  });
}

function describeTailing(log: () => EventLog): void {
  async function take(after: number, batchMax: number, count: number): Promise<RecordedEvent[][]> {
    const stop = new AbortController();
    const batches: RecordedEvent[][] = [];
    for await (const batch of log().tail({ after, batchMax, signal: stop.signal })) {
      batches.push(batch);
      if (batches.flat().length >= count) stop.abort();
    }
    return batches;
  }

  it('tells what is there and then what comes, each once and in order', async () => {
    await log().append({ streams: [to('thing-a', 1, 2)] });
    const taking = take(0, 100, 5);
    await log().append({ streams: [to('thing-a', 3)] });
    await log().append({ streams: [to('thing-a', 4, 5)] });
    expect(positionsOf((await taking).flat())).toEqual([1, 2, 3, 4, 5]);
  });

  it('starts after a position and keeps to the size of a batch', async () => {
    await log().append({ streams: [to('thing-a', 1, 2, 3, 4, 5)] });
    expect((await take(1, 2, 4)).map(positionsOf)).toEqual([[2, 3], [4, 5]]);
  });

  it('ends when it is told to while nothing comes', async () => {
    const stop = new AbortController();
    const ending = (async () => {
      for await (const batch of log().tail({ after: 0, batchMax: 1, signal: stop.signal })) return batch;
      return 'ended';
    })();
    stop.abort();
    expect(await ending).toBe('ended');
  });

  it('feeds several readers, each at its own place', async () => {
    await log().append({ streams: [to('thing-a', 1, 2, 3)] });
    const [slow, fast] = await Promise.all([take(0, 1, 3), take(0, 3, 3)]);
    expect(positionsOf(slow.flat())).toEqual(positionsOf(fast.flat()));
  });
}

function describeSealing(log: () => EventLog, shredSubject: (subject: string) => Promise<void>): void {
  const text = '{"payload":{ "n": 1.50, "word": "Zoë" }}';
  const sealedFor = (subject: string, stream: string): StreamAppend => ({
    ...to(stream),
    events: [happened(1, { sealed: { subject, text } })],
  });

  it('gives a sealed part back in its spelling', async () => {
    const appended = await log().append({ streams: [sealedFor('ntf_1', 'thing-a'), to('thing-b', 2)] });
    expect(appended.events.map((event) => event.sealed)).toEqual([text, null]);
    expect((await log().readAll({ after: 0, limit: 2 })).map((event) => event.sealed)).toEqual([text, null]);
    expect((await log().readStream('thing-a'))[0]?.sealed).toBe(text);
    expect((await log().readStreams(['thing-a'])).get('thing-a')?.[0]?.sealed).toBe(text);
  });

  it('can no longer read what was sealed for a subject that was shredded, and only that', async () => {
    await log().append({ streams: [sealedFor('ntf_1', 'thing-a'), sealedFor('ntf_2', 'thing-b')] });
    const before = await log().head();
    await shredSubject('ntf_1');
    expect((await log().readAll({ after: 0, limit: 2 })).map((event) => event.sealed)).toEqual([shredded, text]);
    expect((await log().readStream('thing-a'))[0]).toMatchObject({ data: { n: 1 }, sealed: shredded });
    expect(await log().head()).toEqual(before);
  });

  it('still records events of a shredded subject, and their sealed parts are gone from the start', async () => {
    await log().append({ streams: [sealedFor('ntf_1', 'thing-a')] });
    await shredSubject('ntf_1');
    await log().append({ streams: [sealedFor('ntf_1', 'thing-a')] });
    expect((await log().readStream('thing-a')).map((event) => event.sealed)).toEqual([shredded, shredded]);
  });
}
