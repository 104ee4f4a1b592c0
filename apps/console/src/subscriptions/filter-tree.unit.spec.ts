import fc from 'fast-check';
import { type Filter, filterComparisons, filterSchema } from '@waybill/contracts/http/filter';
import { comparisons, conditionOf, filterIn, nodeOf, readScalar, writeScalar } from './filter-tree.js';

const source = fc.record({ source: fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_.]{0,30}$/) }, { noNullPrototype: true });
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value));
const scalar = fc.oneof(fc.string(), number, fc.integer(), fc.boolean(), fc.constant(null));
const operand = fc.oneof(source, scalar, fc.array(scalar, { maxLength: 4 }));
const comparison = fc
  .tuple(fc.constantFrom(...filterComparisons), operand, operand)
  .map(([operator, left, right]) => ({ [operator]: [left, right] }));
const exists = fc.oneof(source, fc.tuple(source)).map((body) => ({ exists: body }));
const { node: anyFilter } = fc.letrec<{ node: object }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(comparison, exists),
    fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((and) => ({ and })),
    fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((or) => ({ or })),
    tie('node').map((not) => ({ not })),
    tie('node').map((not) => ({ not: [not] })),
  ),
}));

describe('a filter as a tree and as text', () => {
  it('knows the operators of the contract', () => {
    expect([...comparisons]).toEqual([...filterComparisons]);
  });

  it('takes any filter that the contract takes from its text, unchanged', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        fc.pre(filterSchema.safeParse(filter).success);
        expect(filterIn(JSON.stringify(filter, null, 2))).toEqual(filter);
      }),
    );
  });

  it('gives back every condition that it shows, and shows none that it could not give back', () => {
    fc.assert(
      fc.property(comparison, (node) => {
        const condition = conditionOf(node as unknown as Filter);
        if (condition !== null) expect(nodeOf(condition)).toEqual(node);
      }),
    );
  });

  it('reads every value as the one that it wrote', () => {
    fc.assert(fc.property(scalar, (value) => expect(readScalar(writeScalar(value))).toBe(value)));
  });

  it.each([
    ['a number', '12', 12],
    ['a number with a fraction', '1.50', 1.5],
    ['a number with an exponent', '1e+300', 1e300],
    ['a number on its way', '1.', '1.'],
    ['a number with more digits than a double keeps', '12345678901234567890', '12345678901234567890'],
    ['an address', '10.0.0.1', '10.0.0.1'],
    ['a number that is meant as a text', '"12"', '12'],
    ['a word', 'true', true],
    ['nothing', 'null', null],
    ['a text over two lines in quotes', '"true\nfalse"', 'true\nfalse'],
  ])('reads %s as it is meant', (_, text, value) => expect(readScalar(text)).toBe(value));

  it.each([
    ['text that is no JSON', '{'],
    ['two operators in one node', '{"and":[],"or":[]}'],
    ['a group of nothing', '{"and":[]}'],
    ['an operator that there is not', '{"like":[1,2]}'],
    ['a not of two nodes', '{"not":[{"=":[1,1]},{"=":[1,1]}]}'],
    ['three operands', '{"=":[1,2,3]}'],
  ])('takes no %s', (_, text) => expect(filterIn(text)).toBeNull());
});
