import fc from 'fast-check';
import { consistencyProof, emptyRoot, Frontier, inclusionProof, leafHash, nodeHash, rangeHashOf } from './merkle.js';
import { verifyConsistency, verifyInclusion } from './merkle.js';

/** The published vectors of Certificate Transparency (google/certificate-transparency merkle_tree_test, transparency-dev/merkle testonly). */
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const leaves = inputs.map((input) => leafHash(Buffer.from(input, 'hex')));
const hex = (hashes: readonly Uint8Array[]): string[] => hashes.map((hash) => Buffer.from(hash).toString('hex'));
const rootOf = (all: readonly Buffer[]): Buffer => {
  const frontier = Frontier.empty();
  for (const leaf of all) frontier.append(leaf);
  return frontier.root();
};

describe('the Merkle tree', () => {
  it('has the published root at every size', () => {
    const frontier = Frontier.empty();
    const seen = [frontier.root()];
    for (const leaf of leaves) {
      frontier.append(leaf);
      seen.push(frontier.root());
    }
    expect(hex(seen)).toEqual(roots);
    expect(hex(roots.slice(1).map((_, at) => rangeHashOf(leaves)(0, at + 1)))).toEqual(roots.slice(1));
    expect(emptyRoot.toString('hex')).toBe(roots[0]);
  });

  it.each<[string, number, number, string[]]>([
    ['the only leaf needs no proof', 0, 1, []],
    [
      'the first of eight',
      0,
      8,
      [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    ],
    [
      'the sixth of eight',
      5,
      8,
      [
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        roots[4] as string,
      ],
    ],
    ['the last of three', 2, 3, [roots[2] as string]],
    [
      'the second of five',
      1,
      5,
      [
        roots[1] as string,
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      ],
    ],
  ])('proves that a leaf is in it as published: %s', (_case, index, size, expected) => {
    const proof = inclusionProof(index, size, rangeHashOf(leaves));
    expect(hex(proof)).toEqual(expected);
    expect(
      verifyInclusion(index, size, leaves[index] as Buffer, proof, Buffer.from(roots[size] as string, 'hex')),
    ).toBe(true);
  });

  it.each<[string, number, number, string[]]>([
    ['one and one are the same tree', 1, 1, []],
    [
      'one grows to eight',
      1,
      8,
      [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    ],
    [
      'six grows to eight',
      6,
      8,
      [
        '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        roots[4] as string,
      ],
    ],
    [
      'two grows to five',
      2,
      5,
      [
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      ],
    ],
  ])('proves that it only grew as published: %s', (_case, first, second, expected) => {
    const proof = consistencyProof(first, second, rangeHashOf(leaves));
    expect(hex(proof)).toEqual(expected);
    const [before, after] = [roots[first], roots[second]].map((root) => Buffer.from(root as string, 'hex')) as [
      Buffer,
      Buffer,
    ];
    expect(verifyConsistency(first, second, before, after, proof)).toBe(true);
  });

  it('proves every leaf of every small tree, and no other leaf with that proof', () => {
    const many = Array.from({ length: 33 }, (_, n) => leafHash(Buffer.from([n])));
    for (let size = 1; size <= many.length; size += 1) {
      const root = rootOf(many.slice(0, size));
      for (let index = 0; index < size; index += 1) {
        const proof = inclusionProof(index, size, rangeHashOf(many));
        expect(verifyInclusion(index, size, many[index] as Buffer, proof, root)).toBe(true);
        expect(verifyInclusion(index, size, many[(index + 1) % 33] as Buffer, proof, root)).toBe(false);
        expect(verifyInclusion((index + 1) % size, size, many[index] as Buffer, proof, root)).toBe(size === 1);
      }
    }
  });

  it('proves every growth between small trees, and none to another root', () => {
    const many = Array.from({ length: 33 }, (_, n) => leafHash(Buffer.from([n])));
    const rootsOf = many.map((_, at) => rootOf(many.slice(0, at)));
    for (let second = 1; second < many.length; second += 1) {
      for (let first = 0; first <= second; first += 1) {
        const [before, after] = [rootsOf[first] as Buffer, rootsOf[second] as Buffer];
        const proof = consistencyProof(first, second, rangeHashOf(many));
        expect(verifyConsistency(first, second, before, after, proof)).toBe(true);
        const forged = nodeHash(before, after);
        expect(verifyConsistency(first, second, forged, after, proof)).toBe(false);
        if (first > 0) expect(verifyConsistency(first, second, before, forged, proof)).toBe(false);
      }
    }
  });

  it('is not fooled by a proof of which one bit, one step or one more step is wrong', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 200 }), fc.nat(), fc.nat(), (size, at, where) => {
        const many = Array.from({ length: size }, (_, n) => leafHash(Buffer.from([n])));
        const index = at % size;
        const root = rootOf(many);
        const proof = inclusionProof(index, size, rangeHashOf(many));
        const flipped = proof.map((step) => Buffer.from(step));
        const step = flipped[where % flipped.length] as Buffer;
        step[where % 32] = (step[where % 32] as number) ^ (1 << (where % 8));
        const check = (steps: Uint8Array[]) => verifyInclusion(index, size, many[index] as Buffer, steps, root);
        expect([check(proof), check(flipped), check(proof.slice(1)), check([...proof, root])]).toEqual([
          true,
          false,
          false,
          false,
        ]);
      }),
    );
  });

  it('goes on from a stored frontier as if it had never stopped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 300 }), (before, after) => {
        const many = Array.from({ length: before + after }, (_, n) => leafHash(Buffer.from(`${n}`)));
        const first = Frontier.empty();
        for (const leaf of many.slice(0, before)) first.append(leaf);
        const resumed = Frontier.from(before, first.bytes());
        for (const leaf of many.slice(before)) resumed.append(leaf);
        expect(resumed.size).toBe(before + after);
        expect(resumed.root().equals(rootOf(many))).toBe(true);
      }),
    );
  });

  it.each([
    ['a leaf past the end', () => inclusionProof(3, 3, rangeHashOf(leaves))],
    ['a tree that shrank', () => consistencyProof(4, 3, rangeHashOf(leaves))],
    ['a frontier that does not belong to its size', () => Frontier.from(3, Buffer.alloc(32))],
  ])('refuses %s', (_case, act) => {
    expect(act).toThrow();
  });
});
