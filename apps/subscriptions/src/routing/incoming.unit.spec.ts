import { createSecretKey } from 'node:crypto';
import { payloadBytesMax, payloadDepthMax } from '@waybill/contracts/payload/json-text';
import { Refused } from '@waybill/decider/decider';
import { notificationIdOf } from '@waybill/service-kit/ids';
import { type Incoming, payloadMac, readIncoming } from './incoming.js';

const incoming = (
  body: string | Buffer,
  more: Partial<Incoming> = {},
  headers: Record<string, string> = {},
): Incoming => ({
  via: 'jetstream',
  tenant: 'default',
  type: 'incident',
  subject: 'any',
  actor: 'publisher',
  body: typeof body === 'string' ? Buffer.from(body) : body,
  header: (name) => headers[name] ?? '',
  fallbackId: 'stream-7',
  receivedAt: '2026-11-24T10:00:00.000Z',
  ...more,
});
const request = (body: string) => incoming(body, { via: 'request', type: null });
const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
const filled = (bytes: number) => `{"t":"${'x'.repeat(bytes - 8)}"}`;

describe('a message', () => {
  it('is its payload, in the spelling in which it came', () => {
    const { payloadText, facts } = readIncoming(incoming('{ "n" : 1.50, "b":1e2 }'));
    expect(payloadText).toBe('{ "n" : 1.50, "b":1e2 }');
    expect(facts).toEqual({
      tenant: 'default',
      type: 'incident',
      id: 'stream-7',
      source: 'nats',
      time: '2026-11-24T10:00:00.000Z',
    });
  });

  it('is named by the headers of its publisher', () => {
    const { facts, notificationId } = readIncoming(incoming('{}', {}, { 'Waybill-Id': 'e1', 'Waybill-Source': 'soc' }));
    expect(facts).toMatchObject({ id: 'e1', source: 'soc' });
    expect(notificationId).toBe(notificationIdOf('default', 'soc', 'e1'));
  });

  it('may be a structured CloudEvent, whose data is the payload and whose type only informs', () => {
    const event =
      '{"specversion":"1.0","id":"c1","source":"/soc","type":"com.example","time":"2026-11-24T11:00:00+01:00","data":{"n":2.0}}';
    const { facts, payloadText } = readIncoming(incoming(event));
    expect(payloadText).toBe('{"n":2.0}');
    expect(facts).toMatchObject({ type: 'incident', id: 'c1', source: '/soc', time: '2026-11-24T10:00:00.000Z' });
  });

  it('may be a binary CloudEvent, named by its ce- headers', () => {
    const headers = { 'ce-id': 'c2', 'ce-source': '/soc', 'ce-time': '2026-11-24T09:00:00Z', 'ce-specversion': '1.0' };
    expect(readIncoming(incoming('{"a":1}', {}, headers)).facts).toMatchObject({
      id: 'c2',
      source: '/soc',
      time: '2026-11-24T09:00:00.000Z',
    });
  });

  it.each([
    ['no JSON', '{"a":', 'json_invalid'],
    ['no object', '[1]', 'json_not_an_object'],
    ['a key twice', '{"a":1,"a":2}', 'json_duplicate_key'],
    ['a key that reaches a prototype', '{"__proto__":{}}', 'json_key_forbidden'],
    ['half a surrogate pair', String.raw`{"a":"\ud800"}`, 'json_lone_surrogate'],
    ['a number that no double holds', '{"a":1e400}', 'json_number_not_finite'],
    ['a payload too deep', nested(payloadDepthMax + 1), 'json_too_deep'],
    [
      'a CloudEvent whose data is no object',
      '{"specversion":"1.0","id":"1","source":"s","type":"t","data":3}',
      'json_not_an_object',
    ],
    [
      'a time of a year that PostgreSQL does not count',
      '{"specversion":"1.0","id":"1","source":"s","time":"0000-12-31T23:59:59Z","data":{}}',
      'validation_failed',
    ],
    [
      'a time whose year has five digits in UTC',
      '{"specversion":"1.0","id":"1","source":"s","time":"9999-12-31T23:59:59-00:01","data":{}}',
      'validation_failed',
    ],
    [
      'a time that is none',
      '{"specversion":"1.0","id":"1","source":"s","time":"yesterday","data":{}}',
      'validation_failed',
    ],
  ])('is refused for %s', (_sentence, body, code) => {
    expect(codeOf(incoming(body))).toBe(code);
  });

  it('is refused for bytes that are no UTF-8', () => {
    expect(codeOf(incoming(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])))).toBe('json_not_utf8');
  });

  it('may name the first and the last time that can be kept', () => {
    for (const time of ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])
      expect(codeOf(incoming(`{"specversion":"1.0","id":"1","source":"s","time":"${time}","data":{}}`))).toBeNull();
  });

  it('may be as large and as deep as the limits and not more', () => {
    expect(codeOf(incoming(filled(payloadBytesMax)))).toBeNull();
    expect(codeOf(incoming(filled(payloadBytesMax + 1)))).toBe('payload_too_large');
    expect(codeOf(incoming(nested(payloadDepthMax)))).toBeNull();
  });

  it('is refused when its subject names no type', () => {
    expect(codeOf(incoming('{}', { type: 'Incident!' }))).toBe('type_invalid');
    expect(codeOf(incoming('{}', { type: 'a'.repeat(100) }))).toBeNull();
    expect(codeOf(incoming('{}', { type: 'a'.repeat(101) }))).toBe('type_invalid');
  });
});

describe('a request', () => {
  it('names itself in its body and keeps the spelling of its payload', () => {
    const { facts, payloadText } = readIncoming(
      request('{"type":"health","id":"e1","source":"soc","payload":{"n":0.10}}'),
    );
    expect(facts).toMatchObject({ type: 'health', id: 'e1', source: 'soc' });
    expect(payloadText).toBe('{"n":0.10}');
  });

  it.each([
    ['a field that is not known', '{"type":"health","payload":{},"x":1}', 'unknown_field', '/x'],
    ['no payload', '{"type":"health"}', 'json_not_an_object', '/payload'],
    ['no type', '{"payload":{}}', 'type_invalid', '/type'],
    ['an id that is no text', '{"type":"health","id":7,"payload":{}}', 'validation_failed', '/id'],
    [
      'an id with a control character',
      String.raw`{"type":"health","id":"a\u0007","payload":{}}`,
      'validation_failed',
      '/id',
    ],
    ['an id that is too long', `{"type":"health","id":"${'x'.repeat(257)}","payload":{}}`, 'validation_failed', '/id'],
  ])('is refused for %s, with the pointer', (_sentence, body, code, pointer) => {
    const refused = refusalOf(request(body));
    expect(refused?.code).toBe(code);
    expect(refused?.pointer).toBe(pointer);
  });
});

describe('the code of a payload', () => {
  it('differs from tenant to tenant and from payload to payload, and is the same for the same', () => {
    const [one, other] = [createSecretKey(Buffer.alloc(32, 1)), createSecretKey(Buffer.alloc(32, 2))];
    expect(payloadMac(one, '{"a":1}')).toBe(payloadMac(one, '{"a":1}'));
    expect(payloadMac(one, '{"a":1}')).not.toBe(payloadMac(other, '{"a":1}'));
    expect(payloadMac(one, '{"a":1}')).not.toBe(payloadMac(one, '{"a":1.0}'));
  });
});

function refusalOf(what: Incoming): Refused | null {
  try {
    readIncoming(what);
    return null;
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

const codeOf = (what: Incoming): string | null => refusalOf(what)?.code ?? null;
