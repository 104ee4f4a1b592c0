import { visible } from './visible.js';

const char = (code: number): string => String.fromCharCode(code);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('a text for a screen', () => {
  it.each<[string, string, string]>([
    ['an escape sequence is shown', '\u001b[2Jok', '\\u001b[2Jok'],
    ['a C1 control is shown', '\u009b2J', '\\u009b2J'],
    ['an override of the direction is shown', 'exe.\u202etxt', 'exe.\\u202etxt'],
    ['a carriage return that writes over the line is shown', 'refused\rdelivered', 'refused\\u000ddelivered'],
    ['line ends and tabs stay', 'a\tb\nc\r\nd', 'a\tb\nc\r\nd'],
    ['letters of every script stay', 'Ünïcode שלום مرحبا 漢字 👩‍🔧', 'Ünïcode שלום مرحبا 漢字 👩‍🔧'],
  ])('%s', (_sentence, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it('shows every control character and every bidi control, and nothing beside them', () => {
    const all = range(0, 0xffff).filter((code) => visible(char(code)) !== char(code));
    const c0 = range(0, 0x1f).filter((code) => code !== 9 && code !== 10);
    expect(all).toEqual([...c0, ...range(0x7f, 0x9f), 0x61c, 0x200e, 0x200f, ...range(0x202a, 0x202e), ...range(0x2066, 0x2069)]); // prettier-ignore
  });

  it('leaves JSON what it was', () => {
    const value = { body: range(0, 0x2100).map(char).join('') };
    const shown = visible(JSON.stringify(value, null, 2));
    expect(shown).not.toMatch(/[\u007f-\u009f\u202e]/);
    expect(JSON.parse(shown)).toEqual(value);
  });
});
