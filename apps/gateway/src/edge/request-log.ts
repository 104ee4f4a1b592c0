import type { Log } from '@waybill/service-kit/logger';
import { Histogram, type Registry } from 'prom-client';
import type { GatewayRequest, GatewayResponse } from './gateway-request.js';

/** Counts and times every request and writes one wide event for each; paths are those of the route table, so labels stay bounded. */
export function requestLog(log: Log, metrics: Registry) {
  const seconds = new Histogram({
    name: 'waybill_http_seconds',
    help: 'Time from a request to its answer',
    labelNames: ['method', 'route', 'status'],
    registers: [metrics],
  });
  return (request: GatewayRequest, response: GatewayResponse, next: () => void): void => {
    response.on('close', () => {
      const elapsedNs = Number(process.hrtime.bigint() - request.startedAt);
      const { method = '', requestId, traceparent, principal, matched } = request;
      const route = matched?.path ?? 'none';
      const status = response.writableFinished ? response.statusCode : 499;
      // A feed lasts as long as its reader stays; that is no time of ours.
      if (matched?.media !== 'text/event-stream')
        seconds.observe({ method: knownMethod(method), route, status }, elapsedNs / 1e9);
      const who = { tenant: principal?.tenant, keyId: principal?.keyId };
      const wide = { method, route, status, requestId, traceparent, ...who, ms: Math.round(elapsedNs / 1e4) / 100 };
      if (status >= 500) log.warn(wide, 'http.answered');
      else log.debug(wide, 'http.answered');
    });
    next();
  };
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const knownMethod = (method: string): string => (methods.includes(method) ? method : 'other');
