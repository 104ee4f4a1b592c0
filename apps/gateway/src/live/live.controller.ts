import { Controller, Inject, Injectable, Req, Res } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { Invalid, Overloaded } from '@waybill/service-kit/problems';
import { liveClientsMax } from '../config.js';
import type { GatewayRequest, GatewayResponse } from '../edge/gateway-request.js';
import { Ask, type Asked, On, opens } from '../edge/route.js';
import { natsToken } from '../edge/rpc.js';
import { sendLive } from './live-feed.js';
import { type LivePlace, placeOf } from './live-place.js';
import { liveRoutes } from './live.routes.js';

/** The feeds that are open, so that they can be counted, bounded and ended at drain. */
@Injectable()
export class LiveClients {
  private open = 0;
  private readonly ending = new AbortController();

  get signal(): AbortSignal {
    return this.ending.signal;
  }

  get count(): number {
    return this.open;
  }

  async during(feed: () => Promise<void>): Promise<void> {
    if (this.open >= liveClientsMax) throw new Overloaded('Too many live feeds are open here; ask again in a moment.');
    this.open += 1;
    try {
      await feed();
    } finally {
      this.open -= 1;
    }
  }

  end(): void {
    this.ending.abort();
  }
}

@Controller()
export class LiveController {
  constructor(
    @Inject(natsToken) private readonly nc: NatsConnection,
    @Inject(LiveClients) private readonly clients: LiveClients,
  ) {}

  @On(liveRoutes.live)
  async live(
    @Ask() { caller, query }: Asked<(typeof liveRoutes)['live']>,
    @Req() request: GatewayRequest,
    @Res() response: GatewayResponse,
  ): Promise<void> {
    const place = placeFrom(request.headers['last-event-id'] ?? query.after);
    const mayGoOn = async (): Promise<boolean> => {
      const principal = await request.principalNow?.();
      return principal !== null && principal !== undefined && opens(principal.scopes, liveRoutes.live.scope);
    };
    const { nc } = this;
    await this.clients.during(() =>
      sendLive({ nc, tenant: caller.tenant, place, response, mayGoOn, signal: this.clients.signal }),
    );
  }
}

function placeFrom(header: string | string[] | undefined): LivePlace {
  if (typeof header !== 'string' || header === '') return new Map();
  const place = placeOf(header);
  if (place !== null) return place;
  throw new Invalid([{ pointer: '', code: 'last_event_id_invalid', message: 'Last-Event-ID is no id of this feed.' }]);
}
