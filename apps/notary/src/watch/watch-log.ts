import { join } from 'node:path';
import { logOfOrigin, openCheckpoint, originOf, signCheckpoint } from '@waybill/event-log/checkpoint';
import { hashBytes } from '@waybill/event-log/merkle';
import { type NoteSigner, parseVkeys } from '@waybill/event-log/note';
import { LeafMemory } from '../memory/leaf-memory.js';
import { recordAlarm, type Signed, SignedMemory } from '../memory/signed-memory.js';
import type { LogSource } from './log-source.js';

/** Leaves in one question: 640 KB, the most that fits into a NATS message. */
const pageLeaves = 20_000;
/** Rows that are hashed again in one question: the service reads their whole bytes for it. */
const auditPage = 1_000;

/** The log is not what was signed. `position` is the first one that differs, null when that cannot be told. */
export interface Alarm {
  readonly at: string;
  readonly log: string;
  readonly position: number | null;
  readonly reason: string;
}

export interface WatchOptions {
  readonly log: string;
  readonly folder: string;
  readonly deployment: string;
  readonly signer: NoteSigner;
  /** Of every key that ever signed in this folder. */
  readonly vkeys: string;
  readonly source: LogSource;
  /** Lets an empty memory begin with a log that holds events already. */
  readonly init: boolean;
  readonly now: () => Date;
  readonly onAlarm: (alarm: Alarm) => void;
}

/**
 * One log, as the notary knows it: reads what is new, compares it with what the log says of itself, and signs nothing but extensions of
 * what it signed before. An alarm stays until the log is an extension again; while it stands, nothing is signed.
 */
export class WatchedLog {
  readonly origin: string;
  private readonly memory: LeafMemory;
  private readonly signed: SignedMemory;
  private standing: Alarm | null = null;
  /** Positions of events that only keep a checkpoint of another log: they are no movement (design.md section 3.5). */
  private readonly witnessed = new Set<number>();
  private epoch: number | null = null;
  private auditedTo = 0;

  constructor(private readonly options: WatchOptions) {
    const { log, folder, deployment, vkeys } = options;
    this.origin = originOf(deployment, log);
    this.signed = new SignedMemory(join(folder, `${log}.checkpoints`));
    const newest = this.signed.newest;
    this.memory = LeafMemory.open(join(folder, `${log}.leaves`), newest?.size ?? 0);
    if (newest === null) return;
    const { origin, size, rootHash } = openCheckpoint(newest.note, parseVkeys(vkeys));
    if (origin !== this.origin || size !== newest.size || !rootHash.equals(this.memory.root()))
      throw new Error(
        `the notary's own memory of ${logOfOrigin(this.origin)} is not what it signed: restore its folder`,
      );
  }

  get alarm(): Alarm | null {
    return this.standing;
  }

  get newest(): Signed | null {
    return this.signed.newest;
  }

  signedAt(size: number): Signed | null {
    return this.signed.ofSize(size);
  }

  get leaves(): LeafMemory {
    return this.memory;
  }

  noteWitness(position: number): void {
    this.witnessed.add(position);
  }

  /** Reads what is new and answers whether something other than witnessed checkpoints has moved since the newest signature. */
  async look(): Promise<{ moved: boolean; grown: boolean }> {
    const size = this.newest?.size ?? 0;
    const fault = await this.readOn();
    if (fault !== null) {
      this.memory.truncate(size);
      // Looking for the place reads the whole log: once for each finding.
      const known = this.standing?.reason === fault.reason ? this.standing.position : null;
      this.raise(fault.position ?? known ?? (await this.firstDifference()), fault.reason);
      return { moved: false, grown: false };
    }
    // A difference in old rows stays one until a whole audit has found none.
    if (this.standing !== null && this.standing.position !== null && !(await this.isMended(this.standing.position)))
      return { moved: false, grown: false };
    this.standing = null;
    const grown = this.memory.size - size;
    for (const position of this.witnessed) if (position <= size) this.witnessed.delete(position);
    return { moved: grown > this.witnessed.size, grown: grown > 0 };
  }

