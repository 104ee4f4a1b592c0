import { createHash } from 'node:crypto';
import { digest, encodeEntry, type Entry } from './entry.js';

const entry: Entry = {
  log: 'delivery-0',
  position: 2 ** 32 + 5,
  atUs: 1_767_323_045_678_901,
  eventId: Buffer.alloc(16, 0xab),
  stream: 'delivery-dlv_é',
  version: 3,
  type: 'DeliveryAccepted',
  schemaVersion: 258,
  tenant: 'default',
  metaDigest: digest('{"actor":"x"}'),
  dataDigest: digest('{"a":1}'),
  sealedDigest: digest(Buffer.from([1, 2, 3])),
};

describe('the entry that a leaf is made of', () => {
  it('is the bytes that its comment describes, so that anybody can write them again', () => {
    const text = (value: string) => {
      const bytes = Buffer.from(value);
      return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
    };
    const uint64 = (value: number) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(BigInt(value));
      return bytes;
    };
    const sha256 = (value: string | Buffer) => createHash('sha256').update(value).digest();
    const expected = Buffer.concat([
      Buffer.from([1]),
      text('delivery-0'),
      uint64(2 ** 32 + 5),
      uint64(1_767_323_045_678_901),
      Buffer.alloc(16, 0xab),
      text('delivery-dlv_é'),
      uint64(3),
      text('DeliveryAccepted'),
      Buffer.from([1, 2]),
      text('default'),
      sha256('{"actor":"x"}'),
      sha256('{"a":1}'),
      Buffer.from([1]),
      sha256(Buffer.from([1, 2, 3])),
    ]);
    expect(encodeEntry(entry).equals(expected)).toBe(true);
  });

  it('marks an event that has no sealed part', () => {
    const bytes = encodeEntry({ ...entry, sealedDigest: null });
    expect(bytes.subarray(-33).equals(Buffer.alloc(33))).toBe(true);
  });

  it.each<[string, Partial<Entry>]>([
    ['the log', { log: 'delivery-1' }],
    ['the position', { position: 1 }],
    ['the time', { atUs: 1 }],
    ['the id', { eventId: Buffer.alloc(16) }],
    ['the stream', { stream: 'delivery-dlv_e' }],
    ['the version', { version: 4 }],
    ['the type', { type: 'DeliveryDelivered' }],
    ['the schema version', { schemaVersion: 1 }],
    ['the tenant', { tenant: 'other' }],
    ['the meta', { metaDigest: digest('') }],
    ['the clear part', { dataDigest: digest('') }],
    ['the sealed part', { sealedDigest: digest('') }],
    ['the lack of a sealed part', { sealedDigest: null }],
    ['where one text ends and the next begins', { type: 'DeliveryAccepte', tenant: 'ddefault' }],
  ])('changes with %s', (_case, change) => {
    expect(encodeEntry({ ...entry, ...change }).equals(encodeEntry(entry))).toBe(false);
  });
});
