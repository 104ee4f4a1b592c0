import { happened, numbersOf, positionsOf, to } from './contract-events.js';
import { readLimitMax } from './limits.js';
import { type EventLog, type RecordedEvent, shredded, type StreamAppend } from './log.js';

/** Streams and the whole log, forwards and backwards. */
export function describeReading(log: () => EventLog): void {
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

  it('tells the time by the clock that its events have: after what was appended, and before what comes', async () => {
    const [before] = (await log().append({ streams: [to('thing-a', 4)] })).events;
    const told = log().nowMs();
    const [after] = (await log().append({ streams: [to('thing-a', 5)] })).events;
    expect(told).toBeGreaterThanOrEqual(Date.parse(before?.at ?? ''));
    expect(told).toBeLessThanOrEqual(Date.parse(after?.at ?? ''));
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

/** The reader that never ends. */
export function describeTailing(log: () => EventLog): void {
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
    expect((await take(1, 2, 4)).map(positionsOf)).toEqual([
      [2, 3],
      [4, 5],
    ]);
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

/** Parts that can be made unreadable. */
export function describeSealing(log: () => EventLog, shredSubject: (subject: string) => Promise<void>): void {
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
    const later = await log().append({ streams: [sealedFor('ntf_1', 'thing-a')] });
    // What is at hand is gone too: the relay would publish it in clear.
    expect(later.events.map((event) => event.sealed)).toEqual([shredded]);
    expect((await log().readAll({ after: 1, limit: 2 })).map((event) => event.sealed)).toEqual([shredded]);
    expect((await log().readStream('thing-a')).map((event) => event.sealed)).toEqual([shredded, shredded]);
  });
}
