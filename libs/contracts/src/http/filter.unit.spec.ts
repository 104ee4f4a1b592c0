import {
  filterComparisons,
  filterDepthMax,
  filterListMax,
  filterNodeSchema,
  filterNodesMax,
  filterSchema,
} from './filter.js';

const equal = { '=': [{ source: 'incident.escalated' }, true] };
const nested = (depth: number): unknown => (depth === 1 ? equal : { not: nested(depth - 1) });

describe('the grammar of a filter', () => {
  it.each<[string, unknown]>([
    [
      'takes the example of the contract',
      { and: [{ in: [{ source: 'incident.threatRating' }, ['Critical', 'High']] }, equal] },
    ],
    ['takes not with a bare node', { not: equal }],
    ['takes not with an array of one node', { not: [equal] }],
    ['takes exists with a bare source', { exists: { source: 'a.b' } }],
    ['takes exists with an array of one source', { exists: [{ source: 'a.b' }] }],
    ['takes a literal on both sides', { '=': [1, 1] }],
    ['takes operands whose type does not fit: such a node is false, not wrong', { '<': [{ source: 'a' }, true] }],
    ['takes as many operators deep as allowed', nested(filterDepthMax)],
    ['takes as many operators as allowed', { and: Array.from({ length: filterNodesMax - 1 }, () => equal) }],
    ['takes a list as long as allowed', { in: [{ source: 'a' }, Array.from({ length: filterListMax }, (_, n) => n)] }],
    ...filterComparisons.map((operator): [string, unknown] => [
      `takes ${operator}`,
      { [operator]: [{ source: 'a' }, 'b'] },
    ]),
  ])('%s', (_, filter) => {
    expect(filterSchema.safeParse(filter).error?.issues).toBeUndefined();
    expect(filterNodeSchema.safeParse(filter).success).toBe(true);
  });

  it.each<[string, unknown, string]>([
    ['refuses a text', 'a = b', ''],
    ['refuses null', null, ''],
    ['refuses an array', [equal], ''],
    ['refuses an empty node', {}, ''],
    ['refuses two operators in one node', { ...equal, exists: { source: 'a' } }, ''],
    ['refuses an unknown operator where it stands', { and: [equal, { like: ['a', 'b'] }] }, 'and.1.like'],
    ['refuses one operand', { '=': [{ source: 'a' }] }, '='],
    ['refuses three operands', { '=': [1, 2, 3] }, '='],
    ['refuses an and without nodes', { and: [] }, 'and'],
    ['refuses an and that is no array', { and: equal }, 'and'],
    ['refuses not with two nodes', { not: [equal, equal] }, 'not'],
    ['refuses exists of a literal', { exists: 'a' }, 'exists'],
    ['refuses an object as an operand', { '=': [{ path: 'a' }, 1] }, '=.0'],
    ['refuses one operator deeper than allowed', nested(filterDepthMax + 1), ''],
    ['refuses one operator more than allowed', { and: Array.from({ length: filterNodesMax }, () => equal) }, ''],
    ['refuses a list longer than allowed', { in: [1, Array.from({ length: filterListMax + 1 }, (_, n) => n)] }, 'in.1'],
  ])('%s', (_, filter, path) => {
    const { error } = filterSchema.safeParse(filter);
    expect(error?.issues[0]?.path.join('.')).toBe(path);
  });

  it('survives a tree that would break a stack', () => {
    let filter: unknown = equal;
    for (let depth = 0; depth < 100_000; depth += 1) filter = { not: filter };
    expect(filterSchema.safeParse(filter).success).toBe(false);
  });
});
