import fc from 'fast-check';
import { memberText } from './member-text.js';

describe('the text of a member', () => {
  it.each([
    [
      'an object is cut whole, blanks inside it too',
      '{ "a" : { "x" : [1, 2.50] } , "b":1}',
      'a',
      '{ "x" : [1, 2.50] }',
    ],
    ['a number keeps its spelling', '{"a":1,"n":1594153092.2202642000}', 'n', '1594153092.2202642000'],
    ['a quote in a string is no end', String.raw`{"a":"x\"},","b":"y\\"}`, 'b', String.raw`"y\\"`],
    ['a name may be written with escapes', String.raw`{"\u0061":true}`, 'a', 'true'],
    ['a member of a member is not meant', '{"x":{"a":1}}', 'a', undefined],
    ['an empty object has none', '{ }', 'a', undefined],
  ])('%s', (_sentence, text, name, expected) => {
    expect(memberText(text, name)).toBe(expected);
  });

  it('is what JSON.parse reads there, for any object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (object, pretty) => {
        const text = JSON.stringify(object, null, pretty ? 2 : 0);
        for (const name of Object.keys(object)) {
          expect(JSON.parse(memberText(text, name) ?? 'null')).toEqual(JSON.parse(JSON.stringify(object[name])));
        }
      }),
    );
  });
});
