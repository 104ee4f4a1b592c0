import { hash } from 'node:crypto';

/**
 * The Merkle tree of RFC 6962 section 2.1 (the same in RFC 9162), pure: leaves are hashed with a 0x00 before them, nodes with a 0x01,
 * so that a node can never be passed off as a leaf. Proofs are in the order of the RFC: from the bottom up.
 */

export const hashBytes = 32;

/**
 * A hash as a string of 32 characters, one a byte (latin1). Appending works with these: making a Buffer for a result takes longer
 * than hashing 400 bytes (1.4 against 0.6 microseconds on Node 24).
 */
export type HashText = string;

const nodeBytes = Buffer.alloc(1 + 2 * hashBytes, 1);

/** The root of the tree with no leaves: the hash of nothing. */
export const emptyRoot: Buffer = hash('sha256', '', 'buffer');

/** MTH of one leaf: SHA-256(0x00 || entry). */
export function leafHash(entry: Uint8Array): Buffer {
  return Buffer.from(leafHashText(entry), 'latin1');
}

/** As `leafHash`, for appending. */
export function leafHashText(entry: Uint8Array): HashText {
  const input = Buffer.allocUnsafe(entry.length + 1);
  input[0] = 0;
  input.set(entry, 1);
  return hash('sha256', input, 'binary');
}

/** SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeBytes.set(left, 1);
  nodeBytes.set(right, 1 + hashBytes);
  return hash('sha256', nodeBytes, 'buffer');
}

function nodeHashText(left: HashText, right: HashText): HashText {
  nodeBytes.write(left, 1, 'latin1');
  nodeBytes.write(right, 1 + hashBytes, 'latin1');
  return hash('sha256', nodeBytes, 'binary');
}

/**
 * The right edge of a tree: the roots of its complete subtrees, largest first, one for every set bit of `size`.
 * It is all that is needed to add leaves and to know the root, at most 53 hashes.
 */
export class Frontier {
  private constructor(
    private count: number,
    private readonly peaks: HashText[],
  ) {}

  static empty(): Frontier {
    return new Frontier(0, []);
  }

  /** Reads what `bytes` wrote; throws when the number of hashes does not belong to the size. */
  static from(size: number, bytes: Uint8Array): Frontier {
    if (bytes.length !== bitsSet(size) * hashBytes)
      throw new Error(`a frontier of ${bytes.length} bytes is not one of ${size} leaves`);
    const text = Buffer.from(bytes).toString('latin1');
    const peaks: HashText[] = [];
    for (let at = 0; at < text.length; at += hashBytes) peaks.push(text.slice(at, at + hashBytes));
    return new Frontier(size, peaks);
  }

  get size(): number {
    return this.count;
  }

  copy(): Frontier {
    return new Frontier(this.count, [...this.peaks]);
  }

  append(leaf: Buffer | HashText): void {
    let node = typeof leaf === 'string' ? leaf : leaf.toString('latin1');
    // Every trailing one of the size is a complete subtree that the new leaf completes to one of twice the size.
    for (let rest = this.count; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = this.peaks.pop();
      if (left === undefined) throw new Error('a frontier has a peak for every bit of its size');
      node = nodeHashText(left, node);
    }
    this.peaks.push(node);
    this.count += 1;
  }

  root(): Buffer {
    let root = this.peaks.at(-1);
    if (root === undefined) return emptyRoot;
    for (let at = this.peaks.length - 2; at >= 0; at -= 1) root = nodeHashText(this.peaks[at] as HashText, root);
    return Buffer.from(root, 'latin1');
  }

  bytes(): Buffer {
    return Buffer.from(this.peaks.join(''), 'latin1');
  }
}

/** The hash of the leaves `[from, to)`; whoever keeps leaves may answer from stored subtrees. `to` is greater than `from`. */
export type RangeHash = (from: number, to: number) => Buffer;

/** MTH over leaves that are all at hand. */
export function rangeHashOf(leaves: readonly Buffer[]): RangeHash {
  return (from, to) => subtreeHash(leaves, from, to);
}

/** PATH(index, D[size]): proves that the leaf at `index` (from 0) stands in the tree of `size` leaves. */
export function inclusionProof(index: number, size: number, rangeHash: RangeHash): Buffer[] {
  if (!isIndex(index, size)) throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  return path(index, 0, size, rangeHash);
}

