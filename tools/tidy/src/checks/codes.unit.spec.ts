import { treeOf } from '../source-tree.js';
import { codes } from './codes.js';

const list = {
  path: 'libs/contracts/src/codes/reasons.ts',
  text: "export const reasons = { rate_limited: { end: 'x', meaning: 'Slower.' }, gone: 'Over.', OrderPlaced: 'It began.' };",
};
const page = {
  path: 'docs/codes.md',
  text: '- `rate_limited`: Slower.\n- `gone`: Over.\n- `OrderPlaced`: It began.\n',
};
const findings = (path: string, text: string) => codes(treeOf([list, page, { path, text }]));

describe('the check of codes', () => {
  it.each([
    ['fails a refusal that is not listed', "throw new Refused('no_such_code', 'x');", 1],
    ['fails a reason that is not listed', "const event = { reason: 'no_such_code' };", 1],
    ['fails either side of a choice', "const a = { code: b ? 'no_such_code' : c ?? 'nor_this_one' };", 2],
    ['fails a member of a type of codes', "type FaultCode = 'rate_limited' | 'no_such_code';", 1],
    ['fails an event that is appended by hand', "const e = { type: 'OrderLost', schemaVersion: 1, data: {} };", 1],
    [
      'fails an event of a domain',
      "type E = { readonly type: 'OrderLost' | 'OrderPlaced'; readonly data: object };",
      1,
    ],
    [
      'allows what is listed',
      "throw new Refused('rate_limited', 'x'); const e = { type: 'OrderPlaced', schemaVersion: 1 };",
      0,
    ],
    ['takes no command for an event', "type C = { readonly type: 'PlaceOrder'; readonly now: string };", 0],
    ['takes no other text for a code', "const name = 'connector_health'; read({ table: 'due_at' });", 0],
  ])('%s', (_, text, count) => {
    expect(findings('apps/delivery/src/a.ts', text)).toHaveLength(count);
  });

  it('fails a listed code that the page does not show', () => {
    const missing = codes(treeOf([list, { ...page, text: '- `gone`: Over.\n- `OrderPlaced`: It began.\n' }]));
    expect(missing).toEqual([{ path: 'docs/codes.md', line: 1, says: '`rate_limited` is missing: npm run codes' }]);
  });

  it('leaves specs and tools alone', () => {
    for (const path of ['apps/delivery/src/a.unit.spec.ts', 'tools/receivers/src/a.ts'])
      expect(findings(path, "throw new Refused('no_such_code', 'x');")).toEqual([]);
  });
});
