import { Controller, Inject } from '@nestjs/common';
import { explainInputSchema } from '@waybill/contracts/http/subscriptions';
import { treeOf } from '@waybill/contracts/payload/json-tree';
import { Refused } from '@waybill/decider/decider';
import { logTime } from '@waybill/event-log/log-time';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { explain } from '../read/explanation.js';
import { Router } from '../routing/router.js';

/** "Would this be sent?": the same filters as the router's, clause by clause. */
@Controller()
export class ExplainRpc {
  constructor(@Inject(Router) private readonly router: Router) {}

  @Rpc('subscriptions', 'explain', explainInputSchema)
  explain({ tenant, input }: RpcRequest<z.output<typeof explainInputSchema>>): Promise<unknown> {
    const { type, payload, id = 'example', source = 'nats', subscriptionId } = input;
    const { time = logTime(this.router.eventLog) } = input;
    const facts = { tenant, type, id, source, time };
    const known = [...this.router.table.ofTenant(tenant)].filter(
      ({ state }) => subscriptionId === undefined || state.subscription.id === subscriptionId,
    );
    if (subscriptionId !== undefined && known.length === 0)
      throw new Refused('subscription_unknown', 'There is no such subscription.');
    return Promise.resolve({ items: known.map(({ state }) => explain(state, facts, treeOf(payload))) });
  }
}
