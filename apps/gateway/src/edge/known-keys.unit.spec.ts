import { formatApiKey, type Principal } from '@waybill/contracts/http/api-keys';
import { keyFreshMs, keyRefusedMs, keyStaleMs, knownKeysMax } from '../config.js';
import { KnownKeys } from './known-keys.js';

const keyId = (n: number): string => `key_${String(n).padStart(26, '0')}`;
const keyText = (n: number): string => formatApiKey(keyId(n), 'k'.repeat(43));
const principal = (n: number, more: Partial<Principal> = {}): Principal => ({
  tenant: 'default',
  keyId: keyId(n),
  scopes: ['read'],
  ...more,
});

/** A registry that counts how often it is asked; `away` makes it fail. */
function registry(answer: (id: string) => Principal | null = () => principal(1)) {
  const seen = { asked: 0, away: false, nowMs: 1_000_000 };
  const keys = new KnownKeys(
    (id) => {
      seen.asked += 1;
      return seen.away ? Promise.reject(new Error('away')) : Promise.resolve(answer(id));
    },
    () => seen.nowMs,
  );
  return { seen, keys };
}

describe('known keys', () => {
  it('asks once for a key that is used again while the answer is fresh, and again after that', async () => {
    const { seen, keys } = registry();
    await keys.principalOf(keyText(1));
    seen.nowMs += keyFreshMs - 1;
    expect(await keys.principalOf(keyText(1))).toEqual(principal(1));
    expect(seen.asked).toBe(1);
    seen.nowMs += 1;
    await keys.principalOf(keyText(1));
    expect(seen.asked).toBe(2);
  });

  it('asks once for many requests at the same time', async () => {
    const { seen, keys } = registry();
    await Promise.all(Array.from({ length: 50 }, () => keys.principalOf(keyText(1))));
    expect(seen.asked).toBe(1);
  });

  it('forgets a revoked key as soon as the registry says so', async () => {
    let known: Principal | null = principal(1);
    const { seen, keys } = registry(() => known);
    await keys.principalOf(keyText(1));
    known = null;
    seen.nowMs += keyFreshMs;
    expect(await keys.principalOf(keyText(1))).toBeNull();
  });

  it('remembers a refusal for a moment only, because the key may just have been made', async () => {
    const { seen, keys } = registry(() => null);
    await keys.principalOf(keyText(1));
    await keys.principalOf(keyText(1));
    expect(seen.asked).toBe(1);
    seen.nowMs += keyRefusedMs;
    await keys.principalOf(keyText(1));
    expect(seen.asked).toBe(2);
  });

  it('goes on with a key it has seen while the registry is away, up to a bound', async () => {
    const { seen, keys } = registry();
    await keys.principalOf(keyText(1));
    seen.away = true;
    seen.nowMs += keyFreshMs;
    for (let n = 0; n < 10; n += 1) expect(await keys.principalOf(keyText(1))).toEqual(principal(1));
    seen.nowMs += keyStaleMs - keyFreshMs;
    await expect(keys.principalOf(keyText(1))).rejects.toThrow('away');
  });

  it('lets nobody wait for a registry that hangs, and believes it again as soon as it answers', async () => {
    let answer: (known: Principal | null) => void = () => undefined;
    let fail: (error: Error) => void = () => undefined;
    const seen = { nowMs: 1_000_000 };
    const keys = new KnownKeys(
      () => new Promise((resolve, reject) => ([answer, fail] = [resolve, reject])),
      () => seen.nowMs,
    );
    const first = keys.principalOf(keyText(1));
    answer(principal(1));
    await first;
    seen.nowMs += keyFreshMs;
    const waiting = keys.principalOf(keyText(1));
    fail(new Error('no answer in time'));
    expect(await waiting).toEqual(principal(1));
    // From here on the registry hangs without an answer: this would never resolve if anybody waited for it.
    expect(await keys.principalOf(keyText(1))).toEqual(principal(1));
    answer(null);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await keys.principalOf(keyText(1))).toBeNull();
  });

  it('lets nobody in whom it has not seen while the registry is away', async () => {
    const { seen, keys } = registry();
    seen.away = true;
    await expect(keys.principalOf(keyText(1))).rejects.toThrow('away');
  });

  it('ends a key at its time, also between two questions', async () => {
    const { seen, keys } = registry(() => principal(1, { expiresAt: new Date(1_001_000).toISOString() }));
    expect(await keys.principalOf(keyText(1))).not.toBeNull();
    seen.nowMs = 1_001_000;
    expect(await keys.principalOf(keyText(1))).toBeNull();
  });

  it('never asks for what is no key', async () => {
    const { seen, keys } = registry();
    expect(await keys.principalOf('wb_nonsense')).toBeNull();
    expect(seen.asked).toBe(0);
  });

  it('keeps a bounded number of keys and drops the one that was answered longest ago', async () => {
    const { seen, keys } = registry(() => principal(1));
    for (let n = 0; n <= knownKeysMax; n += 1) await keys.principalOf(keyText(n));
    await keys.principalOf(keyText(knownKeysMax));
    expect(seen.asked).toBe(knownKeysMax + 1);
    await keys.principalOf(keyText(0));
    expect(seen.asked).toBe(knownKeysMax + 2);
  });
});
