import { treeOf } from '../source-tree.js';
import { barrels } from './barrels.js';

describe('the check of barrels', () => {
  it.each([
    ['fails an index file', 'libs/x/src/index.ts', 'export const a = 1;', 1],
    ['fails an index file in a folder', 'apps/x/src/in/index.tsx', '', 1],
    ['fails export star', 'libs/x/src/a.ts', "export * from './b.js';", 1],
    ['fails a named export star', 'libs/x/src/a.ts', "export * as b from './b.js';", 1],
    ['allows a file that has index in its name', 'libs/x/src/subscription-index.ts', 'export const a = 1;', 0],
    ['allows named exports', 'libs/x/src/a.ts', "export { b } from './b.js';", 0],
  ])('%s', (_, path, text, findings) => {
    expect(barrels(treeOf([{ path, text }]))).toHaveLength(findings);
  });
});
