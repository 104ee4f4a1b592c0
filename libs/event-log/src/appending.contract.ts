import { happened, numbersOf, positionsOf, rejectionOf, to } from './contract-events.js';
import type { Lease, Leases } from './leases.js';
import { AppendInvalid, type AppendRequest, type EventLog } from './log.js';
import { emptyRoot } from './merkle.js';

/** Positions, versions, times and roots. */
export function describeAppending(log: () => EventLog): void {
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
    const event = happened(1, {
      type: 'OtherHappened',
      schemaVersion: 7,
      data: { text: 'Zoë \u0000 🚚', big: 2 ** 53 - 1 },
      meta,
    });
    const appended = await log().append({
      streams: [{ stream: 'thing-a', tenant: 'acme', expected: 'none', events: [event] }],
    });
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
    const { events } = await log().append({
      streams: [{ ...to('thing-a'), events: [happened(1, { data: { n: 1, no: undefined } })] }],
    });
    expect(Object.keys(events[0]?.data ?? {})).toEqual(['n']);
  });

  describeMany(log);
  describeInvalid(log);
}

function describeMany(log: () => EventLog): void {
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
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => log().append({ streams: [to(`thing-${n % 7}`, n)] })),
    );
    const positions = answers.flatMap((answer) =>
      answer.streams.flatMap((stream) => (stream.written ? stream.positions : [])),
    );
    expect(positions.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    for (let stream = 0; stream < 7; stream += 1) {
      const versions = (await log().readStream(`thing-${stream}`)).map((event) => event.version);
      expect(versions).toEqual(versions.map((_, at) => at + 1));
    }
  });
}

function describeInvalid(log: () => EventLog): void {
  it.each<[string, AppendRequest]>([
    ['an append of nothing', { streams: [] }],
    ['a stream without a name', { streams: [to('', 1)] }],
    ['a tenant that is too long', { streams: [{ ...to('thing-a', 1), tenant: 't'.repeat(64) }] }],
    ['an event without a type', { streams: [{ ...to('thing-a'), events: [happened(1, { type: '' })] }] }],
    ['data that is no object', { streams: [{ ...to('thing-a'), events: [happened(1, { data: [1] })] }] }],
    [
      'a sealed part without a member',
      { streams: [{ ...to('thing-a'), events: [happened(1, { sealed: { subject: 's', text: '{}' } })] }] },
    ],
    ['a cursor that goes back', { streams: [], cursor: { source: 'a-0', sourceEpoch: 1, from: 2, to: 1 } }],
  ])('refuses %s', async (_case, request) => {
    await expect(log().append(request)).rejects.toThrow(AppendInvalid);
    expect((await log().head()).position).toBe(0);
  });
}

/** Which versions an append may demand. */
export function describeExpectations(log: () => EventLog): void {
  const expecting = (expected: 'any' | 'none' | number, n: number): Promise<unknown> =>
    log().append({ streams: [{ ...to('thing-a', n), expected }] });

  it('writes any, whatever is there', async () => {
    await expecting('any', 1);
    await expecting('any', 2);
    expect(numbersOf(await log().readStream('thing-a'))).toEqual([1, 2]);
  });

  it('writes none only to a stream that does not exist', async () => {
    await expecting('none', 1);
    expect(await rejectionOf(expecting('none', 2))).toEqual({
      kind: 'conflict',
      stream: 'thing-a',
      expected: 'none',
      version: 1,
    });
  });

  it('writes an exact version only when it is the last', async () => {
    await expecting('any', 1);
    await expecting(1, 2);
    for (const [expected, version] of [
      [1, 2],
      [3, 2],
      [0, 2],
    ] as const) {
      expect(await rejectionOf(expecting(expected, 9))).toEqual({
        kind: 'conflict',
        stream: 'thing-a',
        expected,
        version,
      });
    }
    expect(numbersOf(await log().readStream('thing-a'))).toEqual([1, 2]);
  });

  describeSkipping(log, expecting);
}

function describeSkipping(
  log: () => EventLog,
  expecting: (expected: 'any' | 'none' | number, n: number) => Promise<unknown>,
): void {
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
    expect(result).toMatchObject({
      events: [],
      headPosition: 1,
      streams: [{ written: false, version: 1, lastPosition: 1 }],
    });
  });

  it('lets the second mention of a stream in one request see the first', async () => {
    const result = await log().append({
      streams: [
        to('thing-a', 1),
        { ...to('thing-a', 2), expected: 1 },
        { ...to('thing-a', 3), expected: 'none', onConflict: 'skip' },
      ],
    });
    expect(result.streams).toMatchObject([
      { version: 1 },
      { version: 2 },
      { written: false, version: 2, lastPosition: 2 },
    ]);
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

/** Conditions, fences and cursors. */
export function describeGuards(log: () => EventLog, leases: () => Leases): void {
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
    const fenced = (epoch: number, n: number) =>
      log().append({ streams: [to('thing-a', n)], fence: { lease: 'intake', epoch } });
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

  it('renews many leases at once, and none that was given back or taken over', async () => {
    const [kept, given, taken] = (await Promise.all(
      ['kept', 'given', 'taken'].map(
        async (name) => (await leases().acquire(`many-${name}`, 'copy-1', 60_000)) as Lease,
      ),
    )) as [Lease, Lease, Lease];
    for (const lease of [given, taken]) await leases().release(lease);
    await leases().acquire(taken.name, 'copy-2', 60_000);
    const renewed = await leases().renewAll([kept, given, taken], 120_000);
    expect([...renewed.keys()]).toEqual([kept.name]);
    expect(renewed.get(kept.name)).toMatchObject({ owner: 'copy-1', epoch: kept.epoch });
    expect((renewed.get(kept.name)?.untilMs ?? 0) - kept.untilMs).toBeGreaterThan(50_000);
    expect((await leases().renewAll([], 1_000)).size).toBe(0);
  });

  it('rejects a lease that nobody ever took', async () => {
    const unknown = log().append({ streams: [to('thing-a', 1)], fence: { lease: 'nobody', epoch: 1 } });
    expect(await rejectionOf(unknown)).toEqual({ kind: 'fence', lease: 'nobody' });
  });

  describeCursors(log);
}

function describeCursors(log: () => EventLog): void {
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
    expect(await rejectionOf(log().append({ streams: [], cursor }))).toEqual({
      kind: 'cursor',
      source: 'source-0',
      position: 7,
    });
  });

  it('lets one of two win a cursor', async () => {
    const move = (n: number) =>
      log().append({ streams: [to('thing-a', n)], cursor: { source: 'source-0', sourceEpoch: 1, from: 0, to: 1 } });
    const outcomes = await Promise.allSettled([move(1), move(2), move(3)]);
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(await log().readStream('thing-a')).toHaveLength(1);
  });
}
