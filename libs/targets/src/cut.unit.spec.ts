import fc from 'fast-check';
import { clusterUnitsMax, cut, cutNote, type CutUnit, measure } from './cut.js';

describe('cut', () => {
  const family = '👨‍👩‍👧';
  const rows: [string, string, number, CutUnit, string][] = [
    ['leaves a text at the bound as it is', 'abcde', 5, 'characters', 'abcde'],
    ['cuts a text one past the bound, the mark counted', 'abcdef', 5, 'characters', 'abcd…'],
    ['leaves an empty text as it is', '', 0, 'characters', ''],
    ['counts code points, not UTF-16 units', '🚨🚨🚨', 3, 'characters', '🚨🚨🚨'],
    ['cuts between code points', '🚨🚨🚨🚨', 3, 'characters', '🚨🚨…'],
    ['counts UTF-16 units where the target does', '🚨🚨🚨', 5, 'utf16', '🚨🚨…'],
    ['never splits a surrogate pair', '🚨🚨🚨', 4, 'utf16', '🚨…'],
    ['counts bytes where the target does', 'éééé', 8, 'bytes', 'éééé'],
    ['cuts bytes with the three of the mark', 'ééééé', 8, 'bytes', 'éé…'],
    ['does not split a family', `ab${family}cd`, 6, 'characters', 'ab…'],
    ['does not split a letter and its accent', 'abe\u0301cd', 4, 'characters', 'ab…'],
    ['does not split a flag', 'a🇩🇪🇫🇷', 4, 'characters', 'a🇩🇪…'],
    ['gives nothing where not even the mark fits', 'abc', 2, 'bytes', ''],
    ['gives the mark alone where only it fits', 'abcd', 3, 'bytes', '…'],
  ];
  it.each(rows)('%s', (_title, text, max, unit, expected) => {
    expect(cut(text, max, unit).text).toBe(expected);
  });

  it('says how long the text was, in the unit of the limit', () => {
    expect(cut('🚨🚨🚨🚨', 3, 'characters').lengthBefore).toBe(4);
    expect(cut('éééé', 3, 'bytes').lengthBefore).toBe(8);
    expect(cut('abc', 3, 'characters').lengthBefore).toBeNull();
  });

  it('cuts inside a cluster that is an attack, so that the rest of the text is not lost with it', () => {
    const attack = `e${'\u0301'.repeat(clusterUnitsMax * 10)}`;
    const { text } = cut(attack, clusterUnitsMax * 5, 'characters');
    expect([...text]).toHaveLength(clusterUnitsMax * 5);
  });

  it('always fits, is a beginning of the text, and is valid Unicode where the text was', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.nat(80),
        fc.constantFrom<CutUnit>('characters', 'utf16', 'bytes'),
        (text, max, unit) => {
          const result = cut(text, max, unit);
          expect(measure(result.text, unit)).toBeLessThanOrEqual(max);
          expect(text.startsWith(result.text.replace(/…$/, '')) || result.text === text).toBe(true);
          expect(result.text.isWellFormed()).toBe(true);
          expect(result.lengthBefore === null).toBe(result.text === text);
        },
      ),
    );
  });

  it('measures as the platform does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(measure(text, 'bytes')).toBe(new TextEncoder().encode(text).length);
        expect(measure(text, 'characters')).toBe([...text].length);
      }),
    );
  });
});

describe('the note of a cut', () => {
  it('names what was cut, from how long, to what', () => {
    expect(cutNote('The summary', 300, 255, 'utf16')).toBe(
      'The summary was cut from 300 to 255 characters, the most that the target takes.',
    );
  });
});
