import { Controller, Inject } from '@nestjs/common';
import { connectorBannerInputSchema, type ConnectorStanding } from '@waybill/contracts/http/connector-banner';
import { PostgresLog } from '@waybill/event-log/postgres-log';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { ConnectorBanners } from '../read/connector-banner.js';

/** `connectors.banner`: what a page about a connector warns of, with the target's own words; only this service hears them. */
@Controller()
export class ConnectorBannerRpc {
  constructor(
    @Inject(ConnectorBanners) private readonly banners: ConnectorBanners,
    @Inject(PostgresLog) private readonly eventLog: PostgresLog,
  ) {}

  @Rpc('delivery', 'connectors.banner', connectorBannerInputSchema)
  of({ tenant, input }: RpcRequest<z.output<typeof connectorBannerInputSchema>>): Promise<ConnectorStanding> {
    return this.banners.of(tenant, input.id, this.eventLog.nowMs());
  }
}
