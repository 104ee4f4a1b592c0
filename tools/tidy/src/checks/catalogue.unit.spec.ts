import { treeOf } from '../source-tree.js';
import { catalogueOnly } from './catalogue.js';

const file = (text: string, path = 'apps/console/src/home/home.tsx') => treeOf([{ path, text }]);

describe('the check of the catalogue', () => {
  it.each([
    ['finds a text between tags', file('const a = <p>Success rate</p>;'), 1],
    ['finds one word between tags', file('const a = <p>Success</p>;'), 1],
    ['finds a text in braces', file("const a = <p>{'Success'}</p>;"), 1],
    ['finds a text behind a condition', file("const a = <p>{x ? 'Yes' : words.no}</p>;"), 1],
    ['finds a text that is only read out', file('const a = <button aria-label="Close" />;'), 1],
    ['finds a label in braces', file("const a = <b label={x ? 'On' : 'Off'} />;"), 2],
    [
      'finds a sentence wherever it stands',
      file("throw new Error('this is no checkpoint');", 'apps/console/src/verify/x.ts'),
      1,
    ],
    ['finds a sentence with values in it', file('const a = `moved ${n} of the rows`;'), 1],
    ['allows a name out of the catalogue', file('const a = <p title={words.rate}>{words.title}</p>;'), 0],
    ['allows signs', file('const a = <p>{x} · {y} → …</p>;'), 0],
    ['allows what stands on a key', file('const a = <p>Ctrl K</p>;'), 0],
    [
      'allows names of classes, variants and styles',
      file("const a = <p className=\"cm-editor shown\" variant='light' style={{ border: '1px solid' }} />;"),
      0,
    ],
    [
      'allows the catalogue itself',
      file("export const words = { a: 'Any text at all' };", 'apps/console/src/words/home.ts'),
      0,
    ],
    ['allows specs', file("it('finds a leaf by its path', () => 0);", 'apps/console/src/verify/x.unit.spec.ts'), 0],
    ['leaves other rooms alone', file("throw new Error('this is no checkpoint');", 'apps/gateway/src/x.ts'), 0],
  ])('%s', (_, tree, findings) => {
    expect(catalogueOnly(tree)).toHaveLength(findings);
  });
});
