import { type Checkpoint, openCheckpoint } from './checkpoint.js';
import type { ExportLine, ExportProof, PreviousProof } from './export-format.js';
import { emptyRoot, Frontier, verifyConsistency, verifyInclusion } from './merkle.js';
import type { NoteKey } from './note.js';
import { verifyEntry } from './verify-entry.js';

/** What is wrong, and at which position; null where no single position can be named. */
export interface Fault {
  readonly position: number | null;
  readonly reason: string;
}

export interface Comparison {
  readonly size: number;
  readonly extended: boolean | null;
}

export interface LogVerdict {
  readonly log: string;
  readonly origin: string;
  readonly size: number;
  readonly rootHash: string;
  readonly kind: 'range' | 'selection';
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly verified: boolean;
  readonly firstBad: Fault | null;
  /** How many positions are bad, of those that were looked at one by one. */
  readonly bad: number;
  readonly payloads: { readonly opened: number; readonly shredded: number; readonly closed: number };
  readonly otherTenants: number;
  /** Of all older checkpoints together; null where none was given, or one could not be compared. */
  readonly extendsPrevious: boolean | null;
  /** Each older checkpoint, by the size of its tree: whether the log has grown from it, null where the export cannot say. */
  readonly compared: readonly Comparison[];
  /** What this export cannot say, in sentences. */
  readonly cannotConclude: readonly string[];
}

/**
 * Checks one log of an export, line by line, with nothing but the key: feed it the lines in order, then ask for the verdict.
 * Keeps a frontier and a number a stream of a selection; a range needs the same memory for ten events as for ten million.
 */
export class LogVerifier {
  private readonly checkpoint: Checkpoint;
  private readonly frontier: Frontier;
  private readonly sizes: ReadonlySet<number>;
  private next: number;
  private firstBad: Fault | null = null;
  private bad = 0;
  private events = 0;
  private otherTenants = 0;
  private readonly payloads = { opened: 0, shredded: 0, closed: 0 };
  /** Roots of the sizes of older checkpoints, as the leaves went by. */
  private readonly passedRoots = new Map<number, Buffer>();
  private readonly streams = new Map<string, number>();
  private gaps = 0;
  private last = 0;

  /** Throws `NoteRefused` when the checkpoint, or the older one, is not signed by the key. */
  constructor(
    private readonly log: string,
    note: string,
    private readonly proof: ExportProof,
    keys: readonly NoteKey[],
    /** Older checkpoints of this log, which it must have grown from. */
    private readonly older: readonly Checkpoint[],
  ) {
    this.checkpoint = openCheckpoint(note, keys);
    const { kind } = proof;
    this.sizes = new Set(older.map(({ size }) => size));
    this.next = kind === 'range' ? proof.from : 1;
    this.frontier = kind === 'range' ? frontierOf(proof.from - 1, proof.left) : Frontier.empty();
    if (!this.checkpoint.origin.endsWith(`/${log}`))
      this.fail(null, `the checkpoint is one of ${this.checkpoint.origin}`);
    if (this.checkpoint.size !== proof.size)
      this.fail(null, `the proof is about ${proof.size} leaves, the checkpoint about ${this.checkpoint.size}`);
    this.rememberPrevious();
  }

  get kind(): ExportProof['kind'] {
    return this.proof.kind;
  }

  take(line: ExportLine): void {
    this.events += 1;
    const { position } = line;
    if (this.proof.kind === 'range') this.takeLeaf(line);
    else this.takeProven(line);
    if (line.absent === 'other-tenant') {
      this.otherTenants += 1;
      return;
    }
    const { fault, sealed, stream, version } = verifyEntry(this.log, line);
    if (fault !== null) return this.fail(position, fault);
    if (sealed !== 'none') this.payloads[sealed] += 1;
    if (this.proof.kind === 'selection' && stream !== undefined && version !== undefined)
      this.takeVersion(stream, version, position);
  }

  /** What came of it. Ask once, after the last line. */
  verdict(): LogVerdict {
    if (this.proof.kind === 'range') this.endRange(this.proof);
    const compared = this.older.map((checkpoint) => ({ size: checkpoint.size, extended: this.judgeOlder(checkpoint) }));
    for (const { size, extended } of compared) if (extended === false) this.fail(null, this.notExtended(size));
    const answers = compared.map(({ extended }) => extended);
    const extendsPrevious = answers.includes(false)
      ? false
      : answers.includes(null) || answers.length === 0
        ? null
        : true;
    const { origin, size, rootHash } = this.checkpoint;
    return {
      log: this.log,
      origin,
      size,
      rootHash: rootHash.toString('hex'),
      kind: this.proof.kind,
      from: this.proof.kind === 'range' ? this.proof.from : 0,
      to: this.proof.kind === 'range' ? this.proof.to : this.last,
      events: this.events,
      verified: this.firstBad === null,
      firstBad: this.firstBad,
      bad: this.bad,
      payloads: this.payloads,
      otherTenants: this.otherTenants,
      extendsPrevious,
      compared,
      cannotConclude: this.openQuestions(compared),
    };
  }

  private takeLeaf({ position, leaf }: ExportLine): void {
    if (position !== this.next)
      this.fail(Math.min(this.next, position), `position ${this.next} is expected, ${position} found`);
    this.next = position + 1;
    const bytes = Buffer.from(leaf, 'base64');
    if (bytes.length === 32) this.frontier.append(bytes.toString('latin1'));
    else this.fail(position, 'a leaf has 32 bytes');
    this.rememberPrevious();
  }

