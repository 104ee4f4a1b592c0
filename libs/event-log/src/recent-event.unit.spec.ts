import { storableValue } from '@waybill/contracts/text/storable';
import { decodeLogEvent } from '@waybill/contracts/log-event';
import fc from 'fast-check';
import { type NewEvent, shredded } from './log.js';
import { prepare } from './prepare.js';
import { recordedEvent, wireOf } from './recorded.js';
import { type RecentFacts, recentEvents } from './recent-event.js';

const identity = { log: 'delivery-0', epoch: 2 };
const at = '2026-11-29T03:00:00.000Z';
const eventId = '01234567-89ab-cdef-0123-456789abcdef';

/** The same events as a recent group holds them and as PostgreSQL would give them back. */
function bothWays(events: readonly NewEvent[]) {
  const stream = 'thing-a';
  const tenant = 'default';
  const prepared = prepare({ streams: [{ stream, tenant, expected: 'any', events }] }).streams[0]?.events ?? [];
  const group = prepared.map((event, index) => {
    const place = { event, stream, tenant, version: index + 1, position: index + 7 };
    const isGone = event.sealed?.subject === 'ntf_gone';
    const facts: RecentFacts = {
      ...{ identity, stream, tenant, version: place.version, position: place.position, eventId, at },
      ...{ type: event.type, schemaVersion: event.schemaVersion, meta: event.meta },
      ...{ atUs: Date.parse(at) * 1_000, leaf: '\xff'.repeat(32), subject: event.sealed?.subject ?? null, isGone },
    };
    return { facts, event, stored: recordedEvent(identity, place, eventId, at, isGone) };
  });
  const recent = recentEvents(group);
  return group.map(({ stored }, index) => ({ stored, recent: recent[index] ?? fail() }));
}

function fail(): never {
  throw new Error('every event has its recent form');
}

const meta = { actor: 'key:a "quoted" \\ one', correlationId: 'c', traceparent: undefined };
const sealedText = fc
  .dictionary(
    fc.string({ minLength: 1 }).map((name) => `s${name}`),
    fc.jsonValue(),
    { minKeys: 1 },
  )
  .map((value) => JSON.stringify(value));
const events = fc.array(
  fc.record({
    type: fc.constantFrom('Happened', 'Over'),
    schemaVersion: fc.integer({ min: 1, max: 9 }),
    data: fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
    meta: fc.constant(meta),
    sealed: fc.option(fc.record({ subject: fc.constantFrom('ntf_1', 'ntf_gone'), text: sealedText }), {
      nil: undefined,
    }),
  }),
  { minLength: 1, maxLength: 5 },
);

describe('an event that was just written', () => {
  it('goes on the wire as PostgreSQL would give it back, whatever is in it', () => {
    fc.assert(
      fc.property(events, (some) => {
        for (const { stored, recent } of bothWays(some)) {
          const wire = wireOf(stored);
          const { bytes, sealedAt, leafHex } = recent.wireEvent();
          expect(Buffer.from(bytes).toString()).toBe(wire.text);
          expect(sealedAt).toBe(wire.sealedAt);
          expect(leafHex).toBe('ff'.repeat(32));
          const { sealed, shredded: isShredded } = decodeLogEvent(bytes, sealedAt);
          expect(isShredded ? shredded : sealed).toBe(stored.sealed);
        }
      }),
    );
  });

  it('is read as PostgreSQL would give it back, and folded without what is sealed and what no row can hold', () => {
    fc.assert(
      fc.property(events, (some) => {
        for (const { stored, recent } of bothWays(some)) {
          expect({ ...recent.recorded() }).toEqual(stored);
          const { sealed: _, ...folded } = stored;
          expect(recent.folded()).toEqual({ ...folded, data: storableValue(folded.data) });
        }
      }),
    );
  });

  it('has nothing between the clear and the sealed part when the clear one is empty', () => {
    const sealed = { subject: 'ntf_1', text: '{"payload":{"a":1.0}}' };
    const [{ recent } = fail()] = bothWays([{ type: 'Happened', schemaVersion: 1, data: {}, meta, sealed }]);
    expect(Buffer.from(recent.wireEvent().bytes).toString()).toContain('"data":{"payload":{"a":1.0}}}');
    expect(recent.folded().data).toEqual({});
    expect(recent.recorded().sealed).toBe(sealed.text);
  });
});
