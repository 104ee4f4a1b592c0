import fc from 'fast-check';
import { memberText, withMembers, withTextMember } from './splice.js';

describe('joining JSON texts', () => {
  it.each([
    ['puts members in front', { id: 'a' }, '{"b":1.50}', '{"id":"a","b":1.50}'],
    ['needs no comma before an empty object', { id: 'a' }, ' { } ', '{"id":"a"}'],
    ['adds nothing where there is nothing to add', {}, '{ "b":1}', '{"b":1}'],
    ['leaves two empty objects empty', {}, '{}', '{}'],
  ])('%s', (_, members, text, joined) => {
    expect(withMembers(members, text)).toBe(joined);
  });

  it.each([
    ['puts a text last', { id: 'a', n: 1 }, 'patch', '{"n":1.50}', '{"id":"a","n":1,"patch":{"n":1.50}}'],
    ['stands alone without others', {}, 'payload', '{}', '{"payload":{}}'],
  ])('%s', (_, members, name, text, joined) => {
    expect(withTextMember(members, name, text)).toBe(joined);
  });

  it.each([
    ['finds a member between others', '{"a":1,"payload":{"x":[1,"}"]},"b":2}', '{"x":[1,"}"]}'],
    ['finds it among blanks', ' {\n "payload" :\t{ "n": 1.50 } }', '{ "n": 1.50 }'],
    ['is not misled by a quote in a text', '{"a":"\\"payload\\":{","payload":{}}', '{}'],
    ['is not misled by a backslash before a quote', '{"a":"\\\\","payload":{"k":1}}', '{"k":1}'],
    ['is not misled by the same name further in', '{"a":{"payload":1},"payload":2}', '2'],
    ['knows a name that is spelled with escapes', '{"p\\u0061yload":[1, 2]}', '[1, 2]'],
    ['reads a number up to its end', '{"payload":-1.50e3}', '-1.50e3'],
    ['has nothing where there is none', '{"a":1}', null],
    ['has nothing in an empty object', '{}', null],
  ])('%s', (_, text, found) => {
    expect(memberText(text, 'payload')).toBe(found);
  });

  it('cuts out of any object what JSON itself finds there', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 6 }),
        fc.jsonValue(),
        fc.integer({ min: 0, max: 3 }),
        (others, payload, indent) => {
          const text = JSON.stringify({ ...others, payload }, null, indent);
          expect(JSON.parse(memberText(text, 'payload') ?? '')).toEqual(JSON.parse(JSON.stringify(payload)));
        },
      ),
    );
  });
});
