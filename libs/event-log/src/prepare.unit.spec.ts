import { happened, to } from './contract-events.js';
import { eventBytesMax, requestBytesMax, requestEventsMax, streamNameBytesMax, tenantBytesMax } from './limits.js';
import { AppendInvalid, type AppendRequest, type NewEvent } from './log.js';
import { prepare } from './prepare.js';
import { recordedEvent, wireOf } from './recorded.js';

/** An event that counts exactly so many bytes in the stream `thing-a` of the tenant `default`. */
function eventOf(bytes: number): NewEvent {
  const bare = prepare({ streams: [{ ...to('thing-a'), events: [happened(1, { data: { filling: '' } })] }] }).bytes;
  return happened(1, { data: { filling: 'x'.repeat(bytes - bare) } });
}

const one = (event: NewEvent): AppendRequest => ({ streams: [{ ...to('thing-a'), events: [event] }] });

describe('what may be appended', () => {
  it('takes an event at the bound and refuses one a byte longer', () => {
    expect(prepare(one(eventOf(eventBytesMax))).bytes).toBe(eventBytesMax);
    expect(() => prepare(one(eventOf(eventBytesMax + 1)))).toThrow(AppendInvalid);
  });

  it('counts the sealed part of an event in bytes, not in letters', () => {
    const sealed = { subject: 'ntf_1', text: JSON.stringify({ payload: 'é'.repeat(eventBytesMax / 2) }) };
    expect(() => prepare(one(happened(1, { sealed })))).toThrow(AppendInvalid);
  });

  it('counts at least what the event takes on the wire', () => {
    const sealed = { subject: 'ntf_1', text: '{"payload":"Zoë"}' };
    const meta = {
      actor: 'key:key_01h455vb4pex5vsknk084sn02q',
      correlationId: 'c'.repeat(40),
      causationId: 'd'.repeat(40),
      traceparent: 't'.repeat(55),
    };
    const prepared = prepare(one(happened(1, { sealed, meta })));
    const event = prepared.streams[0]?.events[0];
    if (event === undefined) throw new Error('one event was prepared');
    const far = { event, stream: 'thing-a', tenant: 'default', version: 2 ** 53 - 1, position: 2 ** 53 - 1 };
    const recorded = recordedEvent(
      { log: 'subscriptions-0', epoch: 2 ** 31 - 1 },
      far,
      '0'.repeat(36),
      '2026-01-01T00:00:00.000Z',
    );
    expect(Buffer.byteLength(wireOf(recorded).text)).toBeLessThanOrEqual(prepared.bytes);
  });

  it('takes a request at the bounds and refuses one past them', () => {
    const many = (count: number): AppendRequest => ({
      streams: [{ ...to('thing-a'), events: Array<NewEvent>(count).fill(happened(1)) }],
    });
    expect(prepare(many(requestEventsMax)).eventCount).toBe(requestEventsMax);
    expect(() => prepare(many(requestEventsMax + 1))).toThrow(AppendInvalid);
    const large = (count: number): AppendRequest => ({
      streams: [{ ...to('thing-a'), events: Array<NewEvent>(count).fill(eventOf(eventBytesMax)) }],
    });
    expect(prepare(large(requestBytesMax / eventBytesMax)).bytes).toBe(requestBytesMax);
    expect(() => prepare(large(requestBytesMax / eventBytesMax + 1))).toThrow(AppendInvalid);
  });

  it.each<[string, AppendRequest, AppendRequest]>([
    [
      'a stream name',
      { streams: [to('s'.repeat(streamNameBytesMax), 1)] },
      { streams: [to('s'.repeat(streamNameBytesMax + 1), 1)] },
    ],
    [
      'a tenant',
      { streams: [{ ...to('thing-a', 1), tenant: 't'.repeat(tenantBytesMax) }] },
      { streams: [{ ...to('thing-a', 1), tenant: 't'.repeat(tenantBytesMax + 1) }] },
    ],
    ['a schema version', one(happened(1, { schemaVersion: 32_767 })), one(happened(1, { schemaVersion: 32_768 }))],
  ])('takes %s at its bound and refuses it one past', (_case, within, past) => {
    expect(() => prepare(within)).not.toThrow();
    expect(() => prepare(past)).toThrow(AppendInvalid);
  });

  it.each([
    ['a stream name', { ...to('thing-\u0000', 1) }],
    ['a tenant', { ...to('thing-a', 1), tenant: 'a\nb' }],
    ['an event type', { ...to('thing-a'), events: [happened(1, { type: 'Thing\u0000' })] }],
    ['a subject', { ...to('thing-a'), events: [happened(1, { sealed: { subject: 'a\u0000', text: '{"a":1}' } })] }],
  ])('refuses a control character in %s, which PostgreSQL would refuse for the whole group', (_case, stream) => {
    expect(() => prepare({ streams: [stream] })).toThrow(AppendInvalid);
  });
});
