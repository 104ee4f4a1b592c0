import { treeOf } from '../source-tree.js';
import { tests } from './tests.js';

const spec = 'libs/x/src/a.unit.spec.ts';

describe('the check of tests', () => {
  it.each([
    ['fails the testkit in the product', 'libs/x/src/a.ts', "import { testClock } from '@waybill/testkit/clock';", 1],
    [
      'allows the testkit in a fixture',
      'libs/x/src/a.fixture.ts',
      "import { testClock } from '@waybill/testkit/clock';",
      0,
    ],
    ['fails a test that runs alone', spec, `it.${'only'}('x', () => undefined);`, 1],
    ['fails a test that is skipped', spec, `describe.${'skip'}('x', () => undefined);`, 1],
    ['fails the short form', spec, `x${'it'}('x', () => undefined);`, 1],
    ['allows a table', spec, "it.each([1])('x', () => undefined);", 0],
    ['fails a mock of our own', spec, `jest.${'mock'}('@waybill/bus/ask');`, 1],
    ['fails a sleep in a unit test', spec, `await new Promise((r) => set${'Timeout'}(r, 5));`, 1],
    [
      'allows waiting in an int spec',
      'libs/x/src/a.int.spec.ts',
      `await new Promise((r) => set${'Timeout'}(r, 5));`,
      0,
    ],
    ['fails what is marked unfinished', 'libs/x/src/a.ts', `// ${'FIX'}${'ME'} later`, 1],
  ])('%s', (_, path, text, findings) => {
    expect(tests(treeOf([{ path, text }]))).toHaveLength(findings);
  });
});
