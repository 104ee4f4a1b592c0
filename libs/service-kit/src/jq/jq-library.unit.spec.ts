import { jqLibrary } from './jq-library.js';

const library = jqLibrary(`def map(f): [.[] | f];
# a comment
def values: select(. != null);
def select(f): if f then . else empty end;
def _assign(paths; $value): reduce path(paths) as $p (.; setpath($p; $value));
def _modify(paths; update): reduce path(paths) as $p (.; setpath($p; update));
def recurse(f): def r: ., (f | r); r;
def recurse: recurse(.[]?);
def twice: map(. + .)
  | values;
def set_all: .. |= 1;
`);
const namesIn = (part: string): string[] => [...part.matchAll(/^def (\w+)/gm)].map((found) => found[1] as string);

describe('the part of the library for a program', () => {
  const rows: [string, string, string[]][] = [
    ['that names nothing is empty', '{a: .b}', []],
    ['that calls one definition holds it', '.a | select(.b)', ['select']],
    ['holds what a definition needs in turn', 'twice', ['map', 'values', 'select', '_assign', '_modify', 'twice']],
    ['holds every definition of a name, in their order', 'recurse', ['recurse', 'recurse']],
    ['holds what an assignment calls', '.a |= 1', ['_assign', '_modify']],
    ['holds what two dots call', '..', ['recurse', 'recurse']],
    ['holds what the signs of a definition call', 'set_all', ['_assign', '_modify', 'recurse', 'recurse', 'set_all']],
    ['counts a word in a comment', '.a # map', ['map']],
  ];
  it.each(rows)('%s', (_what, program, names) => {
    expect(namesIn(library.partFor(program))).toEqual(names);
  });

  it('is the whole for a program that lists it', () => {
    expect(library.partFor('builtins | length')).toBe(library.whole);
  });
});
