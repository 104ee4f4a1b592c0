import { createServer, type RequestListener } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import {
  headersMax,
  headersTimeoutMs,
  requestsPerSocketMax,
  requestTimeoutMs,
  timeoutsLookedAtEveryMs,
} from '../config.js';

/**
 * Express over an HTTP server that has our bounds from its making. Set on one that is made already, the timeouts are looked at every half
 * minute only: a head of ten seconds was cut after forty.
 */
export class BoundedAdapter extends ExpressAdapter {
  override initHttpServer(): void {
    const server = createServer(
      {
        headersTimeout: headersTimeoutMs,
        requestTimeout: requestTimeoutMs,
        connectionsCheckingInterval: timeoutsLookedAtEveryMs,
      },
      this.getInstance<RequestListener>(),
    );
    server.maxRequestsPerSocket = requestsPerSocketMax;
    server.maxHeadersCount = headersMax;
    this.setHttpServer(server);
  }
}
