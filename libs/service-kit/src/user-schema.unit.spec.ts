import { compileUserSchema, fitsInTime, schemaFault, SchemaTooSlow } from './user-schema.js';

/** A payload that lies 28 deep: with two ways down at each step there are 2^28 ways. */
const deep = Array.from({ length: 28 }).reduce<object>((x) => ({ x }), {});
const step = { properties: { x: { $ref: '#/$defs/a' } }, required: ['x'] };

describe('a schema that a user wrote', () => {
  const faults: [string, Record<string, unknown>, string][] = [
    ['is refused where it answers promises', { $async: true }, '/$async'],
    ['is refused where a part of it answers promises', { properties: { a: { $async: true, type: 'string' } } }, ''],
    [
      'is refused where it refers to what answers promises',
      { $ref: '#/$defs/a', $defs: { a: { $async: true, type: 'object' } } },
      '',
    ],
    [
      'is refused where it is no schema, with the place',
      { properties: { a: { minLength: -1 } } },
      '/properties/a/minLength',
    ],
    ['is refused where a pattern is none', { items: { pattern: '(' } }, ''],
    ['is refused where it refers to another document', { $ref: 'https://example.org/other' }, ''],
    [
      'is refused where it takes the name of the meta-schema',
      { $id: 'https://json-schema.org/draft/2020-12/schema' },
      '',
    ],
    ['is refused where it leads back to itself', { $ref: '#' }, ''],
    [
      'is refused where references lead round in a circle',
      { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } },
      '',
    ],
    ['is refused where it leads back to itself in its sample', { properties: { x: { $ref: '#/properties/x' } } }, ''],
  ];
  it.each(faults)('%s', (_, schema, pointer) => {
    expect(schemaFault(schema, { x: {} })).toEqual({ pointer, message: expect.any(String) as string });
  });

  it('may have the name of another one, and means what it says itself', () => {
    const $id = 'https://example.org/seen';
    expect(schemaFault({ $id, type: 'object' }, null)).toBeNull();
    const [first, second] = [{ required: ['a'] }, { required: ['b'] }].map((one) => compileUserSchema({ $id, ...one }));
    expect([first, second].map((validate) => validate && fitsInTime(validate, { b: 1 }))).toEqual([false, true]);
  });

  const slow: [string, Record<string, unknown>, unknown][] = [
    ['quantifiers in each other', { additionalProperties: { pattern: '^(a+)+$' } }, { x: `${'a'.repeat(40)}b` }],
    ['ways that overlap', { additionalProperties: { pattern: '^(a|a)*$' } }, { x: `${'a'.repeat(40)}b` }],
    ['patterns of names', { patternProperties: { '^(a+)+$': false } }, { [`${'a'.repeat(40)}b`]: 1 }],
    ['references that double at each step', { $ref: '#/$defs/a', $defs: { a: { anyOf: [step, step] } } }, deep],
    [
      'unlike objects that are all compared',
      { properties: { x: { uniqueItems: true } } },
      { x: Array.from({ length: 40_000 }, (_, n) => [n]) },
    ],
  ];
  it.each(slow)('is broken off where it would take too long: %s', (_, schema, value) => {
    const validate = compileUserSchema(schema);
    expect(() => fitsInTime(validate, value, 20)).toThrow(SchemaTooSlow);
    expect(fitsInTime(validate, {}, 1_000)).toEqual(expect.any(Boolean));
  });

  it('compiles in time however often it refers to its longest part, or not at all', () => {
    const properties = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`p${n}`, { minLength: 1 }]));
    const anyOf = Array.from({ length: 600 }, () => ({ $ref: '#/$defs/a' }));
    const schema = { anyOf, $defs: { a: { properties } } };
    expect(fitsInTime(compileUserSchema(schema, 20_000), { p1: 'a' }, 1_000)).toBe(true);
    expect(() => compileUserSchema(schema, 1)).toThrow(SchemaTooSlow);
  });

  it('is asked again when the machine was away, not when it was slow itself', () => {
    let asked = 0;
    // Stands still without working, as a process does that others keep from its processor.
    const away = (): boolean =>
      (asked += 1) > 1 || Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5_000) === 'ok';
    expect(fitsInTime(away as never, {}, 200)).toBe(true);
    asked = -10;
    expect(() => fitsInTime(away as never, {}, 200)).toThrow(SchemaTooSlow);
    expect(asked).toBe(-7);
  });
});
