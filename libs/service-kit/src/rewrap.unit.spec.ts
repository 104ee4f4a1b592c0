import type { Keks } from './config.js';
import { rewrapSets, type SealedTable } from './rewrap.js';
import { createSecretBox, type SealedSecrets, type SecretPlace } from './secret-box.js';

const ring = (...versions: [string, Buffer][]): Keks => ({ current: versions.at(-1)?.[0] ?? '', keys: new Map(versions) }); // prettier-ignore
const old: [string, Buffer] = ['v1', Buffer.alloc(32, 1)];
const placeOf = (connectorId: string): SecretPlace => ({ tenant: 'acme', connectorId, secretVersion: 3 });

/** The sets by the connector they lie at, kept in memory. */
class Table implements SealedTable {
  constructor(readonly sets: Map<string, SealedSecrets>) {}

  async stale(currentKek: string, limit: number) {
    const found = [...this.sets].filter(([, { kek }]) => kek !== currentKek).slice(0, limit);
    return found.map(([connectorId, sealed]) => ({ place: placeOf(connectorId), sealed }));
  }

  async replace({ connectorId }: SecretPlace, sealed: SealedSecrets): Promise<void> {
    this.sets.set(connectorId, sealed);
  }
}

describe('rewrapping', () => {
  const both = createSecretBox(ring(old, ['v2', Buffer.alloc(32, 2)]));
  const sealedAt = (connectorId: string) => createSecretBox(ring(old)).seal({ token: 'hunter2' }, placeOf(connectorId));

  it('wraps every set that an older key wraps, also those of a second batch', async () => {
    const names = Array.from({ length: 101 }, (_, n) => `con_${n}`);
    const table = new Table(new Map(names.map((name) => [name, sealedAt(name)])));
    expect(await rewrapSets(table, both, 'v2')).toBe(101);
    expect(new Set([...table.sets.values()].map(({ kek }) => kek))).toEqual(new Set(['v2']));
  });

  it.each([
    [
      "that lies in another connector's place",
      sealedAt('con_other'),
      'secret_tampered',
      /^secret\.tamper: set 3 of con_1: /,
    ],
    [
      'whose key is gone',
      { ...sealedAt('con_1'), kek: 'v0' },
      'secret_key_missing',
      /^secret\.key-missing: set 3 of con_1: /,
    ],
  ])('ends at a set %s, names it and leaves it as it is', async (_what, sealed, code, message) => {
    // prettier-ignore
    const table = new Table(new Map([['con_1', sealed]]));
    await expect(rewrapSets(table, both, 'v2')).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(table.sets.get('con_1')).toBe(sealed);
  });
});
