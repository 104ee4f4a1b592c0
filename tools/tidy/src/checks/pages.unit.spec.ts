import { treeOf } from '../source-tree.js';
import { pages } from './pages.js';

const page = (path: string, text: string) =>
  treeOf([
    { path, text },
    { path: 'docs/there.md', text: '' },
  ]);

describe('the check of pages', () => {
  it.each([
    ['allows a README at its length', page('README.md', 'x\n'.repeat(150)), 0],
    ['fails a README one line longer', page('README.md', 'x\n'.repeat(151)), 1],
    ['fails a decision without status', page('docs/adr/0001-a.md', '# a'), 1],
    ['allows a decision with status and date', page('docs/adr/0001-a.md', '# a\n\nAccepted, 2026-11-24'), 0],
    ['fails a decision that is named otherwise', page('docs/adr/a.md', 'Accepted, 2026-11-24'), 1],
    ['fails a link to nowhere', page('README.md', 'see [it](docs/gone.md)'), 1],
    [
      'allows a link to a page, a part of it and a folder',
      page('README.md', '[a](docs/there.md#x) [b](docs) [c](https://example.com/x.md)'),
      0,
    ],
  ])('%s', (_, tree, findings) => {
    expect(pages(tree)).toHaveLength(findings);
  });
});
