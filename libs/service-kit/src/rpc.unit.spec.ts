import { z } from 'zod';
import { Invalid, Unreadable } from './problems.js';
import { checked, pointerOf } from './rpc.js';

const schema = z.strictObject({
  id: z.string().min(2),
  tags: z.array(z.enum(['a', 'b'])).optional(),
  limits: z.strictObject({ n: z.int() }).optional(),
});

const faultsIn = (body: string): string[] => {
  try {
    checked(schema, body);
    return [];
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return error.errors.map(({ pointer, code }) => `${pointer} ${code}`).sort();
  }
};

describe('the body of a request', () => {
  it.each<[string, string, string[]]>([
    ['is taken when it fits', '{"id":"ab"}', []],
    ['is an empty object when it is empty', '  ', ['/id required']],
    ['misses a field', '{}', ['/id required']],
    ['has a field too many', '{"id":"ab","more":1}', ['/more unknown_field']],
    ['has a field too many deep inside', '{"id":"ab","limits":{"n":1,"x":2}}', ['/limits/x unknown_field']],
    ['has a wrong item of a list', '{"id":"ab","tags":["a","c"]}', ['/tags/1 invalid_value']],
    ['has several faults', '{"id":"a","limits":{"n":1.5}}', ['/id too_small', '/limits/n invalid_type']],
    ['is no object', '[]', [' invalid_type']],
    [
      'has a text that cannot be kept',
      '{"id":"a\\u0000","tags":["\\uD800"]}',
      ['/id text_unstorable', '/tags/0 text_unstorable'],
    ],
    ['has a name that cannot be kept', '{"id":"ab","limits":{"\\udfff":1}}', ['/limits/\ufffd text_unstorable']],
    [
      'has a payload that holds what it likes',
      '{"id":"ab","payload":{"\\u0000":"\\ud800"}}',
      ['/payload unknown_field'],
    ],
    ['spells out what cannot be kept', '{"id":"\\\\u0000"}', []],
    ['names a member that would be a prototype', '{"id":"ab","__proto__":{"x":1}}', ['/__proto__ unknown_field']],
  ])('%s', (_sentence, body, faults) => {
    expect(faultsIn(body)).toEqual(faults);
  });

  it('is unreadable when it is no JSON', () => {
    expect(() => checked(schema, '{id:1}')).toThrow(Unreadable);
  });
});

describe('a pointer', () => {
  it.each([
    ['to the whole is empty', [], ''],
    ['escapes slashes and tildes (RFC 6901)', ['a/b', 'c~d'], '/a~1b/c~0d'],
    ['counts list items from 0', ['items', 0], '/items/0'],
  ])('%s', (_sentence, path, pointer) => {
    expect(pointerOf(path)).toBe(pointer);
  });
});
