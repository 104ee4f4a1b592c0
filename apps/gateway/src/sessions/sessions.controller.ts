import type { TLSSocket } from 'node:tls';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import type { Session } from '@waybill/contracts/http/sessions';
import { Refused } from '@waybill/decider/decider';
import type { GatewayRequest, GatewayResponse } from '../edge/gateway-request.js';
import { Ask, type Asked, type Caller, On } from '../edge/route.js';
import { cookieOf, csrfTokenOf, type OpenSession, Sessions } from './sessions.js';
import { sessionRoutes } from './sessions.routes.js';

type Routes = typeof sessionRoutes;

@Controller()
export class SessionsController {
  constructor(@Inject(Sessions) private readonly sessions: Sessions) {}

  @On(sessionRoutes.begin)
  async begin(
    @Ask() { caller }: Asked<Routes['begin']>,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) response: GatewayResponse,
  ): Promise<Session> {
    const { keySha256 } = request;
    if (keySha256 === undefined) throw new Refused('unauthorized', 'Send Authorization: Bearer wb_… to sign in.');
    const session = await this.sessions.begin(caller.keyId, keySha256);
    response.setHeader('Set-Cookie', cookieOf(session.token, isSecure(request)));
    return shown(caller, session);
  }

  @On(sessionRoutes.get)
  get(@Ask() { caller }: Asked<Routes['get']>, @Req() { session }: GatewayRequest): Session {
    if (session === undefined) throw new Refused('not_found', 'This request carries an API key and no session.');
    return shown(caller, session);
  }

  @On(sessionRoutes.end)
  async end(
    @Ask() { caller, query }: Asked<Routes['end']>,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) response: GatewayResponse,
  ): Promise<void> {
    // With a key alone there is no browser to sign out but those that signed in with it.
    if (query.everywhere === 'true') await this.sessions.endAll(caller.keyId);
    else if (request.session !== undefined) await this.sessions.end(request.session.token);
    response.setHeader('Set-Cookie', cookieOf(null, isSecure(request)));
  }
}

function shown({ tenant, keyId, scopes }: Caller, session: OpenSession): Session {
  return {
    tenant,
    keyId,
    scopes: [...scopes],
    csrfToken: csrfTokenOf(session.token),
    idleEndsAt: new Date(Math.min(session.idleEndsAt.getTime(), session.endsAt.getTime())).toISOString(),
    endsAt: session.endsAt.toISOString(),
  };
}

/** A proxy that ends TLS says so; who lies about it here only makes his own cookie stricter. */
function isSecure(request: GatewayRequest): boolean {
  return (request.socket as TLSSocket).encrypted === true || request.headers['x-forwarded-proto'] === 'https';
}
