import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { keysCachedMax, KeyWrapper, newDataKey, parseKekRing, seal, SealFault, unseal } from './seal.js';

const keyText = (fill: number): string => Buffer.alloc(32, fill).toString('base64');
const place = { log: 'delivery-0', eventId: '0190f3c2-0000-8000-8000-000000000001' };

describe('sealing', () => {
  it('gives back what was sealed, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const key = newDataKey();
        expect(unseal(key, place, seal(key, place, text))).toBe(text);
      }),
    );
  });

  it('never writes the same twice', () => {
    const key = newDataKey();
    expect(seal(key, place, 'x').equals(seal(key, place, 'x'))).toBe(false);
  });

  it.each<[string, (sealed: Buffer, key: KeyObject) => string | null]>([
    ['with another key', (sealed) => unseal(newDataKey(), place, sealed)],
    ['in another log', (sealed, key) => unseal(key, { ...place, log: 'delivery-1' }, sealed)],
    ['in another event', (sealed, key) => unseal(key, { ...place, eventId: '0' }, sealed)],
    ['shortened', (sealed, key) => unseal(key, place, sealed.subarray(0, 28))],
    ['of another form', (sealed, key) => unseal(key, place, Buffer.concat([Buffer.from([2]), sealed.subarray(1)]))],
  ])('does not open %s', (_case, open) => {
    const key = newDataKey();
    expect(open(seal(key, place, '{"payload":{}}'), key)).toBeNull();
  });

  it('does not open when any one bit was changed', () => {
    const key = newDataKey();
    const sealed = seal(key, place, '{"payload":{}}');
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(unseal(key, place, changed)).toBeNull();
    }
  });
});

describe('the keys of subjects', () => {
  const wrapper = (value: string): KeyWrapper => new KeyWrapper(parseKekRing(value), 'delivery-0');

  it('open under the key-encryption key they were wrapped with, also after a newer one came', () => {
    const key = newDataKey();
    const wrapped = wrapper(`v1:${keyText(1)}`).wrap('ntf_1', key);
    const later = wrapper(`v1:${keyText(1)},v2:${keyText(2)}`);
    expect(later.unwrap('ntf_1', wrapped).equals(key)).toBe(true);
    expect(later.version).toBe(2);
    expect(
      wrapper(`v2:${keyText(2)}`)
        .unwrap('ntf_2', later.wrap('ntf_2', key))
        .equals(key),
    ).toBe(true);
  });

  it.each([
    ['under another key-encryption key', `v1:${keyText(3)}`, 'ntf_1'],
    ['when the version is not configured', `v2:${keyText(1)}`, 'ntf_1'],
    ['for another subject', `v1:${keyText(1)}`, 'ntf_2'],
  ])('do not open %s, and that is a fault and no shredding', (_case, value, subject) => {
    const wrapped = wrapper(`v1:${keyText(1)}`).wrap('ntf_1', newDataKey());
    expect(() => wrapper(value).unwrap(subject, wrapped)).toThrow(SealFault);
  });

  it('are read anew when the stored form changed', () => {
    const keys = wrapper(`v1:${keyText(1)}`);
    const [first, second] = [newDataKey(), newDataKey()];
    const wrappedFirst = keys.wrap('ntf_1', first);
    const wrappedSecond = keys.wrap('ntf_1', second);
    expect(keys.unwrap('ntf_1', wrappedFirst).equals(first)).toBe(true);
    expect(keys.unwrap('ntf_1', wrappedSecond).equals(second)).toBe(true);
  });

  it('are kept up to a bound and open all the same past it', () => {
    const keys = wrapper(`v1:${keyText(1)}`);
    const key = newDataKey();
    const wrapped = keys.wrap('ntf_0', key);
    for (let n = 1; n <= keysCachedMax; n += 1) keys.wrap(`ntf_${n}`, key);
    expect(keys.unwrap('ntf_0', wrapped).equals(key)).toBe(true);
  });

  it('are kept without the piece of memory in which their stored form came', async () => {
    const keys = wrapper(`v1:${keyText(1)}`);
    const pieceBytes = 64 * 1024;
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    for (let n = 0; n < 500; n += 1) {
      const stored = wrapper(`v1:${keyText(1)}`).wrap(`ntf_${n}`, newDataKey());
      const piece = Buffer.alloc(pieceBytes);
      stored.copy(piece);
      keys.unwrap(`ntf_${n}`, piece.subarray(0, stored.length));
    }
    // All five hundred pieces are 32 MB. What is dead is swept by another thread, which a busy machine lets wait.
    const kept = (): number => process.memoryUsage().arrayBuffers - before;
    for (let look = 0; look < 50; look += 1) {
      collectGarbage();
      if (kept() < 50 * pieceBytes) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(kept()).toBeLessThan(50 * pieceBytes);
    expect(keys.version).toBe(1);
  });
});

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

describe('the value of a key-encryption key', () => {
  it.each([
    ['nothing', ''],
    ['a key without a version', keyText(1)],
    ['a key that is too short', `v1:${Buffer.alloc(31).toString('base64')}`],
    ['version 0', `v0:${keyText(1)}`],
    ['the same version twice', `v1:${keyText(1)},v1:${keyText(2)}`],
  ])('refuses %s and does not repeat it', (_case, value) => {
    expect(() => parseKekRing(value)).toThrow(/key-encryption key/);
    try {
      parseKekRing(value);
    } catch (error) {
      expect(String(error)).not.toContain(keyText(1));
    }
  });
});
