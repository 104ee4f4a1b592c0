import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Principal } from '@waybill/contracts/http/api-keys';
import { Refused } from '@waybill/decider/decider';
import { Sessions } from '../sessions/sessions.js';
import type { GatewayRequest } from './gateway-request.js';
import { KnownKeys, sha256Of } from './known-keys.js';
import { opens, type Route, routeKey } from './route.js';

/**
 * The one door of the API, in front of every handler: what has no route has no scope and stays shut, also when somebody forgets.
 * A guard and no middleware, because middleware is bound to paths and paths can be spelled in many ways.
 * A request carries a key, or the cookie of a browser that has signed in with one; where both are, the key counts.
 */
@Injectable()
export class KeyGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(KnownKeys) private readonly keys: KnownKeys,
    @Inject(Sessions) private readonly sessions: Sessions,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = this.reflector.get<Route | undefined>(routeKey, context.getHandler());
    if (route === undefined) throw new Refused('forbidden', 'This path has no scope, so no key opens it.');
    const request = context.switchToHttp().getRequest<GatewayRequest>();
    request.matched = route;
    if (route.scope === 'public') return true;
    const principal = await this.principalOf(request);
    request.principal = principal;
    if (opens(principal.scopes, route.scope)) return true;
    throw new Refused('forbidden', `This needs a key with the scope ${route.scope}.`);
  }

  private async principalOf(request: GatewayRequest): Promise<Principal> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const keyText = bearerOf(authorization);
      request.keySha256 = sha256Of(keyText);
      request.principalNow = () => this.keys.principalOf(keyText);
      return found(await request.principalNow(), 'The API key is unknown, revoked or expired.');
    }
    const session = await this.sessions.of(request);
    if (session === null) throw unauthenticated('Send Authorization: Bearer wb_…, or sign in.');
    request.session = session;
    const { token, keyId, keySha256 } = session;
    request.principalNow = async () =>
      (await this.sessions.find(token, false)) === null ? null : this.keys.principalOfHash(keyId, keySha256);
    return found(await this.keys.principalOfHash(keyId, keySha256), 'The API key of this session is no longer good.');
  }
}

function bearerOf(header: string): string {
  const found = /^Bearer +(\S{1,200})$/i.exec(header);
  if (found?.[1] === undefined) throw unauthenticated('Send Authorization: Bearer wb_….');
  return found[1];
}

function found(principal: Principal | null, otherwise: string): Principal {
  if (principal === null) throw unauthenticated(otherwise);
  return principal;
}

const unauthenticated = (message: string): Refused => new Refused('unauthorized', message);
