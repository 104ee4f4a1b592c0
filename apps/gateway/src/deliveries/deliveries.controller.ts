import { Controller, Inject } from '@nestjs/common';
import { AskFailed } from '@waybill/bus/ask';
import type { Stats } from '@waybill/contracts/http/stats';
import { Ask, type Asked, On } from '../edge/route.js';
import { Rpc } from '../edge/rpc.js';
import { deliveryRoutes } from './deliveries.routes.js';

type Routes = typeof deliveryRoutes;

@Controller()
export class DeliveriesController {
  constructor(@Inject(Rpc) private readonly rpc: Rpc) {}

  @On(deliveryRoutes.list)
  list(@Ask() { caller, query }: Asked<Routes['list']>): Promise<unknown> {
    return this.rpc.ask(caller, 'delivery', 'deliveries.list', query);
  }

  @On(deliveryRoutes.facets)
  facets(@Ask() { caller, query }: Asked<Routes['facets']>): Promise<unknown> {
    return this.rpc.ask(caller, 'delivery', 'deliveries.facets', query);
  }

  @On(deliveryRoutes.get)
  get(@Ask() { caller, params, query }: Asked<Routes['get']>): Promise<unknown> {
    return this.rpc.ask(caller, 'delivery', 'deliveries.get', { ...params, ...query });
  }

  @On(deliveryRoutes.redeliver)
  redeliver(@Ask() { caller, params, body }: Asked<Routes['redeliver']>): Promise<unknown> {
    return this.rpc.ask(caller, 'delivery', 'deliveries.redeliver', { ...params, ...body });
  }

  @On(deliveryRoutes.cancel)
  cancel(@Ask() { caller, params, body }: Asked<Routes['cancel']>): Promise<unknown> {
    return this.rpc.ask(caller, 'delivery', 'deliveries.cancel', { ...params, ...body });
  }

  @On(deliveryRoutes.stats)
  async stats(@Ask() { caller, query }: Asked<Routes['stats']>): Promise<unknown> {
    const stats = await this.rpc.ask<Stats>(caller, 'delivery', 'stats', query);
    const { since, until } = stats;
    const asked = { since, until, ...(query.connectorId === undefined ? {} : { connectorId: query.connectorId }) };
    const told = await this.rpc
      .ask<{ suppressed: number }>(caller, 'subscriptions', 'notifications.suppressed', asked)
      .catch((error: unknown) => {
        if (error instanceof AskFailed) return null;
        throw error;
      });
    return { ...stats, counts: { ...stats.counts, suppressed: told?.suppressed ?? null } };
  }

  @On(deliveryRoutes.connectorStats)
  connectorStats(@Ask() { caller, query }: Asked<Routes['connectorStats']>): Promise<unknown> {
    return this.rpc.ask(caller, 'delivery', 'stats.connectors', query);
  }
}
