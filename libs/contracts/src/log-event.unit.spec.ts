import fc from 'fast-check';
import { decodeLogEvent, encodeLogEvent, type LogEventEnvelope } from './log-event.js';

const envelope: LogEventEnvelope = {
  log: 'delivery-0',
  epoch: 1,
  position: 812,
  eventId: '0190f3c2-0000-8000-8000-000000000001',
  stream: 'delivery-dlv_1',
  version: 3,
  type: 'DeliveryAccepted',
  schemaVersion: 1,
  tenant: 'default',
  at: '2026-01-02T03:04:05.678Z',
  actor: 'service:delivery',
  correlationId: 'ntf_1',
  causationId: null,
  traceparent: null,
};

describe('the wire form of a log event', () => {
  it('is one JSON object whose data ends with the sealed members', () => {
    const wire = encodeLogEvent(envelope, '{"a":1}', '{"payload":{"n":1}}');
    expect(JSON.parse(wire.text)).toEqual({ ...envelope, data: { a: 1, payload: { n: 1 } } });
    expect(Object.keys(JSON.parse(wire.text) as object).at(-1)).toBe('data');
  });

  it('keeps the spelling of the payload', () => {
    const sealed = '{"payload":{ "n": 1.50,\n"big":12345678901234567890, "u":"\\u00e9" }}';
    const wire = encodeLogEvent(envelope, '{"a":1}', sealed);
    expect(decodeLogEvent(wire.text, wire.sealedAt).sealed).toBe(sealed);
    expect(decodeLogEvent(Buffer.from(wire.text), wire.sealedAt).sealed).toBe(sealed);
  });

  it('points at the first sealed member in bytes, also behind letters of more than one byte', () => {
    const wire = encodeLogEvent(envelope, '{"a":"Zoë 🚚"}', '{"payload":{}}');
    const bytes = Buffer.from(wire.text);
    expect(bytes.subarray(wire.sealedAt ?? 0).toString()).toBe('"payload":{}}}');
    expect(decodeLogEvent(wire.text, wire.sealedAt)).toMatchObject({ data: { a: 'Zoë 🚚' }, sealed: '{"payload":{}}' });
    expect(decodeLogEvent(bytes, wire.sealedAt)).toMatchObject({ data: { a: 'Zoë 🚚' }, sealed: '{"payload":{}}' });
  });

  it('needs no comma when there is no clear member', () => {
    const wire = encodeLogEvent(envelope, '{}', '{"payload":{}}');
    expect(JSON.parse(wire.text)).toMatchObject({ data: { payload: {} } });
    expect(decodeLogEvent(wire.text, wire.sealedAt)).toMatchObject({ data: {}, sealed: '{"payload":{}}' });
  });

  it('has no sealed part when nothing was sealed', () => {
    const wire = encodeLogEvent(envelope, '{"a":1}', null);
    expect(wire.sealedAt).toBeNull();
    expect(decodeLogEvent(wire.text, null)).toEqual({ ...envelope, data: { a: 1 }, sealed: null, shredded: false });
  });

  it('says on the envelope that a sealed part was shredded', () => {
    const wire = encodeLogEvent(envelope, '{"a":1}', null, true);
    expect(JSON.parse(wire.text)).toMatchObject({ shredded: true, data: { a: 1 } });
    expect(decodeLogEvent(wire.text, null).shredded).toBe(true);
  });

  it('gives everything in data to a reader who does not know the offset', () => {
    const wire = encodeLogEvent(envelope, '{"a":1}', '{"payload":{"n":1}}');
    expect(decodeLogEvent(wire.text, null)).toMatchObject({ data: { a: 1, payload: { n: 1 } }, sealed: null });
  });

  it.each([
    ['a clear part that is no object', '[]', null],
    ['a sealed part that is no object', '{}', '"text"'],
  ])('refuses %s', (_case, clear, sealed) => {
    expect(() => encodeLogEvent(envelope, clear, sealed)).toThrow(SyntaxError);
  });

  it.each([
    ['an array', '[]', null],
    ['an event without data', '{"position":1}', null],
    ['an offset that lies outside', '{"position":1,"data":{}}', 500],
  ])('refuses to read %s', (_case, text, sealedAt) => {
    expect(() => decodeLogEvent(text, sealedAt)).toThrow(SyntaxError);
  });

  it('reads back what it wrote, whatever stands in it', () => {
    const object = fc.dictionary(
      fc.string({ unit: 'grapheme' }).map((key) => `c${key}`),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(object, fc.option(fc.jsonValue()), fc.string({ unit: 'grapheme' }), (clear, payload, actor) => {
        const clearText = JSON.stringify(clear);
        const sealed = payload === null ? null : JSON.stringify({ payload });
        const wire = encodeLogEvent({ ...envelope, actor }, clearText, sealed);
        for (const form of [wire.text, Buffer.from(wire.text)]) {
          const read = decodeLogEvent(form, wire.sealedAt);
          expect(read).toEqual({ ...envelope, actor, data: JSON.parse(clearText), sealed, shredded: false });
        }
      }),
    );
  });
});
