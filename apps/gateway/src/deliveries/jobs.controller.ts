import { Controller, Inject } from '@nestjs/common';
import { Ask, type Asked, On } from '../edge/route.js';
import { Rpc } from '../edge/rpc.js';
import { jobRoutes } from './deliveries.routes.js';

type Routes = typeof jobRoutes;

/** Many redeliveries at once. */
@Controller()
export class JobsController {
  constructor(@Inject(Rpc) private readonly rpc: Rpc) {}

  @On(jobRoutes.redeliverMany)
  redeliverMany(@Ask() { caller, body }: Asked<Routes['redeliverMany']>): Promise<unknown> {
    return this.rpc.ask(caller, 'delivery', 'redeliveries.create', body);
  }

  @On(jobRoutes.list)
  list(@Ask() { caller, query }: Asked<Routes['list']>): Promise<unknown> {
    return this.rpc.ask(caller, 'delivery', 'jobs.list', query);
  }

  @On(jobRoutes.get)
  get(@Ask() { caller, params }: Asked<Routes['get']>): Promise<unknown> {
    return this.rpc.ask(caller, 'delivery', 'jobs.get', params);
  }

  @On(jobRoutes.pause)
  pause(@Ask() { caller, params }: Asked<Routes['pause']>): Promise<unknown> {
    return this.rpc.ask(caller, 'delivery', 'jobs.pause', params);
  }

  @On(jobRoutes.resume)
  resume(@Ask() { caller, params }: Asked<Routes['resume']>): Promise<unknown> {
    return this.rpc.ask(caller, 'delivery', 'jobs.resume', params);
  }

  @On(jobRoutes.cancel)
  cancel(@Ask() { caller, params }: Asked<Routes['cancel']>): Promise<unknown> {
    return this.rpc.ask(caller, 'delivery', 'jobs.cancel', params);
  }
}
