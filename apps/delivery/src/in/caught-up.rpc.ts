import { Controller, Inject } from '@nestjs/common';
import { registryLog } from '@waybill/contracts/log/registry';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import { z } from 'zod';
import { Connectors } from '../work/connectors.js';

const inputSchema = z.strictObject({
  log: z.literal(registryLog),
  position: z.number().int().min(0),
  timeoutMs: z.number().int().min(0).max(10_000),
});

/** "Do you have it?": asked by the gateway before it answers a change of a connector. */
@Controller()
export class CaughtUpRpc {
  constructor(@Inject(Connectors) private readonly connectors: Connectors) {}

  @Rpc('delivery', 'caught-up', inputSchema)
  async caughtUp({ input }: RpcRequest<z.output<typeof inputSchema>>): Promise<unknown> {
    return { reached: await this.connectors.reached(input.position, input.timeoutMs) };
  }
}
