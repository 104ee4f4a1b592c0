import { Controller } from '@nestjs/common';
import { targetGetInputSchema, targetListInputSchema } from '@waybill/contracts/http/targets';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import { allTargets } from '@waybill/targets/all-targets';
import type { z } from 'zod';
import { targetOf } from '../check-connector.js';

/** `waybill.v1.rpc.registry.<tenant>.targets.*`: what the rooms of `libs/targets` say of themselves. */
@Controller()
export class TargetsRpc {
  @Rpc('registry', 'targets.list', targetListInputSchema)
  async list(): Promise<unknown> {
    return { items: allTargets.map(({ descriptor }) => descriptor), nextCursor: null };
  }

  @Rpc('registry', 'targets.get', targetGetInputSchema)
  async get({ input }: RpcRequest<z.output<typeof targetGetInputSchema>>): Promise<unknown> {
    return targetOf(input.id).descriptor;
  }
}
