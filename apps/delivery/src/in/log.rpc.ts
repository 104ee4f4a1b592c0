import { Controller, Inject } from '@nestjs/common';
import { logHeadInputSchema, logReadInputSchema } from '@waybill/contracts/http/log';
import { readPage } from '@waybill/event-log/log-page';
import { PostgresLog } from '@waybill/event-log/postgres-log';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';

/** The log itself, for whoever has a hole to fill or a tree to check: `waybill.v1.rpc.delivery._.log.*`. */
@Controller()
export class LogRpc {
  constructor(@Inject(PostgresLog) private readonly log: PostgresLog) {}

  @Rpc('delivery', 'log.read', logReadInputSchema)
  read({ input }: RpcRequest<z.output<typeof logReadInputSchema>>): Promise<unknown> {
    return readPage(this.log, input.after, input.limit);
  }

  @Rpc('delivery', 'log.head', logHeadInputSchema)
  async head(): Promise<unknown> {
    return { log: this.log.identity.log, ...(await this.log.head()) };
  }
}
