import { treeOf } from '@waybill/contracts/payload/json-tree';
import { compileKey, keyCharactersMax } from './key-template.js';

const key = compileKey('{{thing}}');
const of = (thing: unknown): string => key(treeOf({ thing }));

describe('a key', () => {
  it('is the text of its template where that is short enough', () => {
    expect(of('INC-1')).toBe('INC-1');
    expect(of('x'.repeat(keyCharactersMax))).toBe('x'.repeat(keyCharactersMax));
    expect(compileKey('{{other}}')(treeOf({ thing: 1 }))).toBe('');
  });

  it('that is too long is short, the same for the same text, and another for another', () => {
    const long = 'x'.repeat(keyCharactersMax + 1);
    expect(of(long)).toHaveLength(keyCharactersMax);
    expect(of(long)).toBe(of(long));
    expect(of(`${long}a`)).not.toBe(of(`${long}b`));
    expect(of(`${long}a`).slice(0, 400)).toBe('x'.repeat(400));
  });

  it('is never cut inside a pair', () => {
    for (const lead of ['', 'a']) expect(of(lead + '\u{1f525}'.repeat(keyCharactersMax)).isWellFormed()).toBe(true);
  });
});
