import { Overloaded } from '@waybill/service-kit/problems';
import { requestsMax } from '../config.js';
import { type GatewayRequest, type GatewayResponse, pathOf } from './gateway-request.js';

/** A feed has a bound of its own, and lasts. */
const feedPath = '/v1/live';

/**
 * Lets so many requests in at once and answers one more 503 with Retry-After before its body is read: what waits here costs memory, and
 * an answer that comes after the caller has gone is of use to nobody.
 */
export function admission(max = requestsMax) {
  let inside = 0;
  return (request: GatewayRequest, response: GatewayResponse, next: (error?: unknown) => void): void => {
    if (pathOf(request) === feedPath) return next();
    if (inside >= max) return next(new Overloaded());
    inside += 1;
    response.once('close', () => (inside -= 1));
    next();
  };
}
