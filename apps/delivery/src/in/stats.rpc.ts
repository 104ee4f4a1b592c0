import { Controller, Inject } from '@nestjs/common';
import { connectorStatsInputSchema, statsInputSchema } from '@waybill/contracts/http/stats';
import { PostgresLog } from '@waybill/event-log/postgres-log';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { ConnectorStatsList } from '../read/connector-stats.js';
import { Stats } from '../read/stats.js';

/** `stats`: how deliveries are doing; `stats.connectors`: the same by connector. */
@Controller()
export class StatsRpc {
  constructor(
    @Inject(Stats) private readonly stats: Stats,
    @Inject(ConnectorStatsList) private readonly connectorStats: ConnectorStatsList,
    @Inject(PostgresLog) private readonly eventLog: PostgresLog,
  ) {}

  @Rpc('delivery', 'stats', statsInputSchema)
  of({ tenant, input }: RpcRequest<z.output<typeof statsInputSchema>>): Promise<unknown> {
    return this.stats.of(tenant, input, this.eventLog.nowMs());
  }

  @Rpc('delivery', 'stats.connectors', connectorStatsInputSchema)
  connectors({ tenant, input }: RpcRequest<z.output<typeof connectorStatsInputSchema>>): Promise<unknown> {
    return this.connectorStats.of(tenant, input, this.eventLog.nowMs());
  }
}
