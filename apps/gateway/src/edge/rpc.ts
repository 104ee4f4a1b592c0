import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { ask, askText } from '@waybill/bus/ask';
import { publishSubject, rpcSubject, type ServiceName } from '@waybill/contracts/subjects';
import { actorHeader, requestIdHeader } from '@waybill/service-kit/rpc';
import type { Caller } from './route.js';

export const natsToken = Symbol('nats');

export interface AskOptions {
  readonly timeoutMs?: number;
  /** Instead of the caller's own: `_` for calls that belong to none. */
  readonly tenant?: string;
}

/** The services, as a caller may ask them: the tenant of the key is the tenant of the subject, whatever the request says. */
@Injectable()
export class Rpc {
  constructor(@Inject(natsToken) private readonly nc: NatsConnection) {}

  /** Rejects with `AskFailed`: the service's own problem, or `service_unavailable`, `service_timeout`. */
  ask<T>(caller: Caller, service: ServiceName, call: string, input: object, options: AskOptions = {}): Promise<T> {
    const subject = rpcSubject(service, options.tenant ?? caller.tenant, call);
    return ask<T>(this.nc, subject, input, { ...timeoutOf(options), headers: headersOf(caller) });
  }

  /** As `ask`, for an input that is JSON text already and keeps its spelling. */
  askText<T>(caller: Caller, service: ServiceName, call: string, text: string, options: AskOptions = {}): Promise<T> {
    const subject = rpcSubject(service, options.tenant ?? caller.tenant, call);
    return askText<T>(this.nc, subject, text, { ...timeoutOf(options), headers: headersOf(caller) });
  }

  /** Publishes a notification of the caller's tenant; resolves after the commit. */
  publish<T>(caller: Caller, text: string): Promise<T> {
    return askText<T>(this.nc, publishSubject(caller.tenant), text, { headers: headersOf(caller) });
  }
}

function timeoutOf({ timeoutMs }: AskOptions): { timeoutMs?: number } {
  return timeoutMs === undefined ? {} : { timeoutMs };
}

function headersOf(caller: Caller): Record<string, string> {
  return {
    [actorHeader]: `key:${caller.keyId}`,
    [requestIdHeader]: caller.requestId,
    traceparent: caller.traceparent,
  };
}
