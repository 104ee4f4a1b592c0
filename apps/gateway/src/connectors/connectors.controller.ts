import { Controller, Inject } from '@nestjs/common';
import type { Connector } from '@waybill/contracts/http/connectors';
import { Ask, type Asked, type Caller, On } from '../edge/route.js';
import { Rpc } from '../edge/rpc.js';
import { withMembers, withTextMember } from '../edge/splice.js';
import { ConnectorBanners } from './connector-banners.js';
import { connectorRoutes } from './connectors.routes.js';
import { Propagation, type Written } from './propagation.js';

type Routes = typeof connectorRoutes;

/** A target answers within its own limit (a minute at most), then the result travels back. */
const testTimeoutMs = 70_000;
/** Rendering has its own budget of milliseconds; this is for the queue before it. */
const renderTimeoutMs = 10_000;

@Controller()
export class ConnectorsController {
  constructor(
    @Inject(Rpc) private readonly rpc: Rpc,
    @Inject(Propagation) private readonly propagation: Propagation,
    @Inject(ConnectorBanners) private readonly banners: ConnectorBanners,
  ) {}

  @On(connectorRoutes.create)
  create(@Ask() { caller, bodyText }: Asked<Routes['create']>): Promise<unknown> {
    return this.write(caller, 'connectors.create', bodyText);
  }

  @On(connectorRoutes.list)
  list(@Ask() { caller, query }: Asked<Routes['list']>): Promise<unknown> {
    return this.rpc.ask(caller, 'registry', 'connectors.list', query);
  }

  @On(connectorRoutes.testUnsaved)
  testUnsaved(@Ask() { caller, bodyText }: Asked<Routes['testUnsaved']>): Promise<unknown> {
    return this.rpc.askText(caller, 'delivery', 'test', bodyText, { timeoutMs: testTimeoutMs });
  }

  @On(connectorRoutes.get)
  async get(@Ask() { caller, params, query }: Asked<Routes['get']>): Promise<unknown> {
    const connector = await this.rpc.ask<Connector>(caller, 'registry', 'connectors.get', { ...params, ...query });
    return query.at === undefined ? this.banners.with(caller, connector) : connector;
  }

  @On(connectorRoutes.update)
  update(@Ask() { caller, params, ifVersion, bodyText }: Asked<Routes['update']>): Promise<unknown> {
    return this.write(caller, 'connectors.update', withTextMember({ ...params, ifVersion }, 'patch', bodyText));
  }

  @On(connectorRoutes.delete)
  async delete(@Ask() { caller, params, ifVersion }: Asked<Routes['delete']>): Promise<void> {
    await this.write(caller, 'connectors.delete', JSON.stringify({ ...params, ifVersion }));
  }

  @On(connectorRoutes.enable)
  enable(@Ask() { caller, params, bodyText }: Asked<Routes['enable']>): Promise<unknown> {
    return this.write(caller, 'connectors.enable', withMembers(params, bodyText));
  }

  @On(connectorRoutes.disable)
  disable(@Ask() { caller, params, bodyText }: Asked<Routes['disable']>): Promise<unknown> {
    return this.write(caller, 'connectors.disable', withMembers(params, bodyText));
  }

  @On(connectorRoutes.test)
  test(@Ask() { caller, params, bodyText }: Asked<Routes['test']>): Promise<unknown> {
    return this.rpc.askText(caller, 'delivery', 'test', withMembers(params, bodyText), { timeoutMs: testTimeoutMs });
  }

  @On(connectorRoutes.history)
  history(@Ask() { caller, params, query }: Asked<Routes['history']>): Promise<unknown> {
    return this.rpc.ask(caller, 'registry', 'connectors.history', { ...params, ...query });
  }

  @On(connectorRoutes.render)
  render(@Ask() { caller, bodyText }: Asked<Routes['render']>): Promise<unknown> {
    return this.rpc.askText(caller, 'delivery', 'render', bodyText, { timeoutMs: renderTimeoutMs });
  }

  private async write(caller: Caller, call: string, text: string): Promise<unknown> {
    const written = await this.rpc.askText<Written | null>(caller, 'registry', call, text);
    return this.propagation.reached(caller, written);
  }
}
