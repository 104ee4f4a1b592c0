import { Controller, Inject } from '@nestjs/common';
import { replayInputSchema } from '@waybill/contracts/http/replay';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { HandleDelivery } from '../handle-delivery.js';
import { ReplayAttempt } from '../out/replay-attempt.js';

/** Makes what a past attempt sent once more, out of the logs; sends nothing. */
@Controller()
export class ReplayRpc {
  constructor(
    @Inject(HandleDelivery) private readonly handle: HandleDelivery,
    @Inject(ReplayAttempt) private readonly replays: ReplayAttempt,
  ) {}

  @Rpc('delivery', 'deliveries.replay', replayInputSchema)
  async replay({ tenant, input }: RpcRequest<z.output<typeof replayInputSchema>>): Promise<unknown> {
    return this.replays.replay(tenant, await this.handle.eventsOf(input.id), input.attempt);
  }
}
