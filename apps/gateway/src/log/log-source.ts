import { noTenant, type ServiceName } from '@waybill/contracts/subjects';
import { Refused } from '@waybill/decider/decider';
import type { PreviousProof } from '@waybill/event-log/export-format';
import type { StoredEntry } from '@waybill/event-log/stored-events';
import { parseTlogProof, tlogProofText } from '@waybill/event-log/tlog-proof';
import type { Caller } from '../edge/route.js';
import type { Rpc } from '../edge/rpc.js';

/** The notary reads at most a second later than it is asked for a new checkpoint. */
const notaryTimeoutMs = 8_000;

export interface SignedRange {
  readonly checkpoint: string;
  readonly size: number;
  readonly to: number;
  readonly left: readonly string[];
  readonly consistency: readonly string[];
  readonly previous: PreviousProof | null;
}

export interface ProvenLeaf {
  readonly position: number;
  readonly leaf: string;
  readonly hashes: readonly string[];
}

/** One log as an auditor may ask about it: what the notary signed, and what its service has stored. */
export class LogSource {
  constructor(
    private readonly rpc: Rpc,
    private readonly caller: Caller,
    readonly log: string,
  ) {}

  get tenant(): string {
    return this.caller.tenant;
  }

  notary<T>(call: string, input: object): Promise<T> {
    const options = { tenant: noTenant, timeoutMs: notaryTimeoutMs };
    return this.rpc.ask<T>(this.caller, 'notary', call, input, options);
  }

  service<T>(call: string, input: object): Promise<T> {
    const service = this.log.slice(0, this.log.lastIndexOf('-')) as ServiceName;
    return this.rpc.ask<T>(this.caller, service, call, input, { tenant: noTenant, timeoutMs: notaryTimeoutMs });
  }

  /** Up to the newest position that is signed, or a given one. Waits a moment for what was just recorded. */
  async signedRange(from: number, to: number | undefined, previous: number | undefined): Promise<SignedRange> {
    const { log } = this;
    const { position: head } = await this.service<{ position: number }>('log.head', {});
    const found = await this.notary<Omit<SignedRange, 'previous'> & { previous: string[] | null }>('range', {
      log,
      from,
      to,
      head,
      previous,
    });
    const proof = previous === undefined || found.previous === null ? null : { size: previous, hashes: found.previous };
    return { ...found, previous: proof };
  }

  /** `c2sp.org/tlog-proof@v1` of one position. */
  async proof(position: number): Promise<string> {
    return (await this.notary<{ proof: string }>('proof', { log: this.log, position })).proof;
  }

  /** As `proof`, and says of what: refuses a position that belongs to another tenant. */
  async receipt(position: number): Promise<string> {
    const [proof, [stored]] = await Promise.all([this.proof(position), this.entries(position - 1, position, 1, false)]);
    if (stored === undefined || (stored.tenant !== this.tenant && stored.tenant !== noTenant))
      throw new Refused('not_found', `Position ${position} of ${this.log} is none of yours.`);
    return tlogProofText({ ...parseTlogProof(proof), extra: Buffer.from(stored.entry, 'base64') });
  }

  async leaves(size: number, after: number, limit: number): Promise<Buffer> {
    const { leaves } = await this.notary<{ leaves: string }>('leaves', { log: this.log, size, after, limit });
    return Buffer.from(leaves, 'base64');
  }

  async inclusion(size: number, positions: readonly number[]): Promise<readonly ProvenLeaf[]> {
    return (await this.notary<{ proofs: ProvenLeaf[] }>('inclusion', { log: this.log, size, positions })).proofs;
  }

  async entries(after: number, upto: number, limit: number, keys: boolean): Promise<readonly StoredEntry[]> {
    return (await this.service<{ entries: StoredEntry[] }>('log.entries', { after, upto, limit, keys })).entries;
  }

  /** Every stored event at these rising positions; those of rows that are gone are missing. */
  async entriesAt(positions: readonly number[], keys: boolean): Promise<StoredEntry[]> {
    const found: StoredEntry[] = [];
    for (let rest = positions; rest.length > 0;) {
      const { entries } = await this.service<{ entries: StoredEntry[] }>('log.entries', { positions: rest, keys });
      const last = entries.at(-1);
      if (last === undefined) break;
      found.push(...entries);
      // An answer ends early when it is full; who comes behind its last one is asked for again.
      rest = rest.filter((position) => position > last.position);
    }
    return found;
  }

  async positionsOf(streams: readonly string[]): Promise<readonly number[]> {
    return (await this.service<{ positions: number[] }>('log.positions', { streams })).positions;
  }

  async positionAt(time: string): Promise<number> {
    const { positions } = await this.service<{ positions: number[] }>('log.positions', { at: time });
    return positions[0] ?? 0;
  }

  /** The ids of the tenant's deliveries that a filter finds, newest first. */
  async deliveries(filter: object): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page: { items: { id: string }[]; nextCursor: string | null } = await this.rpc.ask(
        this.caller,
        'delivery',
        'deliveries.list',
        { ...filter, limit: 200, ...(cursor === undefined ? {} : { cursor }) },
      );
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return ids;
  }
}
