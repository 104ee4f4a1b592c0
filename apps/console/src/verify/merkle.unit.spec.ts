import { Frontier, isExtension, leafHash, rootOf } from './merkle.js';
import type { Bytes } from './bytes.js';

const bytes = (hex: string): Bytes => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hex = (hash: Uint8Array | null): string =>
  [...(hash ?? [])].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** The leaves and roots of Certificate Transparency's reference tests, for RFC 6962. */
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('the tree in the browser', () => {
  it('has the roots of the reference tests, for every size', async () => {
    const frontier = new Frontier(0, []);
    const found: string[] = [];
    for (const input of inputs) {
      await frontier.add(await leafHash(bytes(input)));
      found.push(hex(await frontier.root()));
    }
    expect(found).toEqual(roots);
  });

  it('goes on from a frontier as if it had seen the leaves before', async () => {
    const leaves = await Promise.all(inputs.map((input) => leafHash(bytes(input))));
    const first = new Frontier(0, []);
    for (const leaf of leaves.slice(0, 4)) await first.add(leaf);
    // Four leaves are one complete subtree: its root is the frontier.
    const rest = new Frontier(4, [await first.root()]);
    for (const leaf of leaves.slice(4)) await rest.add(leaf);
    expect(hex(await rest.root())).toBe(roots[7]);
  });

  it.each([
    ['a frontier with too few subtrees is refused', 5, 1],
    ['a frontier with too many subtrees is refused', 4, 2],
  ])('%s', (_, size, count) => {
    expect(
      () =>
        new Frontier(
          size,
          Array.from({ length: count }, () => bytes('00')),
        ),
    ).toThrow();
  });

  /** PROOF(m, D[n]) of the reference tests. */
  const proofs: [first: number, second: number, hashes: string[]][] = [
    [1, 1, []],
    [
      1,
      8,
      [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    ],
    [
      6,
      8,
      [
        '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    ],
    [
      2,
      5,
      [
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      ],
    ],
  ];
  const tree = (size: number) => ({ size, root: bytes(roots[size - 1] ?? '') });

  it.each(proofs)('sees that the tree of %i grew to the tree of %i', async (first, second, hashes) => {
    expect(await isExtension(tree(first), tree(second), hashes.map(bytes))).toBe(true);
  });

  it.each(proofs.slice(1))('believes no other history from %i to %i', async (first, second, hashes) => {
    const path = hashes.map(bytes);
    const other = { size: first, root: bytes(roots[second - 1] ?? '') };
    expect(await isExtension(other, tree(second), path)).toBe(false);
    expect(await isExtension(tree(first), { ...tree(second), root: tree(first).root }, path)).toBe(false);
    expect(await isExtension(tree(second), tree(first), path)).toBe(false);
    expect(await isExtension(tree(first), tree(second), path.slice(1))).toBe(false);
    expect(await isExtension(tree(first), tree(second), [...path, bytes('00'.repeat(32))])).toBe(false);
    expect(await isExtension(tree(first), tree(second), path.with(0, bytes('11'.repeat(32))))).toBe(false);
  });

  it('finds a leaf by its path, and by no other', async () => {
    // PATH(0, D[8]) of the reference tests.
    const path = [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ].map(bytes);
    const leaf = await leafHash(bytes(''));
    expect(hex(await rootOf(leaf, 0, 8, path))).toBe(roots[7]);
    expect(hex(await rootOf(leaf, 1, 8, path))).not.toBe(roots[7]);
    expect(await rootOf(leaf, 0, 8, path.slice(1))).toBeNull();
    expect(await rootOf(leaf, 8, 8, path)).toBeNull();
  });
});
