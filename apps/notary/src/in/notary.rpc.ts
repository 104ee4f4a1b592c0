import { Controller, Inject } from '@nestjs/common';
import {
  notaryConsistencyInputSchema,
  notaryInclusionInputSchema,
  notaryLeavesInputSchema,
  notaryLogInputSchema,
  notaryProofInputSchema,
  notaryRangeInputSchema,
} from '@waybill/contracts/http/log-proofs';
import { Refused } from '@waybill/decider/decider';
import { consistencyProof, inclusionProof } from '@waybill/event-log/merkle';
import { tlogProofText } from '@waybill/event-log/tlog-proof';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import { z } from 'zod';
import { Anchors } from '../anchor/anchors.js';
import type { Signed } from '../memory/signed-memory.js';
import { logsToken, vkeysToken } from '../tokens.js';
import type { WatchedLog } from '../watch/watch-log.js';
import { WatchLogs } from '../watch/watch-logs.timer.js';

/** A checkpoint comes at most a second after the event; a busy machine gets two more. */
const signedWithinMs = 3_000;

type Of<Schema extends z.ZodType> = RpcRequest<z.output<Schema>>;
const base64 = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('base64'));

/** `waybill.v1.rpc.notary._.*`: what was signed, and proofs out of the notary's own memory. Whoever asks can check all of it. */
@Controller()
export class NotaryRpc {
  constructor(
    @Inject(logsToken) private readonly logs: ReadonlyMap<string, WatchedLog>,
    @Inject(WatchLogs) private readonly watch: WatchLogs,
    @Inject(vkeysToken) private readonly vkeys: string,
    @Inject(Anchors) private readonly anchors: Anchors,
  ) {}

  @Rpc('notary', 'status', z.strictObject({}))
  async status(): Promise<unknown> {
    const logs = [...this.logs].map(([log, { newest, alarm }]) => ({
      log,
      size: newest?.size ?? null,
      signedAt: newest?.at ?? null,
      alarm,
    }));
    const anchors = this.anchors.names.map((name) => ({ name, fault: this.anchors.fault(name) }));
    const [vkey] = this.vkeys.split('\n');
    return { vkey, vkeys: this.vkeys, logs, anchors };
  }

  @Rpc('notary', 'checkpoint', notaryLogInputSchema)
  async checkpoint({ input }: Of<typeof notaryLogInputSchema>): Promise<unknown> {
    const signed = await this.signed(input.log, 0);
    return { ...signed, alarm: this.find(input.log).alarm };
  }

  /** The receipt of one position: `c2sp.org/tlog-proof@v1`. */
  @Rpc('notary', 'proof', notaryProofInputSchema)
  async proof({ input: { log, position } }: Of<typeof notaryProofInputSchema>): Promise<unknown> {
    const { size, note } = await this.signed(log, position);
    if (position > size) throw new Refused('not_found', `Position ${position} of ${log} is not signed; ${size} are.`);
    const hashes = inclusionProof(position - 1, size, this.find(log).leaves.rangeHash);
    return { proof: tlogProofText({ index: position - 1, hashes, checkpoint: note }) };
  }

  @Rpc('notary', 'consistency', notaryConsistencyInputSchema)
  async consistency({ input: { log, from, to } }: Of<typeof notaryConsistencyInputSchema>): Promise<unknown> {
    const newest = await this.signed(log, Math.max(from, to ?? 0));
    const size = to ?? newest.size;
    if (from > size) throw new Refused('validation_failed', 'The earlier size is the smaller one.', '/from');
    if (size > newest.size)
      throw new Refused('not_found', `The tree of ${size} leaves is not signed; ${newest.size} are.`);
    const { leaves } = this.find(log);
    return {
      log,
      from,
      to: size,
      fromRootHash: leaves.root(from).toString('hex'),
      toRootHash: leaves.root(size).toString('hex'),
      hashes: base64(consistencyProof(from, size, leaves.rangeHash)),
      checkpoint: (this.find(log).signedAt(size) ?? newest).note,
    };
  }

  /** What a verifier needs to fold the leaves of a range into the root of the newest checkpoint. */
  @Rpc('notary', 'range', notaryRangeInputSchema)
  async range({ input: { log, from, to, head, previous } }: Of<typeof notaryRangeInputSchema>): Promise<unknown> {
    const { size, note } = await this.signed(log, to ?? head);
    const upto = to ?? size;
    if (upto > size) throw new Refused('not_found', `Position ${upto} of ${log} is not signed; ${size} are.`);
    if (from > upto + 1) throw new Refused('not_found', `Position ${from} of ${log} is not signed; ${size} are.`);
    const { rangeHash } = this.find(log).leaves;
    return {
      checkpoint: note,
      size,
      to: upto,
      left: base64(peaks(from - 1).map(([first, last]) => rangeHash(first, last))),
      consistency: base64(consistencyProof(upto, size, rangeHash)),
      previous: previous === undefined || previous > size ? null : base64(consistencyProof(previous, size, rangeHash)),
    };
  }

  /** The leaves as they were signed for. */
  @Rpc('notary', 'leaves', notaryLeavesInputSchema)
  async leaves({ input: { log, size, after, limit } }: Of<typeof notaryLeavesInputSchema>): Promise<unknown> {
    const upto = Math.min(size, this.find(log).newest?.size ?? 0);
    const { leaves } = this.find(log);
    return { leaves: leaves.leaves(after, Math.max(0, Math.min(limit, upto - after))).toString('base64') };
  }

  @Rpc('notary', 'inclusion', notaryInclusionInputSchema)
  async inclusion({ input: { log, size, positions } }: Of<typeof notaryInclusionInputSchema>): Promise<unknown> {
    const { leaves, newest } = this.find(log);
    const upto = Math.min(size, newest?.size ?? 0);
    const proofs = positions
      .filter((position) => position <= upto)
      .map((position) => ({
        position,
        leaf: leaves.leaves(position - 1, 1).toString('base64'),
        hashes: base64(inclusionProof(position - 1, upto, leaves.rangeHash)),
      }));
    return { proofs };
  }

  private find(log: string): WatchedLog {
    const found = this.logs.get(log);
    if (found === undefined) throw new Refused('not_found', `There is no log ${log}.`);
    return found;
  }

  /** The newest checkpoint, of at least this size where one comes in time. */
  private async signed(log: string, size: number): Promise<Signed> {
    this.find(log);
    const signed = await this.watch.signed(log, size, signedWithinMs);
    if (signed === null) throw new Refused('not_ready', `No checkpoint of ${log} was signed yet.`);
    return signed;
  }
}

/** The complete subtrees whose roots are the frontier of a size. */
function peaks(size: number): [number, number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < size;) {
    let width = 1;
    while (at + width * 2 <= size) width *= 2;
    found.push([at, at + width]);
    at += width;
  }
  return found;
}
