import { treeOf } from '../source-tree.js';
import { events } from './events.js';

const domain = (spec: string) =>
  treeOf([
    { path: 'libs/d/package.json', text: JSON.stringify({ nx: { tags: ['type:domain'] } }) },
    {
      path: 'libs/d/src/d.ts',
      text: "export type E = { readonly type: 'DoorOpened' } | { type: 'DoorClosed'; at: string };",
    },
    { path: 'libs/d/src/d.unit.spec.ts', text: spec },
  ]);

describe('the check of events', () => {
  it('names every event that no spec shows', () => {
    expect(events(domain("given({ type: 'DoorOpened' })")).map(({ says }) => says)).toEqual([
      expect.stringContaining('DoorClosed'),
    ]);
  });
  it('is content when each has an example', () => {
    expect(events(domain("given({ type: 'DoorOpened' }).then({ type: 'DoorClosed' })"))).toEqual([]);
  });
});
