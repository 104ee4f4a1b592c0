import { numberCursor, pageBytesMax, pageOf, textCursor } from './page.js';

const keyOf = (row: string) => [row.slice(0, 3)];

describe('a page', () => {
  it('is the last one when nothing was left over', () => {
    expect(pageOf(['a', 'b'], 2, keyOf)).toEqual({ items: ['a', 'b'], nextCursor: null });
  });

  it('goes on after its last item when one was left over', () => {
    const page = pageOf(['a', 'b', 'c'], 2, keyOf);
    expect(page.items).toEqual(['a', 'b']);
    expect(textCursor(page.nextCursor)).toBe('b');
  });

  it('ends before it is too long for one message, and goes on from there', () => {
    const half = 'x'.repeat(pageBytesMax / 2 - 3);
    expect(pageOf([half, half], 2, keyOf).items).toHaveLength(2);
    const page = pageOf([half, `${half}x`], 2, keyOf);
    expect(page.items).toHaveLength(1);
    expect(textCursor(page.nextCursor)).toBe('xxx');
  });

  it('has one item at least, however long', () => {
    expect(pageOf(['x'.repeat(pageBytesMax + 1), 'b'], 2, keyOf).items).toHaveLength(1);
  });

  it.each([
    ['a text that we did not write', 'nonsense!'],
    ['an empty text', ''],
  ])('is not begun at %s', (_sentence, cursor) => {
    expect(() => textCursor(cursor)).toThrow('not one of ours');
    expect(() => numberCursor(cursor)).toThrow('not one of ours');
  });
});
