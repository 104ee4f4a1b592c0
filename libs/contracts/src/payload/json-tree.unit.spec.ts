import { parseJson } from './json-text.js';
import { JsonNumber, lookup, toPlain, treeOf } from './json-tree.js';

const tree = parseJson(
  '{"a":{"b":[10,{"c":"x"}],"n":null},"a.b":"whole","labels":{"app.kubernetes.io/name":"web","app":{"kubernetes":1}},"":{"":7},"big":12345678901234567890}',
);

describe('lookup', () => {
  const found: [string, string, unknown][] = [
    ['a member', 'labels.app', new Map([['kubernetes', new JsonNumber('1')]])],
    ['an element by number', 'a.n', null],
    ['a key that is the whole path before the parts of it', 'a.b', 'whole'],
    ['a key that is the whole rest of the path', 'labels.app.kubernetes.io/name', 'web'],
    ['a member of a member whose name is a part of the rest', 'labels.app.kubernetes', new JsonNumber('1')],
    ['empty keys', '.', new JsonNumber('7')],
  ];
  it.each(found)('finds %s', (_what, path, value) => {
    expect(lookup(tree, path)).toEqual(value);
  });

  it('finds elements of arrays by number', () => {
    const list = parseJson('{"l":[10,{"c":"x"}]}');
    expect(lookup(list, 'l.1.c')).toBe('x');
    expect(lookup(list, 'l.0')).toEqual(new JsonNumber('10'));
  });

  const missing: [string, string][] = [
    ['a member that is not there', 'a.x'],
    ['a member of text', 'labels.app.kubernetes.x'],
    ['constructor', 'constructor'],
    ['__proto__', '__proto__'],
    ['toString of an object', 'a.toString'],
    ['size of an object', 'a.size'],
    ['the length of an array', 'list.length'],
    ['an index with a leading zero', 'list.00'],
    ['a negative index', 'list.-1'],
    ['an index past the end', 'list.2'],
    ['a member of null', 'a.n.x'],
  ];
  it.each(missing)('misses %s', (_what, path) => {
    expect(lookup(parseJson('{"a":{"n":null},"list":[1,2],"labels":{"app":{"kubernetes":1}}}'), path)).toBeUndefined();
  });
});

describe('toPlain', () => {
  it('gives objects without a prototype and numbers as doubles', () => {
    const plain = toPlain(parseJson('{"a":[1.5,{"constructor":true}]}')) as { a: [number, object] };
    expect(JSON.stringify(plain)).toBe('{"a":[1.5,{"constructor":true}]}');
    expect(Object.getPrototypeOf(plain)).toBeNull();
    expect(Object.getPrototypeOf(plain.a[1])).toBeNull();
  });

  it('is undone by treeOf', () => {
    const text = '{"a":[null,true,"x",-1.5,{}]}';
    expect(treeOf(toPlain(parseJson(text)))).toEqual(parseJson(text));
    expect(() => treeOf({ a: undefined })).toThrow(TypeError);
    expect(() => treeOf(Infinity)).toThrow(TypeError);
  });
});
