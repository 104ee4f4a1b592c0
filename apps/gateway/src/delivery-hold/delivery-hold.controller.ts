import { Controller, Inject } from '@nestjs/common';
import { Refused } from '@waybill/decider/decider';
import type { GatewayConfig } from '../config.js';
import { Ask, type Asked, type Caller, On } from '../edge/route.js';
import { Rpc } from '../edge/rpc.js';
import { configToken } from '../tokens.js';
import { deliveryHoldRoutes } from './delivery-hold.routes.js';

type Routes = typeof deliveryHoldRoutes;

/** Whether deliveries leave. It is about all tenants, so only the home tenant's administrators decide it; every reader may know. */
@Controller()
export class DeliveryHoldController {
  constructor(
    @Inject(Rpc) private readonly rpc: Rpc,
    @Inject(configToken) private readonly config: GatewayConfig,
  ) {}

  @On(deliveryHoldRoutes.get)
  async get(@Ask() { caller }: Asked<Routes['get']>): Promise<unknown> {
    const standing = await this.rpc.ask<object>(caller, 'delivery', 'hold.get', {});
    // Whoever would be refused is not offered it: the console knows neither the home tenant nor whether it is in it.
    return { ...standing, mayRelease: caller.scopes.includes('admin') && this.isHome(caller) };
  }

  @On(deliveryHoldRoutes.place)
  async place(@Ask() { caller, body }: Asked<Routes['place']>): Promise<unknown> {
    this.demandHome(caller);
    return this.rpc.ask(caller, 'delivery', 'hold.place', body);
  }

  @On(deliveryHoldRoutes.release)
  async release(@Ask() { caller }: Asked<Routes['release']>): Promise<unknown> {
    this.demandHome(caller);
    return this.rpc.ask(caller, 'delivery', 'hold.release', {});
  }

  private isHome({ tenant }: Caller): boolean {
    return tenant === this.config.WAYBILL_HOME_TENANT;
  }

  private demandHome(caller: Caller): void {
    if (!this.isHome(caller))
      throw new Refused('forbidden', 'Only an administrator of the home tenant holds or releases deliveries.');
  }
}
