import { type Bytes, isSame, joined, sha256 } from './bytes.js';
import { verifyWords as words } from '../words/verify.js';

/** RFC 6962 hashing in the browser: leaves and nodes are told apart by their first byte. */
const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

export const leafHash = (entry: Uint8Array): Promise<Bytes> => sha256(joined(leafPrefix, entry));
const nodeHash = (left: Uint8Array, right: Uint8Array): Promise<Bytes> => sha256(joined(nodePrefix, left, right));

/** A tree while leaves are added: its complete subtrees, largest first, and how many leaves they hold. */
export class Frontier {
  private readonly subtrees: { hash: Bytes; leaves: number }[] = [];

  /** `left`: the complete subtrees of a tree of `size` leaves, largest first; refuses another number of them than the size has bits. */
  constructor(size: number, left: readonly Bytes[]) {
    let rest = size;
    for (const hash of left) {
      if (rest === 0) throw new Error(words.frontierLarger);
      const leaves = 2 ** Math.floor(Math.log2(rest));
      this.subtrees.push({ hash, leaves });
      rest -= leaves;
    }
    if (rest !== 0) throw new Error(words.frontierSize);
  }

  async add(leaf: Bytes): Promise<void> {
    let added = { hash: leaf, leaves: 1 };
    for (let last = this.subtrees.at(-1); last?.leaves === added.leaves; last = this.subtrees.at(-1)) {
      this.subtrees.pop();
      added = { hash: await nodeHash(last.hash, added.hash), leaves: added.leaves * 2 };
    }
    this.subtrees.push(added);
  }

  async root(): Promise<Bytes> {
    const last = this.subtrees.at(-1);
    if (last === undefined) return sha256(new Uint8Array(0));
    let { hash } = last;
    for (const { hash: left } of this.subtrees.slice(0, -1).toReversed()) hash = await nodeHash(left, hash);
    return hash;
  }
}

/** The root that a leaf and its path lead to (RFC 9162 section 2.1.3.2); null for a path of the wrong length. */
export async function rootOf(leaf: Bytes, index: number, size: number, path: readonly Bytes[]): Promise<Bytes | null> {
  if (index >= size) return null;
  // Beyond 2^32 the bit operators of JavaScript would cut.
  let [fn, sn] = [BigInt(index), BigInt(size - 1)];
  let hash = leaf;
  for (const sibling of path) {
    if (sn === 0n) return null;
    if (fn % 2n === 1n || fn === sn) {
      hash = await nodeHash(sibling, hash);
      while (fn % 2n === 0n && fn !== 0n) {
        fn /= 2n;
        sn /= 2n;
      }
    } else {
      hash = await nodeHash(hash, sibling);
    }
    fn /= 2n;
    sn /= 2n;
  }
  return sn === 0n ? hash : null;
}

/**
 * True when the tree of `second` leaves begins with the `first` leaves of the other (RFC 9162 section 2.1.4.2): nothing was taken out or
 * changed in between. Sizes are at least 1; of the same size the roots must be the same and no hash is needed.
 */
export async function isExtension(
  first: { readonly size: number; readonly root: Bytes },
  second: { readonly size: number; readonly root: Bytes },
  hashes: readonly Bytes[],
): Promise<boolean> {
  if (first.size < 1 || first.size > second.size) return false;
  if (first.size === second.size) return hashes.length === 0 && isSame(first.root, second.root);
  let [fn, sn] = [BigInt(first.size - 1), BigInt(second.size - 1)];
  while (fn % 2n === 1n) [fn, sn] = [fn / 2n, sn / 2n];
  // A first tree that is complete is a node of the second: its root is where the path begins.
  const path = fn === 0n ? [first.root, ...hashes] : [...hashes];
  const [start, ...rest] = path;
  if (start === undefined) return false;
  let [fr, sr] = [start, start];
  for (const hash of rest) {
    if (sn === 0n) return false;
    if (fn % 2n === 1n || fn === sn) {
      [fr, sr] = [await nodeHash(hash, fr), await nodeHash(hash, sr)];
      while (fn % 2n === 0n && fn !== 0n) [fn, sn] = [fn / 2n, sn / 2n];
    } else {
      sr = await nodeHash(sr, hash);
    }
    [fn, sn] = [fn / 2n, sn / 2n];
  }
  return sn === 0n && isSame(fr, first.root) && isSame(sr, second.root);
}
