import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Refused } from '@waybill/decider/decider';
import type { GatewayRequest } from './gateway-request.js';
import { KnownKeys } from './known-keys.js';
import { opens, type Route, routeKey } from './route.js';

/**
 * The one door of the API, in front of every handler: what has no route has no scope and stays shut, also when somebody forgets.
 * A guard and no middleware, because middleware is bound to paths and paths can be spelled in many ways.
 */
@Injectable()
export class KeyGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(KnownKeys) private readonly keys: KnownKeys,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = this.reflector.get<Route | undefined>(routeKey, context.getHandler());
    if (route === undefined) throw new Refused('forbidden', 'This path has no scope, so no key opens it.');
    const request = context.switchToHttp().getRequest<GatewayRequest>();
    request.matched = route;
    if (route.scope === 'public') return true;
    const principal = await this.keys.principalOf(bearerOf(request.headers.authorization));
    if (principal === null) throw unauthenticated('The API key is unknown, revoked or expired.');
    request.principal = principal;
    if (opens(principal.scopes, route.scope)) return true;
    throw new Refused('forbidden', `This needs a key with the scope ${route.scope}.`);
  }
}

function bearerOf(header: string | undefined): string {
  const found = /^Bearer +(\S{1,200})$/i.exec(header ?? '');
  if (found?.[1] === undefined) throw unauthenticated('Send Authorization: Bearer wb_….');
  return found[1];
}

const unauthenticated = (message: string): Refused => new Refused('unauthorized', message);