/** PROOF(first, D[second]): proves that the tree of `second` leaves extends the one of `first`. Empty for equal sizes and for `first` 0. */
export function consistencyProof(first: number, second: number, rangeHash: RangeHash): Buffer[] {
  if (!isSize(first) || !isSize(second) || first > second)
    throw new RangeError(`a tree of ${second} does not extend one of ${first}`);
  return first === 0 || first === second ? [] : subproof(first, 0, second, true, rangeHash);
}

/** RFC 9162 2.1.3.2: true when the proof leads from the leaf to the root. False, never an error, for anything else. */
export function verifyInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isIndex(index, size)) return false;
  let node = index;
  let last = size - 1;
  let result: Buffer = Buffer.from(leaf);
  for (const step of proof) {
    if (last === 0 || step.length !== hashBytes) return false;
    if (node % 2 === 1 || node === last) {
      result = nodeHash(step, result);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      result = nodeHash(result, step);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && result.equals(root);
}

/** RFC 9162 2.1.4.2: true when the proof shows that the second root extends the first. */
export function verifyConsistency(
  first: number,
  second: number,
  firstRoot: Uint8Array,
  secondRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isSize(first) || !isSize(second) || first > second || proof.some((step) => step.length !== hashBytes))
    return false;
  if (first === second) return proof.length === 0 && Buffer.from(firstRoot).equals(secondRoot);
  if (first === 0) return proof.length === 0 && emptyRoot.equals(firstRoot);
  const steps = isPowerOfTwo(first) ? [firstRoot, ...proof] : [...proof];
  const start = steps.shift();
  if (start === undefined) return false;
  return followConsistency(first - 1, second - 1, Buffer.from(start), steps, firstRoot, secondRoot);
}

function followConsistency(
  firstNode: number,
  secondNode: number,
  start: Buffer,
  steps: readonly Uint8Array[],
  firstRoot: Uint8Array,
  secondRoot: Uint8Array,
): boolean {
  let [node, last] = [firstNode, secondNode];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  let [firstResult, secondResult] = [start, start];
  for (const step of steps) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      firstResult = nodeHash(step, firstResult);
      secondResult = nodeHash(step, secondResult);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      secondResult = nodeHash(secondResult, step);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && firstResult.equals(firstRoot) && secondResult.equals(secondRoot);
}

function path(index: number, from: number, to: number, rangeHash: RangeHash): Buffer[] {
  if (to - from === 1) return [];
  const middle = from + splitOf(to - from);
  return index < middle
    ? [...path(index, from, middle, rangeHash), rangeHash(middle, to)]
    : [...path(index, middle, to, rangeHash), rangeHash(from, middle)];
}

function subproof(first: number, from: number, to: number, whole: boolean, rangeHash: RangeHash): Buffer[] {
  if (first === to) return whole ? [] : [rangeHash(from, to)];
  const middle = from + splitOf(to - from);
  return first <= middle
    ? [...subproof(first, from, middle, whole, rangeHash), rangeHash(middle, to)]
    : [...subproof(first, middle, to, false, rangeHash), rangeHash(from, middle)];
}

function subtreeHash(leaves: readonly Buffer[], from: number, to: number): Buffer {
  if (to - from === 1) {
    const leaf = leaves[from];
    if (leaf === undefined) throw new RangeError(`no leaf ${from}`);
    return leaf;
  }
  const middle = from + splitOf(to - from);
  return nodeHash(subtreeHash(leaves, from, middle), subtreeHash(leaves, middle, to));
}

/** The largest power of two smaller than `size` (which is at least 2). */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** Sizes may pass 2^31, where shifts would turn negative. */
function half(value: number): number {
  return Math.floor(value / 2);
}

function isPowerOfTwo(size: number): boolean {
  return bitsSet(size) === 1;
}

function bitsSet(size: number): number {
  let bits = 0;
  for (let rest = size; rest > 0; rest = half(rest)) bits += rest % 2;
  return bits;
}

function isSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

function isIndex(index: number, size: number): boolean {
  return isSize(size) && Number.isSafeInteger(index) && index >= 0 && index < size;
}
