import { Controller, Inject } from '@nestjs/common';
import {
  logEntriesInputSchema,
  logLeavesInputSchema,
  logPositionsInputSchema,
  logRecomputedInputSchema,
  logWitnessInputSchema,
} from '@waybill/contracts/http/log-proofs';
import { payloadsHoldInputSchema, payloadsShredInputSchema } from '@waybill/contracts/http/shredding';
import { LogProofs } from '@waybill/event-log/log-proofs';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';

type Of<Schema extends z.ZodType> = RpcRequest<z.output<Schema>>;

/** The log as it is stored, for the notary and for auditors: `waybill.v1.rpc.delivery._.log.*`. Whoever asks checks what is answered. */
@Controller()
export class LogProofsRpc {
  constructor(@Inject(LogProofs) private readonly proofs: LogProofs) {}

  @Rpc('delivery', 'log.leaves', logLeavesInputSchema)
  leaves({ input: { after, limit } }: Of<typeof logLeavesInputSchema>): Promise<unknown> {
    return this.proofs.stored.leaves(after, limit);
  }

  @Rpc('delivery', 'log.recomputed', logRecomputedInputSchema)
  async recomputed({ input: { after, limit } }: Of<typeof logRecomputedInputSchema>): Promise<unknown> {
    return { leaves: (await this.proofs.stored.recomputed(after, limit)).toString('base64') };
  }

  @Rpc('delivery', 'log.entries', logEntriesInputSchema)
  async entries({ input: { after, upto, limit, keys } }: Of<typeof logEntriesInputSchema>): Promise<unknown> {
    return { entries: await this.proofs.stored.entries(after, upto, limit, keys) };
  }

  @Rpc('delivery', 'log.positions', logPositionsInputSchema)
  async positions({ input }: Of<typeof logPositionsInputSchema>): Promise<unknown> {
    if ('streams' in input) return { positions: await this.proofs.stored.positionsOf(input.streams) };
    return { positions: [await this.proofs.stored.positionAt(Date.parse(input.at) * 1000)] };
  }

  @Rpc('delivery', 'log.witness', logWitnessInputSchema)
  async witness({ input, actor }: Of<typeof logWitnessInputSchema>): Promise<unknown> {
    return { position: await this.proofs.witness(input.checkpoint, actor) };
  }

  /** Of the tenant in the subject: makes payloads unreadable, except those that a legal hold keeps. */
  @Rpc('delivery', 'payloads.shred', payloadsShredInputSchema)
  shred({ input, tenant, actor, requestId }: Of<typeof payloadsShredInputSchema>): Promise<unknown> {
    return this.proofs.shredding.shred(tenant, input.items, input.reason, { actor, correlationId: requestId });
  }

  @Rpc('delivery', 'payloads.hold', payloadsHoldInputSchema)
  async hold({ input, tenant, actor, requestId }: Of<typeof payloadsHoldInputSchema>): Promise<unknown> {
    const { subject, held, reason } = input;
    await this.proofs.shredding.hold(tenant, subject, held, reason, { actor, correlationId: requestId });
    return { held };
  }
}
