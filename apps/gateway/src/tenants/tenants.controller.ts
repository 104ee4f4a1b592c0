import { Controller, Inject } from '@nestjs/common';
import { noTenant } from '@waybill/contracts/subjects';
import { Refused } from '@waybill/decider/decider';
import type { GatewayConfig } from '../config.js';
import { Ask, type Asked, On } from '../edge/route.js';
import { Rpc } from '../edge/rpc.js';
import { configToken } from '../tokens.js';
import { tenantRoutes } from './tenants.routes.js';

type Routes = typeof tenantRoutes;

/** Tenants; an administrator of a tenant that is not the home tenant must not learn of the others. */
@Controller()
export class TenantsController {
  constructor(
    @Inject(Rpc) private readonly rpc: Rpc,
    @Inject(configToken) private readonly config: GatewayConfig,
  ) {}

  @On(tenantRoutes.create)
  create(@Ask() asked: Asked<Routes['create']>): Promise<unknown> {
    if (asked.caller.tenant !== this.config.WAYBILL_HOME_TENANT) {
      throw new Refused('forbidden', 'Only an administrator of the home tenant makes tenants.');
    }
    return this.rpc.ask(asked.caller, 'registry', 'tenants.create', asked.body, { tenant: noTenant });
  }

  @On(tenantRoutes.list)
  async list(@Ask() asked: Asked<Routes['list']>): Promise<unknown> {
    const { caller } = asked;
    if (caller.tenant === this.config.WAYBILL_HOME_TENANT) {
      return this.rpc.ask(caller, 'registry', 'tenants.list', asked.query, { tenant: noTenant });
    }
    const own = await this.rpc.ask(caller, 'registry', 'tenants.get', { id: caller.tenant }, { tenant: noTenant });
    return { items: [own], nextCursor: null };
  }
}