  /** Older checkpoints inside the range are compared while the leaves go by. */
  private rememberPrevious(): void {
    const { size } = this.frontier;
    if (this.proof.kind === 'range' && this.sizes.has(size)) this.passedRoots.set(size, this.frontier.root());
  }

  private takeProven({ position, leaf, proof = [] }: ExportLine): void {
    if (position <= this.last) this.fail(position, 'positions do not rise');
    this.last = position;
    const { size, rootHash } = this.checkpoint;
    const hashes = proof.map((hash) => Buffer.from(hash, 'base64'));
    if (!verifyInclusion(position - 1, size, Buffer.from(leaf, 'base64'), hashes, rootHash))
      this.fail(position, 'the proof does not lead to the root of the checkpoint');
  }

  private takeVersion(stream: string, version: number, position: number): void {
    const before = this.streams.get(stream);
    if (before !== undefined && version !== before + 1)
      this.fail(position, `version ${before + 1} of the stream ${stream} is missing`);
    if (before === undefined && version !== 1) this.gaps += 1;
    this.streams.set(stream, version);
  }

  private endRange({ to, size, consistency }: Extract<ExportProof, { kind: 'range' }>): void {
    if (this.next !== to + 1) this.fail(this.next, `the export ends before position ${to}`);
    // After a gap the sum over the leaves means nothing.
    if (this.frontier.size !== to) return;
    const root = this.frontier.root();
    const hashes = consistency.map((hash) => Buffer.from(hash, 'base64'));
    const { rootHash } = this.checkpoint;
    const good = verifyConsistency(to, size, root, rootHash, hashes);
    if (!good)
      this.fail(null, 'the leaves do not lead to the root of the checkpoint: they are not those that were signed');
  }

  private judgeOlder(older: Checkpoint): boolean | null {
    const { checkpoint, proof } = this;
    if (older.origin !== checkpoint.origin || older.size > checkpoint.size) return false;
    if (older.size === checkpoint.size) return older.rootHash.equals(checkpoint.rootHash);
    const passed = this.passedRoots.get(older.size);
    if (passed !== undefined) return passed.equals(older.rootHash);
    return judgeProof(proof.previous, older, checkpoint);
  }

  private notExtended(size: number): string {
    return size > this.checkpoint.size
      ? `a checkpoint of ${size} events was given, this one has ${this.checkpoint.size}: the end is missing, or the export is the older one`
      : 'the log does not extend the older checkpoint';
  }

  private openQuestions(compared: readonly Comparison[]): string[] {
    const said: string[] = [];
    const { proof, checkpoint } = this;
    const unknown = compared.filter(({ extended }) => extended === null);
    if (proof.kind === 'selection')
      said.push(
        `Whether there are further events about ${proof.about}: only the events that are here are proven; versions of each stream are without gaps, the newest ones may have been left out. An export of the whole range can say it.`,
      );
    if (this.gaps > 0) said.push(`What ${this.gaps} streams held before the first event that is here.`);
    if (proof.kind === 'range' && proof.from > 1)
      said.push(`What positions 1 to ${proof.from - 1} say: only their hashes are bound.`);
    if (proof.kind === 'range' && proof.to < checkpoint.size)
      said.push(`What positions ${proof.to + 1} to ${checkpoint.size} say: only their hashes are bound.`);
    if (this.otherTenants > 0)
      said.push(`What ${this.otherTenants} events of other tenants say: only their hashes are bound.`);
    if (this.payloads.shredded > 0)
      said.push(`What ${this.payloads.shredded} shredded payloads said: their keys were deleted.`);
    if (this.payloads.closed > 0)
      said.push(`What ${this.payloads.closed} payloads say: the export holds no key that opens them.`);
    if (unknown.length > 0)
      said.push(
        `Whether the log extends ${unknown.length === 1 ? 'the older checkpoint' : 'older checkpoints'} of ${unknown
          .map(({ size }) => size)
          .join(', ')} events: the export holds no proof of it; export again with --previous.`,
      );
    if (compared.length === 0)
      said.push(
        'Whether the holder of the signing key has shown others another history: compare the checkpoint with one from somewhere else (--previous, --anchors).',
      );
    said.push(
      `What happened after position ${checkpoint.size}, and what was never recorded: only a receipt that a publisher holds shows that.`,
    );
    return said;
  }

  private fail(position: number | null, reason: string): void {
    if (position !== null) this.bad += 1;
    const known = this.firstBad;
    const isFirst = known === null || (position !== null && (known.position === null || position < known.position));
    if (isFirst) this.firstBad = { position, reason };
  }
}

function judgeProof(proof: PreviousProof | null, previous: Checkpoint, checkpoint: Checkpoint): boolean | null {
  if (previous.size === 0) return previous.rootHash.equals(emptyRoot);
  if (proof === null || proof.size !== previous.size) return null;
  const hashes = proof.hashes.map((hash) => Buffer.from(hash, 'base64'));
  return verifyConsistency(previous.size, checkpoint.size, previous.rootHash, checkpoint.rootHash, hashes);
}

function frontierOf(size: number, left: readonly string[]): Frontier {
  return Frontier.from(size, Buffer.concat(left.map((hash) => Buffer.from(hash, 'base64'))));
}
