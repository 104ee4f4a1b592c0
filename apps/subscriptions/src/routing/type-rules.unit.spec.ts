import { KnownRegistry, type RegistryFact } from './known-registry.js';
import type { Notification } from './incoming.js';
import { ruleRestMs, tenantRestMs, TypeRules } from './type-rules.js';

const seen = (payload: object, type = 'seen'): Notification =>
  ({ facts: { type }, payloadText: JSON.stringify(payload) }) as unknown as Notification;
const slow = { properties: { text: { pattern: '^(a+)+$' } } };
const poison = { text: `${'a'.repeat(40)}b` };
const unchecked = [expect.objectContaining({ code: 'schema_unchecked' })];

describe('the schemas of notification types', () => {
  let told: unknown[];
  let nowMs: number;
  let types: TypeRules;
  const codes = (tenant: string, payload: object, type?: string): string[] =>
    types.check(tenant, seen(payload, type)).map(({ code }) => code);

  beforeEach(() => {
    [told, nowMs] = [[], 0];
    types = new TypeRules([], { error: (...words: unknown[]) => void told.push(words) } as never, () => nowMs);
  });

  it('may have one name, in later versions and with other tenants', () => {
    const $id = 'https://example.org/seen';
    types.put('a', 'seen', { $id, required: ['x'] }, false);
    types.put('a', 'seen', { $id, required: ['y'] }, false);
    types.put('b', 'seen', { $id, required: ['z'] }, false);
    expect([codes('a', { y: 1 }), codes('b', { y: 1 })]).toEqual([[], ['schema_required']]);
    expect(told).toEqual([]);
  });

  it.each([
    ['answers promises', { $async: true, required: ['x'] }],
    ['is none', { type: 'nothing' }],
    ['refers to what nobody fetches', { $ref: 'https://example.org/other' }],
  ])(
    'do not stop whoever follows the log where one on the record %s: its type takes anything, with a warning',
    (_, schema) => {
      const registry = new KnownRegistry(types);
      const value: RegistryFact = { kind: 'type', type: 'seen', schema, strict: true };
      registry.changed({ stream: 'type-a.seen', tenant: 'a', value, position: 1 });
      expect(types.check('a', seen({}))).toEqual(unchecked);
      expect(types.check('a', seen({}))).toEqual(unchecked);
      expect(told).toEqual([[expect.objectContaining({ tenant: 'a', type: 'seen' }), 'type.schema-unusable']]);
    },
  );

  it('take anything where there is none', () => {
    types.put('a', 'seen', null, true);
    expect(types.check('a', seen({ x: 1 }))).toEqual([]);
  });

  it('rest when one takes too long, it for long and the others of its tenant for a moment', () => {
    types.put('a', 'seen', slow, true);
    types.put('a', 'other', { required: ['x'] }, false);
    types.put('b', 'seen', { required: ['x'] }, false);
    expect(types.check('a', seen(poison))).toEqual(unchecked);
    expect([codes('a', {}), codes('a', {}, 'other'), codes('b', {})]).toEqual([
      ['schema_unchecked'],
      ['schema_unchecked'],
      ['schema_required'],
    ]);
    nowMs = tenantRestMs;
    expect([codes('a', {}), codes('a', {}, 'other')]).toEqual([['schema_unchecked'], ['schema_required']]);
    nowMs = ruleRestMs;
    expect(codes('a', {})).toEqual([]);
    expect(told).toHaveLength(1);
  });

  it('are asked at once when they were mended', () => {
    types.put('a', 'seen', { $ref: '#' }, false);
    expect(types.check('a', seen({}))).toEqual(unchecked);
    types.put('a', 'seen', { required: ['x'] }, false);
    nowMs = tenantRestMs;
    expect(codes('a', {})).toEqual(['schema_required']);
  });
});
