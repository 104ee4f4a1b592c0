import { Controller, Inject } from '@nestjs/common';
import { deliveryHoldBodySchema, type DeliveryHold } from '@waybill/contracts/http/delivery-hold';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import { z } from 'zod';
import { Holds, holdView } from '../read/holds.js';
import { HoldTimer } from './hold.timer.js';

const nothing = z.strictObject({});

/** The calls `hold.*`: whether deliveries leave, and an operator's word on it. */
@Controller()
export class HoldRpc {
  constructor(
    @Inject(Holds) private readonly holds: Holds,
    @Inject(HoldTimer) private readonly timer: HoldTimer,
  ) {}

  @Rpc('delivery', 'hold.get', nothing)
  get(): Promise<DeliveryHold> {
    return this.standing();
  }

  @Rpc('delivery', 'hold.place', deliveryHoldBodySchema)
  async place({ actor, input }: RpcRequest<z.output<typeof deliveryHoldBodySchema>>): Promise<DeliveryHold> {
    await this.holds.hold(input.reason, actor);
    return this.now();
  }

  /** Answers with what is held still: nothing, unless the log takes no events now. */
  @Rpc('delivery', 'hold.release', nothing)
  async release({ actor }: RpcRequest<z.output<typeof nothing>>): Promise<DeliveryHold> {
    await this.holds.askRelease(actor);
    return this.now();
  }

  private async now(): Promise<DeliveryHold> {
    await this.timer.look();
    return this.standing();
  }

  private async standing(): Promise<DeliveryHold> {
    return holdView((await this.holds.look()).holds);
  }
}
