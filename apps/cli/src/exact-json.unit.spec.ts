import { readExactJson } from './exact-json.js';

describe('JSON that is read exactly', () => {
  it.each([
    '{"id":9007199254740993,"list":[-123456789012345678901,1]}',
    '{"text":"9007199254740993","n":1.5,"e":2}',
    '{}',
  ])('is written again as it was: %s', (text) => {
    expect(JSON.stringify(readExactJson(text))).toBe(text);
  });

  it('has numbers to count with where they fit', () => {
    expect(readExactJson('{"position":42}')).toEqual({ position: 42 });
  });
});
