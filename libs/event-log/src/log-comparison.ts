import type { Checkpoint } from './checkpoint.js';
import { Frontier, hashBytes } from './merkle.js';
import type { StoredEvents } from './stored-events.js';

/** Leaves that are hashed without a pause: some milliseconds, so that a service at work does not feel it. */
const pageLeaves = 2_000;
/** Checkpoints that were found to agree are not compared again; this many are remembered. */
const agreedMax = 64;

/**
 * Compares a log with checkpoints by the leaves of its rows. Keeps the frontier of the newest checkpoint that agreed, so that a look at a
 * log that has grown reads only what is new. That the leaves are those of the rows, the notary's audit says.
 */
export class LogComparison {
  private compared = Frontier.empty();
  private readonly agreed = new Set<string>();

  constructor(private readonly stored: StoredEvents) {}

  /**
   * What speaks against the log being the one of all these checkpoints, in words; null when it is. Also that its head goes on from the
   * newest of them: a log that was put back and has grown again is found by that.
   */
  async fault(checkpoints: readonly Checkpoint[]): Promise<string | null> {
    for (const checkpoint of checkpoints) {
      const fault = await this.differs(checkpoint);
      if (fault !== null) return this.reset(fault);
    }
    const fault = await this.headDiffers();
    return fault === null ? null : this.reset(fault);
  }

  private async differs({ size, rootHash }: Checkpoint): Promise<string | null> {
    const { head } = await this.stored.leaves(0, 1);
    if (head < size) return `the log ends at ${head}, its newest checkpoint is about ${size} events`;
    const name = `${size} ${rootHash.toString('hex')}`;
    if (this.agreed.has(name)) return null;
    // One that is older than what was compared: from the beginning, beside it.
    const frontier = this.compared.size > size ? Frontier.empty() : copyOf(this.compared);
    while (frontier.size < size) {
      const { leaves } = await this.stored.leaves(frontier.size, Math.min(pageLeaves, size - frontier.size));
      if (leaves === '') return `the row ${frontier.size + 1} is missing`;
      appendAll(frontier, leaves);
    }
    if (!frontier.root().equals(rootHash)) return `the first ${size} events are not those of the newest checkpoint`;
    if (frontier.size > this.compared.size) this.compared = frontier;
    this.remember(name);
    return null;
  }

  private async headDiffers(): Promise<string | null> {
    const frontier = copyOf(this.compared);
    for (;;) {
      const { head, rootHash, leaves } = await this.stored.leaves(frontier.size, pageLeaves);
      appendAll(frontier, leaves);
      if (frontier.size < head && leaves === '') return `the row ${frontier.size + 1} is missing`;
      if (frontier.size < head) continue;
      const fits = frontier.size === head && frontier.root().toString('hex') === rootHash;
      return fits ? null : 'the head of the log does not go on from its newest checkpoint';
    }
  }

  private remember(name: string): void {
    this.agreed.add(name);
    const [oldest] = this.agreed;
    if (this.agreed.size > agreedMax && oldest !== undefined) this.agreed.delete(oldest);
  }

  /** After a fault nothing that was read before is believed: the rows may have been put back, or changed again. */
  private reset(fault: string): string {
    this.compared = Frontier.empty();
    this.agreed.clear();
    return fault;
  }
}

function appendAll(frontier: Frontier, leaves: string): void {
  const bytes = Buffer.from(leaves, 'base64');
  for (let at = 0; at < bytes.length; at += hashBytes) frontier.append(bytes.subarray(at, at + hashBytes));
}

function copyOf(frontier: Frontier): Frontier {
  return Frontier.from(frontier.size, frontier.bytes());
}
