import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { refusalCodes } from '@waybill/contracts/codes/refusal-codes';
import { hopHeader } from '@waybill/contracts/sending/hop-header';
import { Refused } from '@waybill/decider/decider';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { type KeptAnswer, RepeatableRequests } from '../idempotency/repeatable-requests.js';
import type { GatewayRequest, GatewayResponse } from './gateway-request.js';
import { readBody, readIdempotencyKey, readIfMatch, readParams, readQuery } from './read-input.js';
import { RefusedBodies } from './refused-bodies.js';
import type { Asked, Caller, Route } from './route.js';

/** JSON that a service wrote and that must reach the caller as it was spelled. */
export class JsonText {
  constructor(readonly text: string) {}
}

/**
 * Reads the input of a route before its method runs, and writes what it answers: status, ETag, Location, and once only
 * for a request that carries an Idempotency-Key. Public routes write their own answers.
 */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(
    @Inject(RepeatableRequests) private readonly repeatable: RepeatableRequests,
    @Inject(RefusedBodies) private readonly refused: RefusedBodies,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<GatewayRequest>();
    const route = request.matched;
    if (route === undefined || route.scope === 'public') return next.handle();
    const response = context.switchToHttp().getResponse<GatewayResponse>();
    return from(this.answer(route, request, response, () => lastValueFrom(next.handle(), { defaultValue: undefined })));
  }

  private async answer(
    route: Route,
    request: GatewayRequest,
    response: GatewayResponse,
    run: () => Promise<unknown>,
  ): Promise<string | undefined> {
    const asked = await this.read(route, request);
    request.asked = asked;
    if (route.media !== 'application/json') return run() as Promise<undefined>;
    const act = async (): Promise<KeptAnswer> => keptAnswer(route, await run());
    if (asked.idempotencyKey === null) return write(response, await act());
    const bytes = bytesOf(request);
    const told = await this.repeatable.once(
      asked.caller,
      asked.idempotencyKey,
      [request.method ?? '', request.originalUrl, bytes],
      act,
    );
    if (told.replayed) response.setHeader('Idempotency-Replayed', 'true');
    return write(response, told.answer);
  }

  private async read(route: Route, request: GatewayRequest): Promise<Asked<Route>> {
    try {
      return readAsked(route, request);
    } catch (error) {
      if (!route.recordsRefusals) throw error;
      throw await this.refused.recorded(callerOf(request), error, bytesOf(request).length);
    }
  }
}

function bytesOf(request: GatewayRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

function readAsked(route: Route, request: GatewayRequest): Asked<Route> {
  if (route.refusesLoops && request.headers[hopHeader] !== undefined)
    throw new Refused('looped', `${refusalCodes.looped} Take this connector, or what forwards to here, away.`);
  const ifVersion = route.ifMatch ? readIfMatch(request.headers['if-match']) : 0;
  const body =
    route.body === null
      ? { value: undefined, text: '{}' }
      : readBody(route.body, request.body, request.headers['content-type']);
  const key = request.headers['idempotency-key'];
  return {
    caller: callerOf(request),
    params: readParams(route.params, request.params),
    query: readQuery(route.query, request.originalUrl),
    body: body.value,
    bodyText: body.text,
    ifVersion,
    idempotencyKey: route.method === 'POST' ? readIdempotencyKey(Array.isArray(key) ? key[0] : key) : null,
  };
}

function callerOf(request: GatewayRequest): Caller {
  const principal = request.principal;
  if (principal === undefined) throw new Error('the guard lets nobody in without a principal');
  const { requestId, traceparent } = request;
  return { tenant: principal.tenant, keyId: principal.keyId, scopes: principal.scopes, requestId, traceparent };
}

/** Says an answer as text and headers once, so that a replay is the same. */
export function keptAnswer(route: Route, answer: unknown): KeptAnswer {
  const headers: Record<string, string> = {};
  if (answer === undefined || answer === null) return { status: route.status, headers, text: null, textOfReplay: null };
  if (answer instanceof JsonText)
    return { status: route.status, headers, text: answer.text, textOfReplay: answer.text };
  const members = answer as Record<string, unknown>;
  if (Number.isInteger(members['version'])) headers['ETag'] = `"${String(members['version'])}"`;
  if (route.status === 201 && typeof members['id'] === 'string') headers['Location'] = `${route.path}/${members['id']}`;
  const text = JSON.stringify(answer);
  const secret = route.shownOnce.filter((path) => holds(members, path.split('.')));
  const textOfReplay = secret.length === 0 ? text : JSON.stringify(secret.reduce(without, members));
  return { status: route.status, headers, text, textOfReplay };
}

function holds(value: unknown, [name = '', ...rest]: string[]): boolean {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return false;
  return rest.length === 0 || holds((value as Record<string, unknown>)[name], rest);
}

/** A copy without the member at a dotted path. */
function without(members: Record<string, unknown>, path: string): Record<string, unknown> {
  const [name = '', ...rest] = path.split('.');
  const { [name]: gone, ...others } = members;
  if (rest.length === 0 || typeof gone !== 'object' || gone === null) return others;
  return { ...others, [name]: without(gone as Record<string, unknown>, rest.join('.')) };
}

function write(response: GatewayResponse, answer: KeptAnswer): string | undefined {
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  response.status(answer.status);
  if (answer.text === null) return undefined;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  return answer.text;
}
