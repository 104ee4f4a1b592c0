import fc from 'fast-check';
import { cursorLengthMax, listLimitMax } from './fields.js';
import { decodeCursor, encodeCursor, listInputSchema } from './lists.js';

describe('a cursor', () => {
  it('comes back as it was written, whatever it holds', () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        expect(decodeCursor(encodeCursor(parts))).toEqual(JSON.parse(JSON.stringify(parts)));
      }),
    );
  });

  it.each([
    ['an empty text', ''],
    ['a text that is no base64url', 'a+b'],
    ['base64 of something else', btoa('{"a":1}').replaceAll('=', '')],
    ['an empty list', btoa('[]').replaceAll('=', '')],
    ['more parts than a sort key has', btoa('[1,2,3,4,5]').replaceAll('=', '')],
    ['a part that is no key', btoa('[null]').replaceAll('=', '')],
    ['a part that no row can hold', btoa('["\\u0000"]').replaceAll('=', '')],
    ['half of a letter', btoa('["\\ud800"]').replaceAll('=', '')],
    ['a text that is too long', 'A'.repeat(cursorLengthMax + 1)],
  ])('is not %s', (_, text) => {
    expect(decodeCursor(text)).toBeNull();
  });
});

describe('the input of a list', () => {
  it('has a default limit and takes no cursor as none', () => {
    expect(listInputSchema.parse({})).toEqual({ limit: 50 });
    expect(listInputSchema.parse({ cursor: null })).toEqual({ limit: 50, cursor: null });
  });

  it.each([
    [0, false],
    [1, true],
    [listLimitMax, true],
    [listLimitMax + 1, false],
    [1.5, false],
  ])('takes a limit of %d: %s', (limit, good) => {
    expect(listInputSchema.safeParse({ limit }).success).toBe(good);
  });
});
