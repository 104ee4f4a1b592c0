import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Inject } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { AskFailed, askText } from '@waybill/bus/ask';
import { publishPattern, rpcSubject, validatePattern } from '@waybill/contracts/subjects';
import { Refused } from '@waybill/decider/decider';
import { logTime } from '@waybill/event-log/log-time';
import { actorHeader, requestIdHeader, RpcOnText, type RpcRequest } from '@waybill/service-kit/rpc';
import { refuse } from '../routing/decide-notification.js';
import { Router } from '../routing/router.js';
import { NATS } from '../tokens.js';
import { NotificationNotTaken, requestIncoming, takeRequest } from './forwarded-publish.js';
import { refusalIdOf, validateIncoming } from './intake.js';
import { Intakes } from './intakes.timer.js';

/** Long enough for another copy to take over a tenant whose holder died. */
const forwardTimeoutMs = 4_000;
/** While nobody holds a tenant's intake it is looked for so often. */
const nobodyPauseMs = 50;

/** Publishing by request: answered after the commit, with a receipt. */
@Controller()
export class PublishRpc {
  constructor(
    @Inject(Router) private readonly router: Router,
    @Inject(Intakes) private readonly intakes: Intakes,
    @Inject(NATS) private readonly nc: NatsConnection,
  ) {}

  @RpcOnText(publishPattern)
  async publish(request: RpcRequest<undefined>): Promise<unknown> {
    const { tenant, actor, subject, body, requestId } = request;
    const incoming = requestIncoming(tenant, subject, body, actor, headersOf(request), this.now);
    if (!(await this.router.isTenant(tenant))) {
      const refused = new Refused('tenant_unknown', 'There is no such tenant.');
      const { append, data } = refuse(incoming, refused, refusalIdOf(incoming));
      await this.router.eventLog.append({ streams: [append] });
      throw new NotificationNotTaken(refused, data.refusalId);
    }
    const headers = { [actorHeader]: actor, [requestIdHeader]: requestId, ...traceHeaders(request) };
    for (const untilMs = performance.now() + forwardTimeoutMs; ;) {
      const intake = this.intakes.of(tenant);
      if (intake !== undefined) return takeRequest(intake, incoming);
      try {
        const timeoutMs = Math.max(1, untilMs - performance.now());
        const subject = rpcSubject('subscriptions', tenant, 'intake.publish');
        return await askText(this.nc, subject, body, { timeoutMs, headers });
      } catch (error) {
        // Nobody holds the tenant's intake yet: the tenant is new, or its holder has just gone. Nothing was recorded.
        const isNobody = error instanceof AskFailed && error.problem.code === 'service_unavailable';
        if (!isNobody || performance.now() + nobodyPauseMs > untilMs) throw error;
        this.intakes.lookSoon();
        await delay(nobodyPauseMs);
      }
    }
  }

  @RpcOnText(validatePattern)
  async validate(request: RpcRequest<undefined>): Promise<unknown> {
    const { tenant, subject, body, actor } = request;
    if (!(await this.router.isTenant(tenant))) throw new Refused('tenant_unknown', 'There is no such tenant.');
    validateIncoming(requestIncoming(tenant, subject, body, actor, headersOf(request), this.now), this.router.types);
    return { valid: true };
  }

  private get now(): string {
    return logTime(this.router.eventLog);
  }
}

function headersOf(request: RpcRequest<undefined>): (name: string) => string {
  return (name) => (name === 'traceparent' ? (request.traceparent ?? '') : '');
}

function traceHeaders({ traceparent }: RpcRequest<undefined>): Record<string, string> {
  return traceparent === undefined ? {} : { traceparent };
}
