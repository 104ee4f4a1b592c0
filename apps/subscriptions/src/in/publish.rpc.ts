import { Controller, Inject } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { askText } from '@waybill/bus/ask';
import { publishPattern, rpcSubject, validatePattern } from '@waybill/contracts/subjects';
import { Refused } from '@waybill/decider/decider';
import { actorHeader, requestIdHeader, RpcOnText, type RpcRequest } from '@waybill/service-kit/rpc';
import { refuse } from '../routing/decide-notification.js';
import { Router } from '../routing/router.js';
import { NATS } from '../tokens.js';
import { requestIncoming, takeRequest } from './forwarded-publish.js';
import { refusalIdOf, validateIncoming } from './intake.js';
import { Intakes } from './intakes.timer.js';

/** Long enough for another copy to take over a tenant whose holder died. */
const forwardTimeoutMs = 4_000;

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
    const incoming = requestIncoming(tenant, subject, body, actor, headersOf(request));
    if (!this.router.registry.hasTenant(tenant)) {
      const refused = new Refused('tenant_unknown', 'There is no such tenant.');
      await this.router.eventLog.append({ streams: [refuse(incoming, refused, refusalIdOf(incoming)).append] });
      throw refused;
    }
    const intake = this.intakes.of(tenant);
    if (intake !== undefined) return takeRequest(intake, incoming);
    const headers = { [actorHeader]: actor, [requestIdHeader]: requestId, ...traceHeaders(request) };
    return askText(this.nc, rpcSubject('subscriptions', tenant, 'intake.publish'), body, {
      timeoutMs: forwardTimeoutMs,
      headers,
    });
  }

  @RpcOnText(validatePattern)
  validate(request: RpcRequest<undefined>): Promise<unknown> {
    const { tenant, subject, body, actor } = request;
    if (!this.router.registry.hasTenant(tenant)) throw new Refused('tenant_unknown', 'There is no such tenant.');
    validateIncoming(requestIncoming(tenant, subject, body, actor, headersOf(request)), this.router.types);
    return Promise.resolve({ valid: true });
  }
}

function headersOf(request: RpcRequest<undefined>): (name: string) => string {
  return (name) => (name === 'traceparent' ? (request.traceparent ?? '') : '');
}

function traceHeaders({ traceparent }: RpcRequest<undefined>): Record<string, string> {
  return traceparent === undefined ? {} : { traceparent };
}
