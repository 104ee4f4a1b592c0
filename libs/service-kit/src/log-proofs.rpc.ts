import { Controller, Inject, type Type } from '@nestjs/common';
import { logHeadInputSchema, logReadInputSchema } from '@waybill/contracts/http/log';
import {
  logEntriesInputSchema,
  logLeavesInputSchema,
  logNewestWitnessInputSchema,
  logPositionsInputSchema,
  logRecomputedInputSchema,
  logStandingInputSchema,
  logWitnessInputSchema,
} from '@waybill/contracts/http/log-proofs';
import { payloadsHoldInputSchema, payloadsShredInputSchema } from '@waybill/contracts/http/shredding';
import type { ServiceName } from '@waybill/contracts/subjects';
import type { z } from 'zod';
import { Rpc, type RpcRequest } from './rpc.js';

type Of<Schema extends z.ZodType> = RpcRequest<z.output<Schema>>;

/** What a log answers to other services, to the notary and to auditors; `LogProofs` of libs/event-log does. */
export interface ProvenLog {
  read(after: number, limit: number): Promise<object>;
  head(): Promise<object>;
  readonly stored: {
    leaves(after: number, limit: number): Promise<object>;
    recomputed(after: number, limit: number): Promise<Buffer>;
    entries(after: number, upto: number, limit: number, withKeys: boolean): Promise<readonly object[]>;
    entriesAt(positions: readonly number[], withKeys: boolean): Promise<readonly object[]>;
    positionsOf(streams: readonly string[]): Promise<number[]>;
    positionAt(atUs: number): Promise<number>;
  };
  readonly shredding: {
    shred(tenant: string, subjects: readonly string[], reason: string, meta: Meta): Promise<object>;
    hold(tenant: string, subject: string | null, held: boolean, reason: string, meta: Meta): Promise<void>;
  };
  witness(note: string, actor: string): Promise<number>;
  newestWitness(log: string): Promise<string | null>;
  standing(): object;
}

interface Meta {
  readonly actor: string;
  readonly correlationId: string;
}

/**
 * Makes the controller of `waybill.v1.rpc.<service>._.log.*` over the provider `token`: the log as it is stored, for the notary and for
 * auditors. Whoever asks checks what is answered.
 */
export function logProofsRpc(service: ServiceName, token: unknown): Type<object> {
  @Controller()
  class LogProofsRpc {
    constructor(@Inject(token as Type<ProvenLog>) private readonly proofs: ProvenLog) {}

    /** For whoever follows this log and has a hole to fill. */
    @Rpc(service, 'log.read', logReadInputSchema)
    read({ input: { after, limit } }: Of<typeof logReadInputSchema>): Promise<unknown> {
      return this.proofs.read(after, limit);
    }

    @Rpc(service, 'log.head', logHeadInputSchema)
    head(): Promise<unknown> {
      return this.proofs.head();
    }

    @Rpc(service, 'log.leaves', logLeavesInputSchema)
    leaves({ input: { after, limit } }: Of<typeof logLeavesInputSchema>): Promise<unknown> {
      return this.proofs.stored.leaves(after, limit);
    }

    @Rpc(service, 'log.recomputed', logRecomputedInputSchema)
    async recomputed({ input: { after, limit } }: Of<typeof logRecomputedInputSchema>): Promise<unknown> {
      return { leaves: (await this.proofs.stored.recomputed(after, limit)).toString('base64') };
    }

    @Rpc(service, 'log.entries', logEntriesInputSchema)
    async entries({ input }: Of<typeof logEntriesInputSchema>): Promise<unknown> {
      const { stored } = this.proofs;
      if ('positions' in input) return { entries: await stored.entriesAt(input.positions, input.keys) };
      return { entries: await stored.entries(input.after, input.upto, input.limit, input.keys) };
    }

    @Rpc(service, 'log.positions', logPositionsInputSchema)
    async positions({ input }: Of<typeof logPositionsInputSchema>): Promise<unknown> {
      if ('streams' in input) return { positions: await this.proofs.stored.positionsOf(input.streams) };
      return { positions: [await this.proofs.stored.positionAt(Date.parse(input.at) * 1000)] };
    }

    @Rpc(service, 'log.witness', logWitnessInputSchema)
    async witness({ input, actor }: Of<typeof logWitnessInputSchema>): Promise<unknown> {
      return { position: await this.proofs.witness(input.checkpoint, actor) };
    }

    /** The newest checkpoint of another log that this one keeps: that log's own guard asks for it. */
    @Rpc(service, 'log.newest-witness', logNewestWitnessInputSchema)
    async newestWitness({ input }: Of<typeof logNewestWitnessInputSchema>): Promise<unknown> {
      return { checkpoint: await this.proofs.newestWitness(input.log) };
    }

    /** Whether appends are let in, and by which checkpoint that was judged. */
    @Rpc(service, 'log.standing', logStandingInputSchema)
    async standing(): Promise<unknown> {
      return this.proofs.standing();
    }
  }
  return LogProofsRpc;
}

/** Makes the controller of `waybill.v1.rpc.<service>.<tenant>.payloads.*`, for services that seal payloads in their log. */
export function payloadsRpc(service: ServiceName, token: unknown): Type<object> {
  @Controller()
  class PayloadsRpc {
    constructor(@Inject(token as Type<ProvenLog>) private readonly proofs: ProvenLog) {}

    /** Of the tenant in the subject: makes payloads unreadable, except those that a legal hold keeps. */
    @Rpc(service, 'payloads.shred', payloadsShredInputSchema)
    shred({ input, tenant, actor, requestId }: Of<typeof payloadsShredInputSchema>): Promise<unknown> {
      return this.proofs.shredding.shred(tenant, input.subjects, input.reason, { actor, correlationId: requestId });
    }

    @Rpc(service, 'payloads.hold', payloadsHoldInputSchema)
    async hold({ input, tenant, actor, requestId }: Of<typeof payloadsHoldInputSchema>): Promise<unknown> {
      const { subject, held, reason } = input;
      await this.proofs.shredding.hold(tenant, subject, held, reason, { actor, correlationId: requestId });
      return { held };
    }
  }
  return PayloadsRpc;
}
