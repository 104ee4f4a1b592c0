import { Controller, Inject } from '@nestjs/common';
import { statsInputSchema } from '@waybill/contracts/http/stats';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { Stats } from '../read/stats.js';

/** `stats`: how deliveries are doing. */
@Controller()
export class StatsRpc {
  constructor(@Inject(Stats) private readonly stats: Stats) {}

  @Rpc('delivery', 'stats', statsInputSchema)
  of({ tenant, input }: RpcRequest<z.output<typeof statsInputSchema>>): Promise<unknown> {
    return this.stats.of(tenant, input, Date.now());
  }
}
