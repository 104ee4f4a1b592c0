import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { askText } from '@waybill/bus/ask';
import { publishSubject, rpcSubject, type ServiceName } from '@waybill/contracts/subjects';
import { actorHeader, requestIdHeader } from '@waybill/service-kit/rpc';
import type { Caller } from './route.js';
import { SilentCalls } from './silent-calls.js';

export const natsToken = Symbol('nats');

export interface AskOptions {
  readonly timeoutMs?: number;
  /** Instead of the caller's own: `_` for calls that belong to none. */
  readonly tenant?: string;
}

/** The services, as a caller may ask them: the tenant of the key is the tenant of the subject, whatever the request says. */
@Injectable()
export class Rpc {
  private readonly silentCalls = new SilentCalls(Date.now);

  constructor(@Inject(natsToken) private readonly nc: NatsConnection) {}

  /** Rejects with `AskFailed`: the service's own problem, or `service_unavailable` (at once when it went unanswered before), `service_timeout`. */
  ask<T>(caller: Caller, service: ServiceName, call: string, input: object, options: AskOptions = {}): Promise<T> {
    return this.askText(caller, service, call, JSON.stringify(input), options);
  }

  /** As `ask`, for an input that is JSON text already and keeps its spelling. */
  askText<T>(caller: Caller, service: ServiceName, call: string, text: string, options: AskOptions = {}): Promise<T> {
    const tenant = options.tenant ?? caller.tenant;
    const { timeoutMs } = options;
    const headers = headersOf(caller);
    const put = (): Promise<T> =>
      askText<T>(
        this.nc,
        rpcSubject(service, tenant, call),
        text,
        timeoutMs === undefined ? { headers } : { timeoutMs, headers },
      );
    // Who gives a call a time of its own knows that it may need it.
    return timeoutMs === undefined ? this.silentCalls.through(tenant, `${service}.${call}`, put) : put();
  }

  /** Publishes a notification of the caller's tenant; resolves after the commit. */
  publish<T>(caller: Caller, text: string): Promise<T> {
    const put = (): Promise<T> =>
      askText<T>(this.nc, publishSubject(caller.tenant), text, { headers: headersOf(caller) });
    return this.silentCalls.through(caller.tenant, 'publish', put);
  }
}

function headersOf(caller: Caller): Record<string, string> {
  return {
    [actorHeader]: `key:${caller.keyId}`,
    [requestIdHeader]: caller.requestId,
    traceparent: caller.traceparent,
  };
}
