import { listInputSchema } from '@waybill/contracts/http/lists';
import { z } from 'zod';
import { bodyBytesMax, bodyDepthMax } from '../config.js';
import { routeTable } from '../route-table.js';
import {
  idempotencyKeyLengthMax,
  readBody,
  readIdempotencyKey,
  readIfMatch,
  readParams,
  readQuery,
} from './read-input.js';

const any = z.record(z.string(), z.unknown());
const json = 'application/json';
const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('reading a query', () => {
  it('reads numbers from their text and fills in defaults', () => {
    expect(readQuery(listInputSchema, '/v1/x?limit=7&cursor=12')).toEqual({ limit: 7, cursor: '12' });
    expect(readQuery(listInputSchema, '/v1/x')).toEqual({ limit: 50 });
  });

  it.each([
    ['a text for a number', '?limit=seven'],
    ['a number in another spelling', '?limit=0x10'],
    ['an unknown parameter', '?page=1'],
    ['a repeated parameter', '?limit=1&limit=1'],
    ['a parameter that would reach prototypes', '?__proto__=1'],
  ])('refuses %s', (_, query) => {
    expect(codeOf(() => readQuery(listInputSchema, `/v1/x${query}`))).toBe('validation_failed');
  });
});

describe('reading a body', () => {
  const nested = (depth: number): string => '{"a":'.repeat(depth - 1) + '{}' + '}'.repeat(depth - 1);
  const long = (bytes: number): string => `{"a":"${'x'.repeat(bytes - 8)}"}`;

  it.each<[string, string, string | undefined, string]>([
    ['takes nothing as an empty object', '', undefined, 'taken'],
    ['takes JSON in UTF-8', '{"a":"é"}', 'application/json; charset=UTF-8', 'taken'],
    ['takes a type that ends in +json', '{}', 'application/merge-patch+json', 'taken'],
    ['refuses another type', '{}', 'text/plain', 'unsupported_media_type'],
    ['refuses no type', '{}', undefined, 'unsupported_media_type'],
    ['refuses another charset', '{}', 'application/json; charset=latin1', 'unsupported_media_type'],
    ['refuses what is no JSON', '{', json, 'malformed'],
    ['refuses what is no object', '[]', json, 'validation_failed'],
    ['refuses a duplicate key', '{"a":1,"a":1}', json, 'validation_failed'],
    [
      'takes a number in a filter that a double holds',
      '{"filter":{"=":[{"source":"n"},9007199254740992]}}',
      json,
      'taken',
    ],
    ['takes any number elsewhere', '{"payload":{"filter":9007199254740993}}', json, 'taken'],
    ['takes a body as deep as allowed', nested(bodyDepthMax), json, 'taken'],
    ['refuses one deeper', nested(bodyDepthMax + 1), json, 'validation_failed'],
    ['takes a body as long as allowed', long(bodyBytesMax), json, 'taken'],
    ['refuses one byte more', long(bodyBytesMax + 1), json, 'validation_failed'],
  ])('%s', (_, text, type, code) => {
    expect(codeOf(() => readBody(any, Buffer.from(text), type))).toBe(code);
  });

  it('refuses a number in a filter that would be compared as another one, and says where', () => {
    const text = '{"filter":{"or":[{"=":[{"source":"a/b"},1]},{"in":[{"source":"n"},[1,-9007199254740993]]}]}}';
    expect(() => readBody(any, Buffer.from(text), json)).toThrow(
      expect.objectContaining({
        errors: [expect.objectContaining({ pointer: '/filter/or/1/in/1/1', code: 'filter_invalid' })],
      }),
    );
  });

  it('keeps the text as it was spelled', () => {
    expect(readBody(any, Buffer.from(' {"n": 1.50} '), json)).toEqual({ value: { n: 1.5 }, text: '{"n": 1.50}' });
  });

  it('refuses bytes that are no UTF-8', () => {
    expect(codeOf(() => readBody(any, Buffer.from([0x7b, 0xff, 0x7d]), json))).toBe('malformed');
  });
});

describe('reading texts that cannot be kept', () => {
  const faultsOf = (act: () => unknown): string[] => {
    try {
      act();
      return [];
    } catch (error) {
      const { errors = [] } = error as { errors?: { pointer: string; code: string }[] };
      return errors.map(({ pointer, code }) => `${pointer} ${code}`);
    }
  };
  const bodies = routeTable.flatMap((route) =>
    route.body === null ? [] : [[route.path, route.method, route.body] as const],
  );
  const faultsIn = (schema: z.ZodType, body: unknown): string[] =>
    faultsOf(() => readBody(schema, Buffer.from(JSON.stringify(body)), json));

  it.each(bodies)('refuses U+0000 wherever it stands in the body of %s (%s), but not in a payload', (_, __, schema) => {
    expect(faultsIn(schema, { reason: '\u0000', deep: [{ text: 'a\u0000b' }], payload: { text: '\u0000' } })).toEqual([
      '/reason text_unstorable',
      '/deep/0/text text_unstorable',
    ]);
    expect(faultsIn(schema, { config: { 'k\u0000': 1 } })).toEqual(['/config/k\ufffd text_unstorable']);
    expect(faultsIn(schema, { payload: { '\u0000': '\u0000' } }).join()).not.toContain('text_unstorable');
  });

  it('is told half of a letter by its place', () => {
    expect(faultsIn(any, { reason: '\ud800' })).toEqual(['/reason json_lone_surrogate']);
  });

  it.each(['', 'reason', 'limit'])('refuses it in a query: %s', (name) => {
    const found = faultsOf(() => readQuery(z.looseObject({}), `/v1/x?${name || 'q'}=a%00`));
    expect(found).toEqual([`/${name || 'q'} text_unstorable`]);
  });

  it('finds nothing under a path that holds it', () => {
    expect(codeOf(() => readParams(any as z.ZodType, { id: 'a\u0000' }))).toBe('not_found');
  });
});

describe('reading headers and paths', () => {
  it.each<[string, string | undefined, string | number]>([
    ['takes an ETag', '"3"', 3],
    ['takes a bare version', '12', 12],
    ['misses an absent header', undefined, 'precondition_required'],
    ['misses an empty header', ' ', 'precondition_required'],
    ['matches no weak ETag', 'W/"3"', 'version_mismatch'],
    ['matches no asterisk', '*', 'version_mismatch'],
    ['matches no version 0', '"0"', 'version_mismatch'],
  ])('%s in If-Match', (_, header, result) => {
    if (typeof result === 'number') expect(readIfMatch(header)).toBe(result);
    else expect(codeOf(() => readIfMatch(header))).toBe(result);
  });

  it('takes an Idempotency-Key of visible characters up to its bound', () => {
    expect(readIdempotencyKey(undefined)).toBeNull();
    expect(readIdempotencyKey('k'.repeat(idempotencyKeyLengthMax))).toHaveLength(idempotencyKeyLengthMax);
    for (const bad of ['', 'a b', 'é', 'k'.repeat(idempotencyKeyLengthMax + 1)]) {
      expect(codeOf(() => readIdempotencyKey(bad))).toBe('validation_failed');
    }
  });

  it('answers a malformed id as one that does not exist', () => {
    expect(codeOf(() => readParams(z.strictObject({ id: z.string().max(3) }), { id: 'long' }))).toBe('not_found');
  });
});
