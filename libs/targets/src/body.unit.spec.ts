import { bodyBytesMax, bodyDepthMax, readAnswer, readBody, writeBody, writeWithSecret } from './body.js';

describe('the rendered body', () => {
  it('keeps digits, spelling and the order of keys', () => {
    const text = '{"b":1.10,"a":12345678901234567890,"10":-0}';
    expect(writeBody(readBody(text) ?? new Map())).toBe(text);
  });

  it.each(['', 'x', '[]', '"a"', 'null', '{"a":1,"a":2}', '{"a":"\ud800"}'])('is nothing where it is %p', (text) => {
    expect(readBody(text)).toBeNull();
  });

  it('is read at its bounds and not one past them', () => {
    const wide = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;
    expect(readBody(wide(bodyBytesMax))).not.toBeNull();
    expect(readBody(wide(bodyBytesMax + 1))).toBeNull();
    const deep = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect(readBody(deep(bodyDepthMax))).not.toBeNull();
    expect(readBody(deep(bodyDepthMax + 1))).toBeNull();
  });

  it('writes the sign of a placeholder as an escape, so that data asks for no secret', () => {
    const body = readBody('{"a":"\u27e6secret:url\u27e7"}') ?? new Map();
    expect(writeBody(body)).toBe('{"a":"\\u27e6secret:url\u27e7"}');
    expect(JSON.parse(writeBody(body))).toEqual({ a: '\u27e6secret:url\u27e7' });
  });

  it('carries the one placeholder that the room itself puts in', () => {
    expect(writeWithSecret(new Map([['a', 'b']]), 'key', 'token')).toBe('{"key":"\u27e6secret:token\u27e7","a":"b"}');
    expect(writeWithSecret(new Map([['key', 'old']]), 'key', 'token')).toBe('{"key":"\u27e6secret:token\u27e7"}');
  });
});

describe('an answer', () => {
  it.each(['', '<html>', '[]', 'null', '"a"', '1'])('is no object where it is %p', (text) => {
    expect(readAnswer(text)).toBeNull();
  });
  it('is an object of ordinary values', () => {
    expect(readAnswer('{"a":[1]}')).toEqual({ a: [1] });
  });
});
