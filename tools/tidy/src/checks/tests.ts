import { type Check, isCode, isForTests, linesThat } from '../source-tree.js';

/** What a test must not do, and what must not use a test's things. */
export const tests: Check = (tree) => [
  ...tree.files
    .filter((file) => isCode(file) && !isForTests(file))
    .flatMap((file) =>
      linesThat(
        file,
        /from '@waybill\/testkit\//,
        'uses the testkit outside a spec: move it into a *.spec.ts or *.fixture.ts',
      ),
    ),
  ...tree.files
    .filter((file) => /\.spec\.tsx?$/.test(file.path))
    .flatMap((file) => [
      ...linesThat(
        file,
        /\b(it|test|describe)\.(only|skip|todo)\b|\bx(it|test|describe)\(|\bf(it|describe)\(/,
        'runs less than it seems: finish the test or remove it',
      ),
      ...linesThat(
        file,
        /jest\.(mock|unstable_mockModule)\(\s*'(\.|@waybill\/)/,
        'mocks our own code: pass a real one, or a small one of your own, as an argument',
      ),
    ]),
  ...tree.files
    .filter((file) => /\.unit\.spec\.tsx?$/.test(file.path))
    .flatMap((file) =>
      linesThat(
        file,
        /\bsetTimeout\(|\bsleep\(|timers\/promises/,
        'sleeps in a unit test: hand in the time, or make it an int spec',
      ),
    ),
  ...tree.files
    .filter(isCode)
    // Put together, so that this line does not find itself.
    .flatMap((file) =>
      linesThat(
        file,
        new RegExp(`\\b${'FIX'}${'ME'}\\b|\\b${'XX'}${'X'}\\b`),
        'is marked as unfinished: finish it, or open an issue and name it',
      ),
    ),
];
