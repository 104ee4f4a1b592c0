import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '@waybill/contracts/http/api-keys';
import type { Asked, Route } from './route.js';

/** What Express and our own steps leave on a request; only these members are used. */
export interface GatewayRequest extends IncomingMessage {
  originalUrl: string;
  params: Record<string, string>;
  /** Bytes of the body; not a Buffer when there was none. */
  body: unknown;
  requestId: string;
  traceparent: string;
  startedAt: bigint;
  /** Set by the guard. */
  principal?: Principal;
  /** Set by the guard, for the log. */
  route?: unknown;
  matched?: Route;
  /** Set by the interceptor. */
  asked?: Asked<Route>;
}

export type GatewayResponse = ServerResponse & {
  status(code: number): GatewayResponse;
  send(body?: string | Buffer): void;
};

/** The path without its query. */
export function pathOf(request: { originalUrl: string }): string {
  return request.originalUrl.split('?', 1)[0] ?? '/';
}
