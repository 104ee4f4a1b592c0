import fc from 'fast-check';
import { parseJson } from '@waybill/contracts/payload/json-text';
import { compileFilter, everything } from './filter.js';
import { lookInto } from './look.js';
import type { Route } from './route.js';
import { RouteIndex } from './route-index.js';

const facts = { tenant: 'default', type: 'incident', id: 'e1', source: 'soc', time: '2026-11-24T10:00:00.000Z' };
const lookAt = (payload: unknown) => lookInto(facts, parseJson(JSON.stringify(payload)));
const of = (path: string) => ({ source: path });

const routeOf = (id: string, filter: Record<string, unknown> | null): Route => ({
  subscription: {
    id,
    name: id,
    connectorIds: ['con_1'],
    types: ['incident'],
    filter,
    suppression: { minutes: 0, key: null },
    correlationKey: null,
  },
  version: 1,
  filter: filter === null ? everything : compileFilter(filter),
  suppressionKey: null,
  correlationKey: null,
});

const indexOf = (filters: readonly (Record<string, unknown> | null)[]): RouteIndex => {
  const index = new RouteIndex();
  filters.forEach((filter, at) => index.put(routeOf(`sub_${at}`, filter)));
  return index;
};

const idsOf = (routes: readonly Route[]): string[] => routes.map(({ subscription }) => subscription.id);

describe('the subscriptions of a type', () => {
  it.each([
    ['a value', (at: number) => ({ '=': [of('n'), at] })],
    ['a value, written the other way round', (at: number) => ({ '=': [at, of('n')] })],
    ['a few values', (at: number) => ({ in: [of('n'), [at, -at - 1]] })],
    ['a value and something else', (at: number) => ({ and: [{ '>=': [of('n'), 0] }, { '=': [of('n'), at] }] })],
    ['one of two values', (at: number) => ({ or: [{ '=': [of('n'), at] }, { '=': [of('n'), -at - 1] }] })],
    ['a member of a list', (at: number) => ({ contains: [of('tags'), `tag-${at}`] })],
    ['a member of a list, written as in', (at: number) => ({ in: [`tag-${at}`, of('tags')] })],
    ['one of several members', (at: number) => ({ contains_any: [of('tags'), [`tag-${at}`, `other-${at}`]] })],
    ['all of several members', (at: number) => ({ contains_all: [of('tags'), [`tag-${at}`, 'all']] })],
  ])('are found by %s, and those that ask for others are not looked at', (_, filterOf) => {
    const index = indexOf(Array.from({ length: 10_000 }, (_member, at) => filterOf(at)));
    expect(idsOf(index.candidates(lookAt({ n: 7, tags: ['tag-7', 'all'] })))).toEqual(['sub_7']);
    expect(index.candidates(lookAt({ n: 0.5, tags: [] }))).toEqual([]);
    expect(index.candidates(lookAt({}))).toEqual([]);
  });

  it('are all looked at where a filter asks for nothing that could be looked up', () => {
    const filters = [null, { '>': [of('n'), 5] }, { not: { '=': [of('n'), 7] } }, { exists: of('n') }];
    expect(idsOf(indexOf(filters).candidates(lookAt({ n: 7 })))).toEqual(['sub_0', 'sub_1', 'sub_2', 'sub_3']);
  });

  it('are found by numbers with more digits than a double has', () => {
    const index = indexOf([{ '=': [of('n'), 2 ** 53] }]);
    const look = (text: string) => lookInto(facts, parseJson(`{"n":${text}}`));
    expect(idsOf(index.candidates(look('9007199254740992')))).toEqual(['sub_0']);
    expect(index.candidates(look('9007199254740993'))).toEqual([]);
  });

  const path = fc.constantFrom('a', 'b', 'c.d', 'notification.source');
  const scalar = fc.constantFrom<unknown>('x', 'xy', 'soc', 1, 2, 0, -0, true, null, 2 ** 53);
  const source = path.map(of);
  const either = (left: fc.Arbitrary<unknown>, right: fc.Arbitrary<unknown>) =>
    fc.oneof(fc.tuple(left, right), fc.tuple(right, left));
  const list = fc.array(scalar, { maxLength: 3 });
  const { filter } = fc.letrec<{ filter: Record<string, unknown> }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      either(source, scalar).map((operands) => ({ '=': operands })),
      either(source, source).map((operands) => ({ '=': operands })),
      either(source, list).map((operands) => ({ in: operands })),
      either(scalar, source).map((operands) => ({ in: operands })),
      either(source, scalar).map((operands) => ({ contains: operands })),
      either(source, list).map((operands) => ({ contains_any: operands })),
      either(source, list).map((operands) => ({ contains_all: operands })),
      fc.tuple(source, scalar).map((operands) => ({ '!=': operands })),
      fc.tuple(source, scalar).map((operands) => ({ '<': operands })),
      source.map((operand) => ({ exists: operand })),
      fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((nodes) => ({ and: nodes })),
      fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((nodes) => ({ or: nodes })),
      tie('filter').map((node) => ({ not: node })),
    ),
  }));
  const value = fc.oneof(scalar, list, fc.constant({ x: 1 }));
  const payload = fc.record({ a: value, b: value, c: fc.record({ d: value }) }, { requiredKeys: [] });

  it('are never overlooked: whose filter matches is found, in the order in which they came', () => {
    fc.assert(
      fc.property(fc.array(filter, { maxLength: 12 }), payload, (filters, seen) => {
        const look = lookAt(seen);
        const expected = filters.flatMap((one, at) => (compileFilter(one).matches(look) ? [`sub_${at}`] : []));
        const found = indexOf(filters).candidates(look);
        expect(idsOf(found.filter((route) => route.filter.matches(look)))).toEqual(expected);
        expect(new Set(found).size).toBe(found.length);
      }),
      { numRuns: 3_000 },
    );
  });

  it('are forgotten whole', () => {
    fc.assert(
      fc.property(fc.array(filter, { maxLength: 12 }), payload, (filters, seen) => {
        const index = indexOf(filters);
        filters.forEach((_, at) => at % 2 === 0 && index.delete(`sub_${at}`));
        const rest = idsOf(index.candidates(lookAt(seen)));
        expect(rest.filter((id) => Number(id.slice(4)) % 2 === 0)).toEqual([]);
        filters.forEach((_, at) => index.delete(`sub_${at}`));
        expect(index.candidates(lookAt(seen))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
