import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  consistencyProof,
  emptyRoot,
  Frontier,
  inclusionProof,
  leafHash,
  rangeHashOf,
  verifyConsistency,
  verifyInclusion,
} from '@waybill/event-log/merkle';
import { LeafMemory } from './leaf-memory.js';

const leaves = Array.from({ length: 1_300 }, (_, n) => leafHash(Buffer.from(`leaf ${n}`)));
/** The root by the other implementation, which keeps no leaves. */
const rootOf = (size: number): Buffer => {
  const frontier = Frontier.empty();
  for (const leaf of leaves.slice(0, size)) frontier.append(leaf);
  return frontier.root();
};

describe('the memory of leaves', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-leaves-'));
  const file = join(folder, 'delivery-0.leaves');
  let memory: LeafMemory;
  beforeAll(() => {
    memory = LeafMemory.open(file, 0);
    for (let at = 0; at < leaves.length; at += 77) memory.append(Buffer.concat(leaves.slice(at, at + 77)));
  });
  afterAll(() => {
    memory.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([0, 1, 2, 255, 256, 257, 511, 512, 513, 1_024, 1_299, 1_300])(
    'has the root of a tree of %i leaves',
    (size) => {
      expect(memory.root(size)).toEqual(size === 0 ? emptyRoot : rootOf(size));
    },
  );

  it.each([
    [0, 1],
    [0, 1_300],
    [255, 257],
    [256, 1_300],
    [700, 1_024],
    [1_299, 1_300],
  ])('proves that leaf %i is in the tree of %i', (index, size) => {
    const proof = inclusionProof(index, size, memory.rangeHash);
    expect(proof).toEqual(inclusionProof(index, size, rangeHashOf(leaves)));
    expect(verifyInclusion(index, size, leaves[index] as Buffer, proof, rootOf(size))).toBe(true);
  });

  it.each([
    [1, 1_300],
    [256, 512],
    [300, 1_299],
    [1_024, 1_300],
  ])('proves that the tree of %i leaves grew to %i', (first, second) => {
    const proof = consistencyProof(first, second, memory.rangeHash);
    expect(verifyConsistency(first, second, rootOf(first), rootOf(second), proof)).toBe(true);
  });

  it('forgets what stands after a size and takes other leaves there', () => {
    const own = LeafMemory.open(join(folder, 'other.leaves'), 0);
    own.append(Buffer.concat(leaves));
    own.truncate(600);
    expect(own.root()).toEqual(rootOf(600));
    own.append(Buffer.concat(leaves.slice(600)));
    expect(own.root()).toEqual(rootOf(1_300));
    own.close();
  });

  it('is the same after it was closed, without what was not signed', () => {
    memory.sync();
    const again = LeafMemory.open(file, 1_290);
    expect([again.size, again.root().toString('hex')]).toEqual([1_290, rootOf(1_290).toString('hex')]);
    again.append(Buffer.concat(leaves.slice(1_290)));
    expect(again.root()).toEqual(rootOf(1_300));
    again.close();
  });

  it('refuses a file that holds less than was signed', () => {
    const short = join(folder, 'short.leaves');
    const own = LeafMemory.open(short, 0);
    own.append(Buffer.concat(leaves.slice(0, 10)));
    own.close();
    truncateSync(short, 9 * 32 + 5);
    expect(() => LeafMemory.open(short, 10)).toThrow(/holds 9 leaves/);
  });
});
