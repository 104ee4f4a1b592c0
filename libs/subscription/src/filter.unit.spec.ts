import fc from 'fast-check';
import { parseJson } from '@waybill/contracts/payload/json-text';
import { Refused } from '@waybill/decider/decider';
import { compileFilter, filterDepthMax, filterNodesMax, type Look } from './filter.js';
import { lookInto } from './look.js';

const facts = { tenant: 'default', type: 'incident', id: 'e1', source: 'soc', time: '2026-11-24T10:00:00.000Z' };
const look = lookInto(
  facts,
  parseJson(
    '{"rating":"High","score":7,"escalated":true,"nothing":null,"ip":"10.1.2.3","tags":["a","b"],"deep":{"er":{"x":1}},"account.id":"2","hosts":[{"ip":"::1"}]}',
  ),
);
const of = (path: string) => ({ source: path });

describe('a filter', () => {
  it.each([
    ['equal scalars are equal', { '=': [of('rating'), 'High'] }, true],
    ['a number and its text are not equal', { '=': [of('score'), '7'] }, false],
    ['a missing operand makes = false', { '=': [of('gone'), 'High'] }, false],
    ['a missing operand makes != false too', { '!=': [of('gone'), 'High'] }, false],
    ['different scalars are different', { '!=': [of('rating'), 'Low'] }, true],
    ['null is a value', { '=': [of('nothing'), null] }, true],
    ['a member of the list is in it', { in: [of('rating'), ['Critical', 'High']] }, true],
    ['an object is in no list', { in: [of('deep'), ['x']] }, false],
    ['numbers have an order', { '>=': [of('score'), 7] }, true],
    ['a number and a text have none', { '<': [of('score'), '8'] }, false],
    ['texts have an order', { '<': [of('rating'), 'Low'] }, true],
    ['a text contains a part of it', { contains: [of('rating'), 'ig'] }, true],
    ['a list contains its member', { contains: [of('tags'), 'a'] }, true],
    ['a list contains any of', { contains_any: [of('tags'), ['x', 'b']] }, true],
    ['a list contains all of', { contains_all: [of('tags'), ['a', 'x']] }, false],
    ['a text starts with', { starts_with: [of('rating'), 'Hi'] }, true],
    ['null exists', { exists: of('nothing') }, true],
    ['what is missing does not exist', { exists: of('gone') }, false],
    ['exists may stand in an array', { exists: [of('rating')] }, true],
    ['an object exists', { exists: of('deep.er') }, true],
    ['a dotted key is found whole', { '=': [of('account.id'), '2'] }, true],
    ['a list element is found by number', { '=': [of('hosts.0.ip'), '::1'] }, true],
    ['an address lies in a network', { cidr_match: [of('ip'), '10.0.0.0/8'] }, true],
    ['an address lies in one of several networks', { cidr_match: [of('ip'), ['192.168.0.0/16', '10.1.2.3/32']] }, true],
    ['an address does not lie in another family', { cidr_match: [of('ip'), '::/0'] }, false],
    ['a text that is no address matches no network', { cidr_match: [of('rating'), '0.0.0.0/0'] }, false],
    ['not turns it round', { not: { '=': [of('rating'), 'Low'] } }, true],
    ['and wants all', { and: [{ '=': [of('rating'), 'High'] }, { '=': [of('escalated'), false] }] }, false],
    ['or wants one', { or: [{ '=': [of('rating'), 'Low'] }, { '=': [of('escalated'), true] }] }, true],
    ['the type of the notification can be asked', { '=': [of('notification.type'), 'incident'] }, true],
    ['the tenant can be asked', { '=': [of('tenant'), 'default'] }, true],
    ['a prototype is nowhere', { exists: of('constructor') }, false],
  ])('%s', (_sentence, source, expected) => {
    expect(compileFilter(source).matches(look)).toBe(expected);
  });

  it.each([
    ['no object', 'High', '/filter'],
    ['two operators in one node', { '=': ['a', 'a'], in: ['a', []] }, '/filter'],
    ['an unknown operator', { and: [{ like: ['a', 'b'] }] }, '/filter/and/0'],
    ['one operand too few', { '=': [of('a')] }, '/filter/='],
    ['an empty and', { and: [] }, '/filter/and'],
    ['an operand that is an object but no source', { '=': [{ path: 'a' }, 1] }, '/filter/=/0'],
    ['a source with something beside it', { '=': [{ source: 'a', x: 1 }, 1] }, '/filter/=/0'],
    ['what every object answers to', { constructor: [of('rating'), 'High'] }, '/filter'],
    ['a name of the prototype', JSON.parse('{"__proto__":[{"source":"rating"},"High"]}'), '/filter'],
    ['a literal where exists wants a source', { not: { exists: 'x' } }, '/filter/not/exists'],
  ])('is refused for %s, with the pointer', (_sentence, source, pointer) => {
    expect(pointerOf(source)).toBe(pointer);
  });

  it('may be as deep as the limit and not deeper', () => {
    const nested = (depth: number): unknown => (depth === 1 ? { exists: of('rating') } : { not: nested(depth - 1) });
    expect(pointerOf(nested(filterDepthMax))).toBeNull();
    expect(pointerOf(nested(filterDepthMax + 1))).not.toBeNull();
  });

  it('may have as many nodes as the limit and not more', () => {
    const wide = (nodes: number) => ({ or: Array.from({ length: nodes - 1 }, () => ({ exists: of('x') })) });
    expect(pointerOf(wide(filterNodesMax))).toBeNull();
    expect(pointerOf(wide(filterNodesMax + 1))).not.toBeNull();
  });

  it('explains every clause with what it saw', () => {
    const filter = compileFilter({ and: [{ in: [of('rating'), ['Critical']] }, { '=': [of('gone'), true] }] });
    expect(filter.explain(look)).toEqual([
      { pointer: '/filter/and/0', operator: 'in', result: false, wanted: true, prevents: true, operands: ['High', ['Critical']], missing: [] },
      { pointer: '/filter/and/1', operator: '=', result: false, wanted: true, prevents: true, operands: [null, true], missing: ['gone'] },
    ]); // prettier-ignore
  });

  const yes = { exists: of('rating') };
  const no = { exists: of('gone') };
  it.each([
    ['what is false by itself', no, ['']],
    ['what is true behind a not', { not: yes }, ['/not']],
    ['what is false behind two', { not: { not: no } }, ['/not/not']],
    ['nothing that is false behind a not', { and: [{ not: no }, no] }, ['/and/1']],
    ['nothing beside an or that is true', { and: [{ or: [yes, no] }, no] }, ['/and/1']],
    ['all members of an or', { or: [no, { not: yes }] }, ['/or/0', '/or/1/not']],
    ['the members that are true of an or behind a not', { not: { or: [yes, no] } }, ['/not/or/0']],
    ['all members of an and behind a not', { not: { and: [yes, { not: no }] } }, ['/not/and/0', '/not/and/1/not']],
    ['nothing of an and that is false behind a not', { and: [{ not: { and: [yes, no] } }, no] }, ['/and/1']],
    ['nothing where it is true', { or: [yes, no] }, []],
  ])('is prevented by %s', (_sentence, source, expected) => {
    expect(preventing(source, look)).toEqual(expected.map((pointer) => `/filter${pointer}`));
  });

  it('is prevented by exactly the clauses of the smallest changes that would make it true', () => {
    fc.assert(
      fc.property(filters, fc.nat(), ({ source, leaves }, bits) => {
        const filter = compileFilter(source, '');
        const madeTrueBy = Array.from({ length: 2 ** leaves }, (_, change) => change)
          .filter((change) => filter.matches(seeing(bits ^ change)))
          .filter((change, _, all) => !all.some((other) => other !== change && (other & change) === other));
        const prevents = filter.explain(seeing(bits)).map((clause) => clause.prevents);
        const union = madeTrueBy.reduce((one, other) => one | other, 0);
        expect(prevents).toEqual(Array.from({ length: leaves }, (_, leaf) => isSet(union, leaf)));
      }),
      { numRuns: 500 },
    );
  });
});

