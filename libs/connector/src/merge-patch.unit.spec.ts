import fc from 'fast-check';
import { mergePatch, sameJson } from './merge-patch.js';

/** RFC 7396, appendix A: every example of the standard. */
const examples: [string, string, string][] = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', 'null', 'null'],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
];

describe('a JSON merge patch', () => {
  it.each(examples)('turns %s with %s into %s', (target, patch, result) => {
    expect(JSON.parse(JSON.stringify(mergePatch(JSON.parse(target), JSON.parse(patch))))).toEqual(JSON.parse(result));
  });

  it('leaves prototypes alone', () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__":{"polluted":true}}')) as Record<string, unknown>;
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.hasOwn(merged, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  });

  it('changes nothing when applied to its own result', () => {
    const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const once = mergePatch(target, patch);
        expect(sameJson(mergePatch(once, patch), once)).toBe(true);
      }),
    );
  });
});

describe('two JSON values', () => {
  it.each([
    ['are the same in another order', { a: 1, b: 2 }, { b: 2, a: 1 }, true],
    ['differ by a member that is absent', { a: undefined }, { b: 1 }, false],
    ['differ when one is a list', [1], { 0: 1 }, false],
    ['differ by one item', [1, 2], [1], false],
    ['differ between null and an object', null, {}, false],
    ['are the same when both are null', null, null, true],
  ])('%s', (_sentence, one, other, same) => {
    expect(sameJson(one, other)).toBe(same);
  });
});
