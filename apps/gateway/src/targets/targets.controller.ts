import { Controller, Inject } from '@nestjs/common';
import { Ask, type Asked, On } from '../edge/route.js';
import { Rpc } from '../edge/rpc.js';
import { withMembers } from '../edge/splice.js';
import { targetRoutes } from './targets.routes.js';

type Routes = typeof targetRoutes;

/** What can be connected, and what can be published. */
@Controller()
export class TargetsController {
  constructor(@Inject(Rpc) private readonly rpc: Rpc) {}

  @On(targetRoutes.list)
  list(@Ask() asked: Asked<Routes['list']>): Promise<unknown> {
    return this.rpc.ask(asked.caller, 'registry', 'targets.list', {});
  }

  @On(targetRoutes.get)
  get(@Ask() asked: Asked<Routes['get']>): Promise<unknown> {
    return this.rpc.ask(asked.caller, 'registry', 'targets.get', asked.params);
  }

  @On(targetRoutes.listTypes)
  listTypes(@Ask() asked: Asked<Routes['listTypes']>): Promise<unknown> {
    return this.rpc.ask(asked.caller, 'registry', 'types.list', asked.query);
  }

  @On(targetRoutes.getType)
  getType(@Ask() asked: Asked<Routes['getType']>): Promise<unknown> {
    return this.rpc.ask(asked.caller, 'registry', 'types.get', asked.params);
  }

  @On(targetRoutes.putType)
  putType(@Ask() asked: Asked<Routes['putType']>): Promise<unknown> {
    return this.rpc.askText(asked.caller, 'registry', 'types.put', withMembers(asked.params, asked.bodyText));
  }
}
