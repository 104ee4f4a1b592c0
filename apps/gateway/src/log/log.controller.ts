import { Controller, Inject } from '@nestjs/common';
import type { LogReadAnswer } from '@waybill/contracts/http/log';
import { decodeLogEvent } from '@waybill/contracts/log-event';
import { noTenant, type ServiceName } from '@waybill/contracts/subjects';
import { JsonText } from '../edge/answer.interceptor.js';
import { Ask, type Asked, type Caller, On } from '../edge/route.js';
import { Rpc } from '../edge/rpc.js';
import { logRoutes } from './log.routes.js';

type Routes = typeof logRoutes;

const pageLimit = 500;
/** One request looks at this many events at most; `nextAfter` says where to go on. */
export const eventsScannedMax = 10_000;

/** The auditor's room: what is recorded, as it is recorded. */
@Controller()
export class LogController {
  constructor(@Inject(Rpc) private readonly rpc: Rpc) {}

  @On(logRoutes.events)
  async events(@Ask() { caller, params, query }: Asked<Routes['events']>): Promise<JsonText> {
    const texts: string[] = [];
    let after = query.after;
    let head = after;
    for (let scanned = 0; scanned < eventsScannedMax && texts.length < query.limit;) {
      const page = await this.read(caller, params.log, after);
      head = page.head;
      if (page.events.length === 0) break;
      for (const event of page.events) {
        if (texts.length >= query.limit) break;
        const { position, tenant, stream, type } = decodeLogEvent(event.text, event.sealedAt);
        after = position;
        scanned += 1;
        // A log holds the events of all tenants; a caller sees those of its own, and what befell all of them.
        if (tenant !== caller.tenant && !isOfAll(tenant, type)) continue;
        if (query.stream !== undefined && stream !== query.stream) continue;
        if (query.type !== undefined && type !== query.type) continue;
        texts.push(event.text);
      }
    }
    const nextAfter = after < head ? String(after) : 'null';
    return new JsonText(`{"items":[${texts.join(',')}],"nextAfter":${nextAfter},"head":${head}}`);
  }

  @On(logRoutes.head)
  async head(@Ask() { caller, params }: Asked<Routes['head']>): Promise<object> {
    const head = await this.rpc.ask<object>(caller, serviceOf(params.log), 'log.head', {}, { tenant: noTenant });
    return { log: params.log, ...head };
  }

  private read(caller: Caller, log: string, after: number): Promise<LogReadAnswer> {
    return this.rpc.ask(caller, serviceOf(log), 'log.read', { after, limit: pageLimit }, { tenant: noTenant });
  }
}

/** A hold or a release belongs to no tenant. The checkpoints of other logs do neither; one a minute, they would hide what a tenant did. */
const isOfAll = (tenant: string, type: string): boolean => tenant === noTenant && type !== 'CheckpointWitnessed';

function serviceOf(log: string): ServiceName {
  return log.slice(0, log.lastIndexOf('-')) as ServiceName;
}
