import { treeOf } from '../source-tree.js';
import { rooms } from './rooms.js';

const room = (tags: unknown, readme = true) =>
  treeOf([
    { path: 'libs/x/package.json', text: JSON.stringify({ nx: { tags } }) },
    { path: 'libs/x/src/a.ts', text: '' },
    ...(readme ? [{ path: 'libs/x/README.md', text: '# x' }] : []),
  ]);

describe('the check of rooms', () => {
  it.each([
    ['lets a tagged room with a README be', room(['type:infra', 'scope:shared']), []],
    ['fails a room without tags twice', room(undefined), ['needs exactly one tag type', 'needs exactly one tag scope']],
    ['fails a kind that the rule does not know', room(['type:util', 'scope:shared']), ['needs exactly one tag type']],
    ['fails two kinds', room(['type:app', 'type:infra', 'scope:x']), ['needs exactly one tag type']],
    ['fails a room without README', room(['type:infra', 'scope:shared'], false), ['has no README.md']],
    [
      'fails sources without package.json',
      treeOf([{ path: 'libs/y/src/a.ts', text: '' }]),
      ['has sources but no package.json'],
    ],
  ])('%s', (_, tree, says) => {
    const found = rooms(tree).map((finding) => finding.says);
    expect(found).toHaveLength(says.length);
    for (const [at, part] of says.entries()) expect(found[at]).toContain(part);
  });
});
