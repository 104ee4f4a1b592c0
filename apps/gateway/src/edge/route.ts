import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
} from '@nestjs/common';
import type { Scope } from '@waybill/contracts/http/api-keys';
import { z } from 'zod';
import type { GatewayRequest } from './gateway-request.js';

export type RouteMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * One route of the HTTP API. The same object binds the controller's method, says which scope it needs, reads the input
 * and stands in the OpenAPI document, so that none of the four can be forgotten.
 */
export interface Route<P = unknown, Q = unknown, B = unknown> {
  readonly method: RouteMethod;
  /** As in contract.md: `/v1/connectors/{id}`. */
  readonly path: string;
  /** `public` needs no key, `any` takes every good key; every other caller needs a key that holds the scope, or `admin`. */
  readonly scope: Scope | 'public' | 'any';
  /** The thing it is about; chapters of the document. */
  readonly resource: string;
  /** One sentence for people. */
  readonly does: string;
  readonly params: z.ZodType<P>;
  readonly query: z.ZodType<Q>;
  /** null: the route takes no body. */
  readonly body: z.ZodType<B> | null;
  /** null: no content, or `media` says what comes. */
  readonly answer: z.ZodType | null;
  readonly media: string;
  readonly status: number;
  /** `If-Match` must stand in the request (428 without). */
  readonly ifMatch: boolean;
  /** Members of the answer that a replay by `Idempotency-Key` leaves out, because they are secrets. */
  readonly shownOnce: readonly string[];
  /** What is refused when it is read is put on the record of the tenant, as what is refused behind it is. */
  readonly recordsRefusals: boolean;
  /** A request that came out of a delivery (`waybill-hop`) is refused: what it makes would be delivered again. */
  readonly refusesLoops: boolean;
}

type Draft<P, Q, B> = Pick<Route, 'method' | 'path' | 'scope' | 'resource' | 'does'> &
  Partial<Omit<Route, 'params' | 'query' | 'body'>> & {
    params?: z.ZodType<P>;
    query?: z.ZodType<Q>;
    body?: z.ZodType<B>;
  };

type Nothing = Record<string, never>;
const nothing = z.strictObject({}) as unknown as z.ZodType<Nothing>;

/** Completes a route: without a schema there are no parameters, no query, no body and no answer. */
export function route<P = Nothing, Q = Nothing, B = undefined>(draft: Draft<P, Q, B>): Route<P, Q, B> {
  return {
    media: 'application/json',
    status: draft.answer === undefined && draft.media === undefined ? 204 : 200,
    ifMatch: false,
    shownOnce: [],
    recordsRefusals: false,
    refusesLoops: false,
    ...draft,
    answer: draft.answer ?? null,
    params: draft.params ?? (nothing as unknown as z.ZodType<P>),
    query: draft.query ?? (nothing as unknown as z.ZodType<Q>),
    body: draft.body ?? null,
  };
}

export const routeKey = Symbol('route');

/** Makes a controller's method the answer to a route. */
export function On(bound: Route): MethodDecorator {
  const path = bound.path.replaceAll(/\{(\w+)\}/g, ':$1');
  return applyDecorators(
    RequestMapping({ path, method: RequestMethod[bound.method] }),
    SetMetadata(routeKey, bound),
    HttpCode(bound.status),
  );
}

/** Who asks, and by which request; goes into the headers of every rpc. */
export interface Caller {
  readonly tenant: string;
  readonly keyId: string;
  readonly scopes: readonly Scope[];
  readonly requestId: string;
  readonly traceparent: string;
}

/** What a controller's method gets: everything is checked already. */
export interface Asked<R> {
  readonly caller: Caller;
  readonly params: R extends Route<infer P, unknown, unknown> ? P : never;
  readonly query: R extends Route<unknown, infer Q, unknown> ? Q : never;
  readonly body: R extends Route<unknown, unknown, infer B> ? B : never;
  /** The body as it was sent (`{}` when it was empty): for rpc calls that must keep its spelling. */
  readonly bodyText: string;
  /** From `If-Match`; 0 for routes without. */
  readonly ifVersion: number;
  /** null when the header is absent. */
  readonly idempotencyKey: string | null;
}

/** The parameter of a controller's method that takes `Asked`. */
export const Ask = createParamDecorator((_: unknown, context: ExecutionContext): unknown => {
  const { asked } = context.switchToHttp().getRequest<GatewayRequest>();
  if (asked === undefined) throw new Error('a public route has no caller');
  return asked;
});

/** True when these scopes open a route. */
export function opens(scopes: readonly Scope[], scope: Route['scope']): boolean {
  return scope === 'public' || scope === 'any' || scopes.includes(scope) || scopes.includes('admin');
}
