import fc from 'fast-check';
import type { Keks } from './config.js';
import { createSecretBox, SecretBoxFault } from './secret-box.js';
import type { SealedSecrets, SecretPlace } from './secret-box.js';

const kek = (fillByte: number): Buffer => Buffer.alloc(32, fillByte);
const ring = (...versions: [string, Buffer][]): Keks => ({
  current: versions.at(-1)?.[0] ?? '',
  keys: new Map(versions),
});
const place: SecretPlace = { tenant: 'acme', connectorId: 'con_01', secretVersion: 1 };
const box = createSecretBox(ring(['v1', kek(1)]));
const secrets = { password: 'correct horse battery staple', token: 'xoxb-canary-4711' };

const faultOf = (act: () => unknown): SecretBoxFault => {
  try {
    act();
  } catch (error) {
    if (error instanceof SecretBoxFault) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('the secret box', () => {
  it('opens what it sealed, whatever the names and values are', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.string({ minLength: 1, unit: 'grapheme' }), {
          noNullPrototype: true,
        }),
        (any) => {
          expect(box.open(box.seal(any, place), place)).toEqual(any);
        },
      ),
    );
  });

  it('leaves no value readable in the sealed form', () => {
    const text = JSON.stringify(box.seal(secrets, place));
    for (const value of Object.values(secrets)) {
      expect(text).not.toContain(value);
      expect(text).not.toContain(Buffer.from(value).toString('base64'));
    }
  });

  it.each([
    ['in another tenant', { ...place, tenant: 'other' }],
    ['at another connector', { ...place, connectorId: 'con_02' }],
    ['as another version', { ...place, secretVersion: 2 }],
  ])('does not open %s', (_where, elsewhere) => {
    expect(faultOf(() => box.open(box.seal(secrets, place), elsewhere)).code).toBe('secret_tampered');
  });

  it('SEC-02 does not open a value under the name of another', () => {
    const sealed = box.seal(secrets, place);
    const swapped = {
      ...sealed,
      values: { password: sealed.values['token'] ?? '', token: sealed.values['password'] ?? '' },
    };
    expect(faultOf(() => box.open(swapped, place)).code).toBe('secret_tampered');
  });

  it('SEC-03 notices every changed byte of a value and of the data key', () => {
    const sealed = box.seal({ password: 'p' }, place);
    const flipped = (text: string, at: number): string => {
      const bytes = Buffer.from(text, 'base64');
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes.toString('base64');
    };
    const value = sealed.values['password'] ?? '';
    const changed: SealedSecrets[] = [
      ...Array.from(Buffer.from(value, 'base64'), (_byte, at) => ({
        ...sealed,
        values: { password: flipped(value, at) },
      })),
      ...Array.from(Buffer.from(sealed.dataKey, 'base64'), (_byte, at) => ({
        ...sealed,
        dataKey: flipped(sealed.dataKey, at),
      })),
      { ...sealed, dataKey: '' },
      { ...sealed, values: { password: `${value}\n` } },
    ];
    // 12 nonce + 1 value + 16 tag, 12 nonce + 32 key + 16 tag, and the two spellings.
    expect(changed).toHaveLength(29 + 60 + 2);
    for (const one of changed) expect(faultOf(() => box.open(one, place)).code).toBe('secret_tampered');
  });

  it('SEC-12 says nothing of key or value when it refuses, not even as a cause', () => {
    const sealed = box.seal(secrets, place);
    const fault = faultOf(() => createSecretBox(ring(['v1', kek(9)])).open(sealed, place));
    const said = `${fault.message}\n${fault.stack ?? ''}`;
    expect(fault.cause).toBeUndefined();
    for (const hidden of [
      kek(9).toString('base64'),
      kek(9).toString('hex'),
      ...Object.values(secrets),
      sealed.dataKey,
    ]) {
      expect(said).not.toContain(hidden);
    }
  });

  it('wraps the data key anew under the current version and leaves the values as they are', () => {
    const sealed = box.seal(secrets, place);
    const both = createSecretBox(ring(['v1', kek(1)], ['v2', kek(2)]));
    const rewrapped = both.rewrap(sealed, place);
    expect(rewrapped.kek).toBe('v2');
    expect(rewrapped.values).toEqual(sealed.values);
    expect(both.rewrap(rewrapped, place)).toBe(rewrapped);
    const onlyNew = createSecretBox(ring(['v2', kek(2)]));
    expect(onlyNew.open(rewrapped, place)).toEqual(secrets);
    expect(faultOf(() => onlyNew.open(sealed, place)).code).toBe('secret_key_missing');
  });

  it('uses a fresh nonce and data key for every seal', () => {
    const seen = new Set<string>();
    for (let turn = 0; turn < 2000; turn += 1) {
      const sealed = box.seal({ password: 'same' }, place);
      seen.add(sealed.dataKey.slice(0, 16)).add((sealed.values['password'] ?? '').slice(0, 16));
    }
    expect(seen.size).toBe(4000);
  });

  it('refuses an empty name and an empty value', () => {
    expect(faultOf(() => box.seal({ '': 'x' }, place)).code).toBe('secret_invalid');
    expect(faultOf(() => box.seal({ password: '' }, place)).code).toBe('secret_invalid');
  });
});

describe('a keyed fingerprint', () => {
  it('is equal for equal values at the same connector, in any order, and differs for anything else', () => {
    const print = box.keyedFingerprint(secrets, place);
    expect(print).toMatch(/^v1:[0-9a-f]{32}$/);
    expect(box.keyedFingerprint({ token: secrets.token, password: secrets.password }, place)).toBe(print);
    expect(box.keyedFingerprint({ ...secrets, token: 'other' }, place)).not.toBe(print);
    expect(box.keyedFingerprint(secrets, { ...place, connectorId: 'con_02' })).not.toBe(print);
    expect(createSecretBox(ring(['v1', kek(2)])).keyedFingerprint(secrets, place)).not.toBe(print);
  });

  it('is recognised after the key was changed, until the old key is gone', () => {
    const print = box.keyedFingerprint(secrets, place);
    const both = createSecretBox(ring(['v1', kek(1)], ['v2', kek(2)]));
    expect(both.matches(print, secrets, place)).toBe(true);
    expect(both.matches(print, { ...secrets, token: 'other' }, place)).toBe(false);
    expect(createSecretBox(ring(['v2', kek(2)])).matches(print, secrets, place)).toBe(false);
    expect(both.matches('nonsense', secrets, place)).toBe(false);
  });
});
