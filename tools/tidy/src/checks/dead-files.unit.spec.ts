import { treeOf } from '../source-tree.js';
import { deadFiles } from './dead-files.js';

const tree = (...others: { path: string; text: string }[]) =>
  treeOf([{ path: 'libs/x/src/a.ts', text: '' }, ...others]);

describe('the check of dead files', () => {
  it.each([
    ['fails a file that nobody imports', tree(), 1],
    ['counts a relative import', tree({ path: 'libs/x/src/b.unit.spec.ts', text: "import './a.js';" }), 0],
    [
      'counts an import from another room',
      tree({ path: 'apps/y/src/main.ts', text: "import { a } from '@waybill/x/a';" }),
      0,
    ],
    [
      'counts a worker',
      tree({ path: 'apps/y/src/main.ts', text: "new URL('../../../libs/x/src/a.js', import.meta.url)" }),
      0,
    ],
    [
      'counts a program that a script starts',
      tree({ path: 'libs/x/package.json', text: '{"scripts":{"a":"node dist/a.js"}}' }),
      0,
    ],
    ['is not content with a longer name', tree({ path: 'apps/y/src/main.ts', text: "import '@waybill/x/ab';" }), 1],
  ])('%s', (_, files, findings) => {
    expect(deadFiles(files)).toHaveLength(findings);
  });
});
