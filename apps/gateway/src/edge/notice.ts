import type { Transit } from '@waybill/service-kit/transit';
import type { GatewayRequest, GatewayResponse } from './gateway-request.js';

/** Published by the thousands, and no secret of ours is in them. */
const withoutSecrets = '/v1/notifications';

/** Tells of every request that may have brought a secret, once it is answered: those with a body, but for what is published. */
export function notice(secrets: Transit) {
  return (request: GatewayRequest, response: GatewayResponse, next: () => void): void => {
    const { headers, url = '' } = request;
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    if (hasBody && !url.startsWith(withoutSecrets)) response.once('close', () => secrets.came());
    next();
  };
}
