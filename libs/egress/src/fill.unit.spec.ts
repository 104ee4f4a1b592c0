import fc from 'fast-check';
import { fill, landingOf, onlyPlaceholder, secretOf } from './fill.js';

const holder = (name: string): string => `\u27e6secret:${name}\u27e7`;

describe('fill', () => {
  const secrets = { token: 'a"b\\c\n&é' };

  it.each([
    ['as it is in a header or text', 'plain', 'a"b\\c\n&é'],
    ['escaped in JSON', 'json', 'a\\"b\\\\c\\n&é'],
    ['encoded in a URL', 'url', 'a%22b%5Cc%0A%26%C3%A9'],
    ['encoded in a form', 'form', 'a%22b%5Cc%0A%26%C3%A9'],
  ] as const)('writes a secret %s', (_where, landing, written) => {
    expect(fill(`<${holder('token')}>${holder('token')}`, secrets, landing)).toBe(`<${written}>${written}`);
  });

  it('writes the credentials of a query as they stood in it', () => {
    const urlQuery = { urlQuery: 'key=a%2Fb+c&sig=x==' };
    const url = (first: number, second: number) =>
      `https://h.example/?key=${holder(`urlQuery.${first}`)}&sig=${holder(`urlQuery.${second}`)}`;
    expect(fill(url(1, 2), urlQuery, 'url')).toBe('https://h.example/?key=a%2Fb+c&sig=x==');
    expect(() => fill(url(1, 3), urlQuery, 'url')).toThrow(/is not set/);
    expect(() => fill(url(1, 2), {}, 'url')).toThrow(/is not set/);
  });

  it('gives valid JSON with exactly the value, whatever the value is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (value) => {
        expect(JSON.parse(fill(`{"key":"${holder('any')}"}`, { any: value }, 'json'))).toEqual({ key: value });
      }),
    );
  });

  it('fills once: a placeholder inside a secret stays text', () => {
    expect(fill(holder('a'), { a: holder('b'), b: 'inner' }, 'plain')).toBe(holder('b'));
  });

  it.each([
    ['a secret that is not set', 'other'],
    ['a name that every object has', 'constructor'],
  ])('refuses %s', (_what, name) => {
    expect(() => fill(holder(name), secrets, 'plain')).toThrow(/is not set/);
  });

  it('refuses an empty value as not set', () => {
    expect(() => secretOf({ token: '' }, 'token')).toThrow(/is not set/);
  });

  it('knows a text that is a placeholder and nothing else', () => {
    expect(onlyPlaceholder(holder('url'))).toBe('url');
    expect(onlyPlaceholder(`${holder('url')}/x`)).toBeNull();
  });

  it.each([
    ['application/json', 'json'],
    ['application/json; charset=utf-8', 'json'],
    ['application/cloudevents+json', 'json'],
    ['application/x-www-form-urlencoded', 'form'],
    ['text/plain', 'plain'],
    ['', 'plain'],
  ])('%s is written as %s', (contentType, landing) => {
    expect(landingOf(contentType)).toBe(landing);
  });
});
