import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { decodeTypeId, encodeTypeId, isTypeId } from '@waybill/decider/type-id';
import { deliveryIdOf, newId, notificationIdOf } from './ids.js';

describe('ids', () => {
  it('makes UUIDv7 ids whose first 48 bits are the time', () => {
    const before = Date.now();
    const bytes = Buffer.from(decodeTypeId('con', newId('con'))!);
    expect(bytes.readUIntBE(0, 6)).toBeGreaterThanOrEqual(before);
    expect(bytes[6]! >> 4).toBe(7);
    expect(bytes[8]! >> 6).toBe(0b10);
  });

  it('makes ids in the order of time', () => {
    const made = Array.from({ length: 1_000 }, () => newId('dlv'));
    expect(made.toSorted()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
  });

  it('gives the same notification the same id', () => {
    expect(notificationIdOf('default', 'soc', 'e1')).toBe(notificationIdOf('default', 'soc', 'e1'));
  });

  it('derives the id of a notification from SHA-256 over length-prefixed parts, as a UUIDv8', () => {
    const parts = '12:notification7:default3:soc2:e1';
    const hash = createHash('sha256').update(parts).digest().subarray(0, 16);
    hash[6] = (hash[6]! & 0x0f) | 0x80;
    hash[8] = (hash[8]! & 0x3f) | 0x80;
    expect(notificationIdOf('default', 'soc', 'e1')).toBe(encodeTypeId('ntf', hash));
  });

  it('never gives two different triples the same id because their parts join alike', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.string(), fc.string(), fc.string()),
        fc.tuple(fc.string(), fc.string(), fc.string()),
        (a, b) => {
          expect(notificationIdOf(...a) === notificationIdOf(...b)).toBe(
            a.join('\u0000') === b.join('\u0000') && a.every((x, i) => x === b[i]),
          );
        },
      ),
    );
    expect(notificationIdOf('a', 'bc', 'd')).not.toBe(notificationIdOf('ab', 'c', 'd'));
  });

  it('makes the same delivery id for a repeat, and ids in the order of routing', () => {
    const early = deliveryIdOf(1_700_000_000_000, 'ntf_a', 'sub_a', 'con_a');
    expect(deliveryIdOf(1_700_000_000_000, 'ntf_a', 'sub_a', 'con_a')).toBe(early);
    expect(deliveryIdOf(1_700_000_000_001, 'ntf_a', 'sub_a', 'con_a') > early).toBe(true);
    expect(deliveryIdOf(1_700_000_000_000, 'ntf_a', 'sub_b', 'con_a')).not.toBe(early);
  });

  it('writes the routing time into the first 48 bits and version 8', () => {
    const bytes = Buffer.from(decodeTypeId('dlv', deliveryIdOf(1_700_000_000_123, 'ntf_a', 'sub_a', 'con_a'))!);
    expect(bytes.readUIntBE(0, 6)).toBe(1_700_000_000_123);
    expect(bytes[6]! >> 4).toBe(8);
    expect(isTypeId('dlv', deliveryIdOf(0, '', '', ''))).toBe(true);
  });
});
