import { Controller, Inject } from '@nestjs/common';
import { logHeadInputSchema, logReadInputSchema } from '@waybill/contracts/http/log';
import { readPage } from '@waybill/event-log/log-page';
import type { PostgresLog } from '@waybill/event-log/postgres-log';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { eventLog } from '../tokens.js';

/** `waybill.v1.rpc.registry._.log.*`: the log itself, for whoever has a hole to fill or a tree to check. */
@Controller()
export class LogRpc {
  constructor(@Inject(eventLog) private readonly log: PostgresLog) {}

  @Rpc('registry', 'log.read', logReadInputSchema)
  read({ input }: RpcRequest<z.output<typeof logReadInputSchema>>): Promise<unknown> {
    return readPage(this.log, input.after, input.limit);
  }

  @Rpc('registry', 'log.head', logHeadInputSchema)
  async head(): Promise<unknown> {
    return { log: this.log.identity.log, ...(await this.log.head()) };
  }
}
