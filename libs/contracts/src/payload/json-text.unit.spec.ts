import fc from 'fast-check';
import { numberDigitsMax } from './json-reader.js';
import { JsonRefused } from './json-refused.js';
import { parseJson, payloadBytesMax, payloadDepthMax } from './json-text.js';
import { JsonNumber, stringifyTree, toPlain } from './json-tree.js';

const bytes = (...values: number[]) => Uint8Array.from(values);
const utf8 = (text: string) => new TextEncoder().encode(text);

function refusal(source: string | Uint8Array): JsonRefused {
  try {
    parseJson(source);
  } catch (refused) {
    if (refused instanceof JsonRefused) return refused;
    throw refused;
  }
  throw new Error('the text was accepted');
}

const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
const nestedArrays = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

describe('parseJson', () => {
  const refused: [string, string | Uint8Array, string][] = [
    ['an array at the top', '[1]', 'json_not_an_object'],
    ['a word at the top', 'null', 'json_not_an_object'],
    ['nothing', '', 'json_invalid'],
    ['blanks only', ' \n', 'json_invalid'],
    ['a second value', '{} {}', 'json_invalid'],
    ['a comma before the closing brace', '{"a":1,}', 'json_invalid'],
    ['a comma before the closing bracket', '{"a":[1,]}', 'json_invalid'],
    ['a missing comma', '{"a":1 "b":2}', 'json_invalid'],
    ['a missing colon', '{"a" 1}', 'json_invalid'],
    ['a key without quotes', '{a:1}', 'json_invalid'],
    ['a string in single quotes', "{'a':1}", 'json_invalid'],
    ['a comment', '{"a":1/* one */}', 'json_invalid'],
    ['a misspelled word', '{"a":nul}', 'json_invalid'],
    ['an object that does not end', '{"a":{"b":1}', 'json_invalid'],
    ['a string that does not end', '{"a":"b', 'json_invalid'],
    ['a string that ends in its escape', '{"a":"b\\', 'json_invalid'],
    ['a raw line feed in a string', '{"a":"b\nc"}', 'json_invalid'],
    ['a raw NUL in a string after an escape', '{"a":"\\n\u0000"}', 'json_invalid'],
    ['an escape that JSON has not', '{"a":"\\x41"}', 'json_invalid'],
    ['an escape with three digits', '{"a":"\\u004"}', 'json_invalid'],
    ['a number with a leading zero', '{"a":01}', 'json_invalid'],
    ['a number with a plus', '{"a":+1}', 'json_invalid'],
    ['a number without digits after the point', '{"a":1.}', 'json_invalid'],
    ['a number without digits before the point', '{"a":.5}', 'json_invalid'],
    ['a number without digits in the exponent', '{"a":1e}', 'json_invalid'],
    ['a lone minus', '{"a":-}', 'json_invalid'],
    ['NaN', '{"a":NaN}', 'json_invalid'],
    ['no-break space between tokens', '{\u00a0"a":1}', 'json_invalid'],
    ['a number that is infinite as a double', '{"a":1e400}', 'json_number_not_finite'],
    ['a number of 41 digits', `{"a":${'1'.repeat(numberDigitsMax + 1)}}`, 'json_number_too_long'],
    ['two equal keys', '{"a":1,"a":2}', 'json_duplicate_key'],
    ['two keys that are equal once their escapes are read', '{"a":1,"\\u0061":2}', 'json_duplicate_key'],
    ['two equal keys deep inside', '{"x":[{"a":1,"b":0,"a":1}]}', 'json_duplicate_key'],
    ['the key __proto__', '{"__proto__":{"admin":true}}', 'json_key_forbidden'],
    ['the key __proto__ with escapes', '{"a":{"\\u005f_proto__":1}}', 'json_key_forbidden'],
    ['prototype inside constructor', '{"constructor":{"prototype":{}}}', 'json_key_forbidden'],
    ['half a pair as an escape', '{"a":"\\ud800"}', 'json_lone_surrogate'],
    ['the second half alone as an escape', '{"a":"\\udc00"}', 'json_lone_surrogate'],
    ['half a pair as it stands', '{"a":"\ud800"}', 'json_lone_surrogate'],
    ['the second half alone as it stands', '{"a":"x\udc00"}', 'json_lone_surrogate'],
    ['half a pair after an escape', '{"a":"\\n\ud83d"}', 'json_lone_surrogate'],
    ['a pair of which one half is escaped', '{"a":"\\ud83d\ude00"}', 'json_lone_surrogate'],
    ['half a pair in a key', '{"\\ud800":1}', 'json_lone_surrogate'],
    ['a byte order mark in text', '\ufeff{}', 'json_byte_order_mark'],
    ['a byte order mark in bytes', bytes(0xef, 0xbb, 0xbf, 0x7b, 0x7d), 'json_byte_order_mark'],
    ['bytes of UTF-16', bytes(0xff, 0xfe, 0x7b, 0x00), 'json_not_utf8'],
    ['an overlong slash', Uint8Array.from([...utf8('{"a":"'), 0xc0, 0xaf, ...utf8('"}')]), 'json_not_utf8'],
    ['a surrogate in UTF-8', Uint8Array.from([...utf8('{"a":"'), 0xed, 0xa0, 0x80, ...utf8('"}')]), 'json_not_utf8'],
    ['depth 33 of objects', nested(payloadDepthMax + 1), 'json_too_deep'],
    ['depth 33 of arrays', nestedArrays(payloadDepthMax + 1), 'json_too_deep'],
    ['five million brackets', '['.repeat(5_000_000), 'json_too_large'],
    ['one byte more than 256 KiB of text', `{"a":"${'x'.repeat(payloadBytesMax - 7)}"}`, 'json_too_large'],
    ['one byte more than 256 KiB of bytes', utf8(`{"a":"${'x'.repeat(payloadBytesMax - 7)}"}`), 'json_too_large'],
    [
      '256 KiB counted in bytes, not characters',
      `{"a":"${'\u20ac'.repeat(Math.ceil(payloadBytesMax / 3))}"}`,
      'json_too_large',
    ],
  ];
  it.each(refused)('refuses %s', (_what, source, code) => {
    expect(refusal(source).code).toBe(code);
  });

  const accepted: [string, string][] = [
    ['an empty object', '{}'],
    ['depth 32 of objects', nested(payloadDepthMax)],
    ['depth 32 of arrays', nestedArrays(payloadDepthMax)],
    ['exactly 256 KiB', `{"a":"${'x'.repeat(payloadBytesMax - 8)}"}`],
    ['a number of 40 digits', `{"a":-0.${'1'.repeat(numberDigitsMax - 1)}}`],
    ['numbers in every spelling', '{"a":[0,-0,1.0,1E5,1e+05,1e-400,1594153092.2202642,12345678901234567890]}'],
    ['constructor as an ordinary key', '{"constructor":"Ferrari","prototype":{"constructor":1}}'],
    ['keys that look like indexes, in their order', '{"10":1,"2":2,"1":3}'],
    ['an empty key', '{"":{"":1}}'],
    ['raw pairs', '{"a":"\ud83d\ude00"}'],
    ['U+2028 and DEL in strings', '{"a":"\u2028\u007f"}'],
  ];
  it.each(accepted)('accepts %s and writes it back unchanged', (_what, text) => {
    expect(stringifyTree(parseJson(text))).toBe(text);
    expect(stringifyTree(parseJson(utf8(text)))).toBe(text);
  });

  it('reads every escape', () => {
    expect(parseJson('{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u20AC\\ud83d\\ude00."}')).toEqual(
      new Map([['a', '"\\/\b\f\n\r\t\u20ac\ud83d\ude00.']]),
    );
  });

  it('keeps the spelling of a number', () => {
    expect(parseJson('{"a": 1.50e0 }')).toEqual(new Map([['a', new JsonNumber('1.50e0')]]));
  });

  it('says where: line and column from 1, offset from 0, pointer of the nearest value', () => {
    expect(refusal('{\n  "a/b": [ 1,\n    tru ]\n}')).toMatchObject({
      line: 3,
      column: 5,
      offset: 20,
      pointer: '/a~1b/1',
    });
    expect(refusal('{"x":{"y":1},"z":{"y":1,"y":2}}')).toMatchObject({ offset: 24, column: 25, pointer: '/z/y' });
    expect(refusal(Uint8Array.from([...utf8('{"\ufffd":\n"'), 0xff]))).toMatchObject({ line: 2, column: 2 });
  });

  it('accepts any value at the top when asked', () => {
    expect(parseJson('"x"', { anyTop: true })).toBe('x');
    expect(parseJson('[]', { anyTop: true, depthMax: 1 })).toEqual([]);
  });

  it('reads what JSON.stringify writes as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, noUnicodeString: false }), (value) => {
        const text = JSON.stringify({ value }).replaceAll('-0', '0');
        fc.pre(!text.includes('__proto__') && !/\\ud[89a-f]/.test(text));
        expect(JSON.stringify(toPlain(parseJson(text)))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('never accepts what JSON.parse refuses, and never throws anything but its refusal', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '\\u',
      'd800',
      '0',
      '1',
      '-',
      '.',
      'e',
      '+',
      'true',
      'null',
      ' ',
      '\n',
      '\u0001',
      'a',
      '"a":',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        const text = `{"k":${parts.join('')}}`;
        try {
          parseJson(text);
        } catch (refused) {
          expect(refused).toBeInstanceOf(JsonRefused);
          return;
        }
        JSON.parse(text);
      }),
      { numRuns: 2000 },
    );
  });
});
