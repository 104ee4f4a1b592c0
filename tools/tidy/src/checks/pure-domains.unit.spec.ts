import { treeOf } from '../source-tree.js';
import { pureDomains } from './pure-domains.js';

const domain = (text: string, path = 'libs/d/src/a.ts', tag = 'type:domain') =>
  treeOf([
    { path: 'libs/d/package.json', text: JSON.stringify({ nx: { tags: [tag] } }) },
    { path, text },
  ]);

describe('the check of pure domains', () => {
  it.each([
    ['fails the clock', 'const a = Date.now();', 1],
    ['fails a date without argument', 'const a = new Date();', 1],
    ['allows a date of an argument', 'const a = (now: number) => new Date(now);', 0],
    ['fails chance', 'Math.random();', 1],
    ['fails ids made inside', 'const id = crypto.randomUUID();', 1],
    ['fails the environment', 'const a = process.env;', 1],
    ['fails a timer', `set${'Timeout'}(() => undefined, 1);`, 1],
    ['fails a module of the machine', "import { readFileSync } from 'node:fs';", 1],
    ['fails a framework', "import { Injectable } from '@nestjs/common';", 1],
    ['allows a property that is called process', 'const a = (step: { process: string }) => step.process;', 0],
    ['allows a comment about Date.now', '// Date.now() is for the app\nexport const a = 1;', 0],
  ])('%s', (_, text, findings) => {
    expect(pureDomains(domain(text))).toHaveLength(findings);
  });

  it('leaves specs and other kinds of rooms alone', () => {
    expect(pureDomains(domain('Date.now();', 'libs/d/src/a.unit.spec.ts'))).toEqual([]);
    expect(pureDomains(domain('Date.now();', 'libs/d/src/a.ts', 'type:infra'))).toEqual([]);
  });
});