  /** Signs what `look` has read; the leaves and the note are on disk before it answers. */
  sign(): Signed {
    if (this.standing !== null) throw new Error('nothing is signed while an alarm stands');
    const { log, signer, now } = this.options;
    const { size } = this.memory;
    if (size < (this.newest?.size ?? 0)) throw new Error(`${log} would go back`);
    const note = signCheckpoint({ origin: this.origin, size, rootHash: this.memory.root() }, signer);
    this.memory.sync();
    const signed = { at: now().toISOString(), size, note };
    this.signed.add(signed);
    return signed;
  }

  /** Hashes the next rows again as they are stored now; answers true when the whole log has been walked. */
  async audit(): Promise<boolean> {
    const upto = this.newest?.size ?? 0;
    if (this.auditedTo >= upto) this.auditedTo = 0;
    const page = await this.options.source.recomputed(this.auditedTo, Math.min(auditPage, upto - this.auditedTo));
    const held = this.memory.leaves(this.auditedTo, Math.min(auditPage, upto - this.auditedTo));
    const at = firstDifference(held, page);
    if (at !== null) {
      this.raise(this.auditedTo + at + 1, reasonAt(page, at));
      this.auditedTo = 0;
      return true;
    }
    this.auditedTo += held.length / hashBytes;
    return this.auditedTo >= upto;
  }

  close(): void {
    this.memory.close();
    this.signed.close();
  }

  /** Reads on to the head; answers what is wrong, null for an extension. Only what was compared with the head's root stays. */
  private async readOn(): Promise<{ position: number | null; reason: string } | null> {
    for (;;) {
      const page = await this.options.source.leaves(this.memory.size, pageLeaves);
      if (page.head < this.memory.size)
        return { position: null, reason: `the log ends at ${page.head}, but ${this.memory.size} were seen` };
      if (this.newest === null && page.head > 0 && !this.options.init)
        return {
          position: null,
          reason:
            'the notary remembers nothing of a log that holds events: restore its folder, or begin anew with --init',
        };
      this.memory.append(page.leaves);
      if (this.memory.size < page.head && page.leaves.length === 0)
        return { position: this.memory.size + 1, reason: 'the row is missing' };
      if (this.memory.size < page.head) continue;
      if (this.memory.root().toString('hex') !== page.rootHash)
        return { position: null, reason: 'the root of the log is not that of its leaves' };
      if (this.epoch !== null && page.epoch < this.epoch)
        return { position: null, reason: `the epoch went from ${this.epoch} back to ${page.epoch}` };
      this.epoch = page.epoch;
      return null;
    }
  }

  /** The first leaf that is not what was seen; null when all are, and only the head row lies. */
  private async firstDifference(): Promise<number | null> {
    const upto = this.newest?.size ?? 0;
    for (let after = 0; after < upto; after += pageLeaves) {
      const page = await this.options.source.leaves(after, Math.min(pageLeaves, upto - after));
      const at = firstDifference(this.memory.leaves(after, Math.min(pageLeaves, upto - after)), page.leaves);
      if (at !== null) return after + at + 1;
    }
    return null;
  }

  private async isMended(position: number): Promise<boolean> {
    if (position > (this.newest?.size ?? 0)) return true;
    const row = await this.options.source.recomputed(position - 1, 1);
    return this.memory.leaves(position - 1, 1).equals(row);
  }

  private raise(position: number | null, reason: string): void {
    const { log, folder, now, onAlarm } = this.options;
    if (this.standing?.position === position && this.standing.reason === reason) return;
    this.standing = { at: now().toISOString(), log, position, reason };
    recordAlarm(join(folder, 'alarms'), this.standing);
    onAlarm(this.standing);
  }
}

/** The place (from 0) of the first leaf that is not the one held, or is not there. */
function firstDifference(held: Buffer, found: Buffer): number | null {
  if (held.equals(found.subarray(0, held.length))) return null;
  for (let at = 0; at < held.length; at += hashBytes) {
    if (!held.subarray(at, at + hashBytes).equals(found.subarray(at, at + hashBytes))) return at / hashBytes;
  }
  return null;
}

function reasonAt(found: Buffer, at: number): string {
  return found.length < (at + 1) * hashBytes ? 'the row is missing' : 'the row is not the one that was signed';
}
