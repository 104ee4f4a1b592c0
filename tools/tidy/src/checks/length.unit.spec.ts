import { treeOf } from '../source-tree.js';
import { fileLinesMax, fileLinesWanted, functionLinesMax, length } from './length.js';

const file = (text: string, path = 'libs/x/src/a.ts') => treeOf([{ path, text }]);
const lines = (count: number): string => 'x;\n'.repeat(count);
const functionOf = (count: number): string => `function f() {\n${lines(count - 2)}}\n`;

describe('the check of lengths', () => {
  it.each([
    ['says nothing of a file at the wanted length', file(lines(fileLinesWanted)), []],
    ['notes a file one past it', file(lines(fileLinesWanted + 1)), [true]],
    ['notes a file at the most', file(lines(fileLinesMax)), [true]],
    ['fails a file one past the most', file(lines(fileLinesMax + 1)), [undefined]],
    ['says nothing of a function at the most', file(functionOf(functionLinesMax)), []],
    ['fails a function one past it', file(functionOf(functionLinesMax + 1)), [undefined]],
    [
      'fails a long method and a long arrow alike',
      file(`class A { m() {\n${lines(80)}} }\nconst a = () => {\n${lines(80)}};`),
      [undefined, undefined],
    ],
    [
      'lets describe be as long as the file',
      file(`describe('x', () => {\n${"it('y', () => 1);\n".repeat(80)}});`, 'libs/x/src/a.unit.spec.ts'),
      [],
    ],
    ['fails a long test', file(`it('x', () => {\n${lines(80)}});`, 'libs/x/src/a.unit.spec.ts'), [undefined]],
    ['does not look at what is no source', file(lines(1000), 'docs/a.ts'), []],
    ['lets what a program writes be as long as it is', file(lines(1000), 'libs/x/src/a.generated.ts'), []],
  ])('%s', (_, tree, notes) => {
    expect(length(tree).map(({ note }) => note)).toEqual(notes);
  });
});
