import { Controller, Inject } from '@nestjs/common';
import { logHeadInputSchema, logReadInputSchema } from '@waybill/contracts/http/log';
import type { PostgresLog } from '@waybill/event-log/postgres-log';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { eventLog } from '../tokens.js';

/** A NATS message holds 1 MiB. */
const replyBytesMax = 900_000;

/** `waybill.v1.rpc.registry._.log.*`: the log itself, for whoever has a hole to fill or a tree to check. */
@Controller()
export class LogRpc {
  constructor(@Inject(eventLog) private readonly log: PostgresLog) {}

  /** The wire texts after a position, as many as fit into one reply, one at least where there is one. */
  @Rpc('registry', 'log.read', logReadInputSchema)
  async read({ input }: RpcRequest<z.output<typeof logReadInputSchema>>): Promise<unknown> {
    const [wire, { position: head }] = await Promise.all([
      this.log.readWire(input.after, input.limit),
      this.log.head(),
    ]);
    const events: { text: string; sealedAt: number | null }[] = [];
    let bytes = 0;
    for (const { text, sealedAt } of wire) {
      // Inside the reply the text is a JSON string, whose quotes are escaped.
      bytes += Buffer.byteLength(JSON.stringify(text)) + 32;
      if (events.length > 0 && bytes > replyBytesMax) break;
      events.push({ text, sealedAt });
    }
    return { events, head };
  }

  @Rpc('registry', 'log.head', logHeadInputSchema)
  async head(): Promise<unknown> {
    return { log: this.log.identity.log, ...(await this.log.head()) };
  }
}
