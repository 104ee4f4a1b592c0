import { Controller, Inject } from '@nestjs/common';
import { Ask, type Asked, On } from '../edge/route.js';
import { Rpc } from '../edge/rpc.js';
import { withMembers, withTextMember } from '../edge/splice.js';
import { subscriptionRoutes } from './subscriptions.routes.js';

type Routes = typeof subscriptionRoutes;

@Controller()
export class SubscriptionsController {
  constructor(@Inject(Rpc) private readonly rpc: Rpc) {}

  @On(subscriptionRoutes.create)
  create(@Ask() { caller, bodyText }: Asked<Routes['create']>): Promise<unknown> {
    return this.rpc.askText(caller, 'subscriptions', 'subscriptions.create', bodyText);
  }

  @On(subscriptionRoutes.list)
  list(@Ask() { caller, query }: Asked<Routes['list']>): Promise<unknown> {
    return this.rpc.ask(caller, 'subscriptions', 'subscriptions.list', query);
  }

  @On(subscriptionRoutes.get)
  get(@Ask() { caller, params, query }: Asked<Routes['get']>): Promise<unknown> {
    return this.rpc.ask(caller, 'subscriptions', 'subscriptions.get', { ...params, ...query });
  }

  @On(subscriptionRoutes.update)
  update(@Ask() { caller, params, ifVersion, bodyText }: Asked<Routes['update']>): Promise<unknown> {
    const text = withTextMember({ ...params, ifVersion }, 'patch', bodyText);
    return this.rpc.askText(caller, 'subscriptions', 'subscriptions.update', text);
  }

  @On(subscriptionRoutes.delete)
  async delete(@Ask() { caller, params, ifVersion }: Asked<Routes['delete']>): Promise<void> {
    await this.rpc.ask(caller, 'subscriptions', 'subscriptions.delete', { ...params, ifVersion });
  }

  @On(subscriptionRoutes.enable)
  enable(@Ask() { caller, params, body }: Asked<Routes['enable']>): Promise<unknown> {
    return this.rpc.ask(caller, 'subscriptions', 'subscriptions.enable', { ...params, ...body });
  }

  @On(subscriptionRoutes.disable)
  disable(@Ask() { caller, params, body }: Asked<Routes['disable']>): Promise<unknown> {
    return this.rpc.ask(caller, 'subscriptions', 'subscriptions.disable', { ...params, ...body });
  }

  @On(subscriptionRoutes.explain)
  async explain(@Ask() { caller, params, bodyText }: Asked<Routes['explain']>): Promise<unknown> {
    const text = withMembers({ subscriptionId: params.id }, bodyText);
    const explained = await this.rpc.askText<{ items: unknown[] }>(caller, 'subscriptions', 'explain', text);
    return explained.items[0];
  }

  @On(subscriptionRoutes.explainAll)
  explainAll(@Ask() { caller, bodyText }: Asked<Routes['explainAll']>): Promise<unknown> {
    return this.rpc.askText(caller, 'subscriptions', 'explain', bodyText);
  }
}
