import fc from 'fast-check';
import { isStorable, maybeUnstorable, storable, storableJson, storableValue, unstorableAt } from './storable.js';

/** Texts of the signs that matter: backslashes, a `u` behind them, NUL, halves and pairs. */
const texts = fc
  .array(fc.constantFrom('\\', 'u', '0000', 'd83d', '\u0000', '\ud83d', '\udd25', '🔥', '"', '\u0001', 'x', '\ufffd'))
  .map((parts) => parts.join(''));

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [storable(name), cleaned(member)]));
}

describe('what PostgreSQL can store', () => {
  it.each<[string, string, string]>([
    ['a NUL is not', 'a\u0000b', 'a\ufffdb'],
    ['the first half of a pair is not', 'a\ud83d', 'a\ufffd'],
    ['the second half of a pair is not', '\udd25a', '\ufffda'],
    ['a whole pair is', '🔥', '🔥'],
    ['other control characters are', '\u0001\u001f\u007f', '\u0001\u001f\u007f'],
    ['an escape that is only spelled out is', '\\u0000 \\ud83d', '\\u0000 \\ud83d'],
  ])('%s', (_sentence, text, kept) => {
    expect(storable(text)).toBe(kept);
    expect(isStorable(text)).toBe(text === kept);
    expect(JSON.parse(storableJson(JSON.stringify({ [text]: [text] })))).toEqual({ [kept]: [kept] });
  });

  it('is what JSON says in a text, and the same in the text of the JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(texts, fc.oneof(texts, fc.array(texts), fc.integer())), (value) => {
        const json = JSON.stringify(value);
        expect(JSON.parse(storableJson(json))).toEqual(cleaned(JSON.parse(json)));
        expect(storableValue(value)).toEqual(cleaned(value));
        const pointers = [...unstorableAt(value, () => false)];
        expect(pointers.length > 0).toBe(JSON.stringify(cleaned(value)) !== json);
        if (pointers.length > 0) expect(maybeUnstorable(json)).toBe(true);
      }),
    );
  });

  it('is the very same text or value where nothing is in the way', () => {
    const value = { a: 'b\\u', c: ['🔥'] };
    expect(storableValue(value)).toBe(value);
    expect(maybeUnstorable(JSON.stringify(value))).toBe(false);
  });

  it('is missed at the places that are named', () => {
    const value = { 'a/b': ['x', '\u0000'], 'n\u0000': 1, payload: { deep: '\ud800' }, d: { payload: '\udfff' } };
    expect([...unstorableAt(value, () => false)].sort()).toEqual([
      '/a~1b/1',
      '/d/payload',
      '/n\ufffd',
      '/payload/deep',
    ]);
    expect([...unstorableAt(value, (pointer) => pointer === '/payload')].sort()).toEqual([
      '/a~1b/1',
      '/d/payload',
      '/n\ufffd',
    ]);
  });
});