/** Every change of them is tried. */
const leavesMax = 6;

type Tree = 'leaf' | { and: Tree[] } | { or: Tree[] } | { not: Tree };

const { tree: trees } = fc.letrec<{ tree: Tree }>((tie) => {
  const members = fc.array(tie('tree'), { minLength: 1, maxLength: 3 });
  const below = [fc.record({ and: members }), fc.record({ or: members }), fc.record({ not: tie('tree') })] as const;
  return { tree: fc.oneof({ maxDepth: 3, depthSize: 'small' }, fc.constant('leaf' as const), ...below) };
});

const filters = trees.map(numbered).filter(({ leaves }) => leaves <= leavesMax);

/** The filter of a tree: each leaf asks whether a member of its own exists, so that each can be turned round alone. */
function numbered(tree: Tree): { source: unknown; leaves: number } {
  let leaves = 0;
  const filled = (node: Tree): unknown => {
    if (node === 'leaf') return { exists: of(String(leaves++)) };
    if ('not' in node) return { not: filled(node.not) };
    return 'and' in node ? { and: node.and.map(filled) } : { or: node.or.map(filled) };
  };
  return { source: filled(tree), leaves };
}

/** A notification that has the members whose bits are set. */
const seeing =
  (bits: number): Look =>
  ({ text }) =>
    isSet(bits, Number(text)) ? true : undefined;

const isSet = (bits: number, at: number): boolean => ((bits >> at) & 1) === 1;

function preventing(source: unknown, look: Look): string[] {
  return compileFilter(source)
    .explain(look)
    .filter(({ prevents }) => prevents)
    .map(({ pointer }) => pointer);
}

function pointerOf(source: unknown): string | null {
  try {
    compileFilter(source);
    return null;
  } catch (error) {
    if (error instanceof Refused && error.code === 'filter_invalid') return error.pointer ?? '';
    throw error;
  }
}
