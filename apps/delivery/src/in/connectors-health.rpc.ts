import { Controller, Inject } from '@nestjs/common';
import { type ConnectorsHealth, connectorsHealthInputSchema } from '@waybill/contracts/http/connectors';
import { PostgresLog } from '@waybill/event-log/postgres-log';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { Healths } from '../read/health-rows.js';

/** `connectors.health`: for registry, which shows it with the connector. Whoever has seen a delivery fail sees it of its connector too. */
@Controller()
export class ConnectorsHealthRpc {
  constructor(
    @Inject(Healths) private readonly healths: Healths,
    @Inject(PostgresLog) private readonly eventLog: PostgresLog,
  ) {}

  @Rpc('delivery', 'connectors.health', connectorsHealthInputSchema)
  async of({ tenant, input }: RpcRequest<z.output<typeof connectorsHealthInputSchema>>): Promise<ConnectorsHealth> {
    const wanted = input.ids && new Set(input.ids);
    const rows = await this.healths.current(tenant);
    const items = rows
      .filter(({ connectorId }) => wanted?.has(connectorId) ?? true)
      .map(({ connectorId, failingSinceMs, because, pausedUntilMs }) => ({
        connectorId,
        failingSince: failingSinceMs === null ? null : new Date(failingSinceMs).toISOString(),
        because: failingSinceMs === null ? null : because,
        pausedUntil: pausedUntilMs > this.eventLog.nowMs() ? new Date(pausedUntilMs).toISOString() : null,
      }))
      .filter(({ failingSince, pausedUntil }) => failingSince !== null || pausedUntil !== null);
    return { items };
  }
}
