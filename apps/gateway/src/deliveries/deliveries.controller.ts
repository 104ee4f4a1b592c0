import { Controller, Inject } from '@nestjs/common';
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
  stats(@Ask() { caller, query }: Asked<Routes['stats']>): Promise<unknown> {
    return this.rpc.ask(caller, 'delivery', 'stats', query);
  }

  @On(deliveryRoutes.connectorStats)
  connectorStats(@Ask() { caller, query }: Asked<Routes['connectorStats']>): Promise<unknown> {
    return this.rpc.ask(caller, 'delivery', 'stats.connectors', query);
  }
}
