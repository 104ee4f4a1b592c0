import { Controller, Inject } from '@nestjs/common';
import { Ask, type Asked, On } from '../edge/route.js';
import { Rpc } from '../edge/rpc.js';
import { apiKeyRoutes } from './api-keys.routes.js';

type Routes = typeof apiKeyRoutes;

@Controller()
export class ApiKeysController {
  constructor(@Inject(Rpc) private readonly rpc: Rpc) {}

  @On(apiKeyRoutes.create)
  create(@Ask() asked: Asked<Routes['create']>): Promise<unknown> {
    return this.rpc.ask(asked.caller, 'registry', 'keys.create', asked.body);
  }

  @On(apiKeyRoutes.list)
  list(@Ask() asked: Asked<Routes['list']>): Promise<unknown> {
    return this.rpc.ask(asked.caller, 'registry', 'keys.list', asked.query);
  }

  @On(apiKeyRoutes.revoke)
  async revoke(@Ask() asked: Asked<Routes['revoke']>): Promise<void> {
    await this.rpc.ask(asked.caller, 'registry', 'keys.revoke', asked.params);
  }
}
