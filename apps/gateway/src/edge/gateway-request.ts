import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '@waybill/contracts/http/api-keys';
import type { OpenSession } from '../sessions/sessions.js';
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
  /** Set by the guard for a request that carries a key: its SHA-256 (hex), never the key itself. */
  keySha256?: string;
  /** Set by the guard for a request of a signed-in browser. */
  session?: OpenSession;
  /** Set by the guard: who it is now, for answers that last longer than a key may. Null once it is nobody any more. */
  principalNow?: () => Promise<Principal | null>;
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
