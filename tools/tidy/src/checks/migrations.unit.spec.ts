import { treeOf } from '../source-tree.js';
import { migrations, recordOf, releasedFile } from './migrations.js';

const path = 'apps/x/src/migrations/0001-start.sql';
const first = treeOf([{ path, text: 'create table a ();' }]);
const released = { path: releasedFile, text: JSON.stringify(recordOf(first)) };

describe('the check of migrations', () => {
  it.each([
    ['lets an unreleased migration change', treeOf([{ path, text: 'create table b ();' }]), []],
    ['lets a released migration be', treeOf([{ path, text: 'create table a ();' }, released]), []],
    [
      'fails a released migration that changed',
      treeOf([{ path, text: 'create table b ();' }, released]),
      ['has changed'],
    ],
    ['fails a released migration that is gone', treeOf([released]), ['is gone']],
  ])('%s', (_, tree, says) => {
    const found = migrations(tree).map((finding) => finding.says);
    expect(found).toHaveLength(says.length);
    for (const [at, part] of says.entries()) expect(found[at]).toContain(part);
  });
});
