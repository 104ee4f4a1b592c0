import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { emptyRoot, hashBytes, nodeHash, type RangeHash } from '@waybill/event-log/merkle';

/** Leaves under one kept node: below it a proof reads at most 8 KiB, above it nothing is hashed again (tiles of C2SP have the same size). */
const tileLeaves = 256;
const tileLevel = 8;
const readBytes = 4_096 * tileLeaves;
/** Tiles whose nodes are kept for the next proof, 16 KiB each. */
const tilesMax = 64;

/**
 * Every leaf of one log that the notary has seen, in a file of 32 bytes each, and the nodes of the tree above them in memory
 * (0.25 bytes a leaf). It is what makes an alarm name a position, and proofs possible when the log itself is gone.
 */
export class LeafMemory {
  /** Nodes of level 8 and up; each level is one buffer that grows. */
  private readonly levels: { bytes: Buffer; count: number }[] = [];
  private count = 0;
  private readonly tiles = new Map<number, readonly (readonly Buffer[])[]>();

  private constructor(private readonly fd: number) {}

  /** Opens the file and keeps its first `size` leaves; what stands after them was never signed. Throws when there are fewer. */
  static open(file: string, size: number): LeafMemory {
    const fd = openSync(file, 'a+', 0o600);
    const held = Math.floor(fstatSync(fd).size / hashBytes);
    if (held < size) throw new Error(`${file} holds ${held} leaves, fewer than the ${size} that were signed`);
    ftruncateSync(fd, size * hashBytes);
    const memory = new LeafMemory(fd);
    for (let at = 0; at < size * hashBytes; at += readBytes) {
      const leaves = memory.readBytes(at, Math.min(readBytes, size * hashBytes - at));
      memory.grow(leaves.length / hashBytes);
    }
    return memory;
  }

  get size(): number {
    return this.count;
  }

  /** Adds leaves, 32 bytes each; durable after `sync`. */
  append(leaves: Buffer): void {
    for (let at = 0; at < leaves.length;) at += writeSync(this.fd, leaves, at);
    this.grow(leaves.length / hashBytes);
  }

  sync(): void {
    fsyncSync(this.fd);
  }

  /** Forgets what stands after a size. */
  truncate(size: number): void {
    ftruncateSync(this.fd, size * hashBytes);
    this.count = size;
    this.tiles.clear();
    for (const [n, level] of this.levels.entries()) level.count = Math.floor(size / 2 ** (tileLevel + n));
  }

  /** Leaves from an index (from 0), 32 bytes each. */
  leaves(from: number, count: number): Buffer {
    const until = Math.min(this.count, from + count);
    return until <= from ? Buffer.alloc(0) : this.readBytes(from * hashBytes, (until - from) * hashBytes);
  }

  /** The root of the first `size` leaves. */
  root(size = this.count): Buffer {
    return size === 0 ? emptyRoot : this.rangeHash(0, size);
  }

  /** For `inclusionProof` and `consistencyProof`. */
  readonly rangeHash: RangeHash = (from, to) => {
    const size = to - from;
    const level = Math.log2(size);
    if (size >= tileLeaves && Number.isInteger(level) && from % size === 0) {
      const { bytes } = this.levels[level - tileLevel] as { bytes: Buffer };
      const at = (from / size) * hashBytes;
      return Buffer.from(bytes.subarray(at, at + hashBytes));
    }
    const tile = Math.floor(from / tileLeaves);
    if (Number.isInteger(level) && from % size === 0 && tile < Math.floor(this.count / tileLeaves))
      return this.tileNodes(tile)[level]?.[(from % tileLeaves) / size] as Buffer;
    if (size <= tileLeaves) return hashOf(this.leaves(from, size));
    let split = 1;
    while (split * 2 < size) split *= 2;
    return nodeHash(this.rangeHash(from, from + split), this.rangeHash(from + split, to));
  };

  close(): void {
    closeSync(this.fd);
  }

  /** All nodes of a complete tile, by level: whoever proves many leaves comes back to it. */
  private tileNodes(tile: number): readonly (readonly Buffer[])[] {
    const known = this.tiles.get(tile);
    if (known !== undefined) return known;
    const bytes = this.readBytes(tile * tileLeaves * hashBytes, tileLeaves * hashBytes);
    const levels = [Array.from({ length: tileLeaves }, (_, n) => bytes.subarray(n * hashBytes, (n + 1) * hashBytes))];
    for (let below = levels[0] as Buffer[]; below.length > 1; levels.push(below))
      below = Array.from({ length: below.length / 2 }, (_, n) =>
        nodeHash(below[2 * n] as Buffer, below[2 * n + 1] as Buffer),
      );
    this.tiles.set(tile, levels);
    const [oldest] = this.tiles.keys();
    if (this.tiles.size > tilesMax && oldest !== undefined) this.tiles.delete(oldest);
    return levels;
  }

  /** Takes leaves that are in the file into the tree: every tile that they complete, and every pair of nodes that this completes. */
  private grow(added: number): void {
    const before = Math.floor(this.count / tileLeaves);
    this.count += added;
    for (let tile = before; tile < Math.floor(this.count / tileLeaves); tile += 1) {
      this.addNode(0, hashOf(this.readBytes(tile * tileLeaves * hashBytes, tileLeaves * hashBytes)));
    }
  }

  private addNode(n: number, node: Buffer): void {
    const level = (this.levels[n] ??= { bytes: Buffer.alloc(64 * hashBytes), count: 0 });
    if (level.bytes.length === level.count * hashBytes)
      level.bytes = Buffer.concat([level.bytes], level.bytes.length * 2);
    node.copy(level.bytes, level.count * hashBytes);
    level.count += 1;
    if (level.count % 2 === 1) return;
    const at = (level.count - 2) * hashBytes;
    this.addNode(
      n + 1,
      nodeHash(level.bytes.subarray(at, at + hashBytes), level.bytes.subarray(at + hashBytes, at + 2 * hashBytes)),
    );
  }

  private readBytes(at: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length;) {
      const read = readSync(this.fd, bytes, done, length - done, at + done);
      if (read === 0) throw new Error('the file of leaves has become shorter than what was written to it');
      done += read;
    }
    return bytes;
  }
}

/** MTH of leaves that lie one behind the other. */
function hashOf(leaves: Buffer): Buffer {
  const count = leaves.length / hashBytes;
  if (count === 1) return leaves;
  let split = 1;
  while (split * 2 < count) split *= 2;
  return nodeHash(hashOf(leaves.subarray(0, split * hashBytes)), hashOf(leaves.subarray(split * hashBytes)));
}
