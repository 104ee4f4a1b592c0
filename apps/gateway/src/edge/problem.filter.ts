import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { Problem } from '@waybill/contracts/problem';
import type { Log } from '@waybill/service-kit/logger';
import { isExpected, problem, problemOf } from '@waybill/service-kit/problems';
import { type GatewayRequest, type GatewayResponse, pathOf } from './gateway-request.js';

/** Finds the methods that a path does know, so that a wrong method is told from a wrong path. */
export type MethodsOf = (path: string) => string[];

/** Every error of every path, also of paths that do not exist and bodies that could not be read, as problem+json (RFC 9457). */
@Catch()
export class HttpProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Log,
    private readonly methodsOf: MethodsOf,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<GatewayRequest>();
    const response = host.switchToHttp().getResponse<GatewayResponse>();
    const said = this.problemOf(error, request);
    if (said.status === 500)
      this.log.error({ err: error, requestId: request.requestId, path: pathOf(request) }, 'http.defect');
    // Too late to say anything: cutting the connection is the only honest end of half an answer.
    if (response.headersSent) return void response.destroy();
    writeProblem(response, said);
    if (said.code === 'method_not_allowed') response.setHeader('Allow', this.methodsOf(pathOf(request)).join(', '));
    response.send(JSON.stringify(said));
  }

  private problemOf(error: unknown, request: GatewayRequest): Problem {
    const more = { requestId: request.requestId, instance: pathOf(request) };
    if (isExpected(error)) return { ...problemOf(error, request.requestId), instance: more.instance };
    const status = statusOf(error);
    if (status === 404) {
      const others = this.methodsOf(pathOf(request));
      if (others.length > 0) return problem('method_not_allowed', `Here are ${others.join(', ')}.`, more);
      return problem('not_found', 'There is nothing under this path.', more);
    }
    const [code, detail] = readingFaults[status] ?? [];
    if (code !== undefined) return problem(code, detail, more);
    return { ...problemOf(error, request.requestId), instance: more.instance };
  }
}

/** What reading a request can fail with before our own code sees it: Nest, the router and the body parser throw numbers. */
const readingFaults: Record<number, [code: string, detail: string]> = {
  400: ['malformed', 'The request could not be read.'],
  413: ['body_too_large', 'A body is at most 512 KiB.'],
  415: ['unsupported_media_type', 'Send the body as application/json in UTF-8, without a content encoding.'],
};

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const { status } = (error ?? {}) as { status?: unknown };
  return typeof status === 'number' ? status : 500;
}

function writeProblem(response: GatewayResponse, said: Problem): void {
  response.status(said.status);
  response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  if (said.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="waybill"');
  if (said.retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(said.retryAfterSeconds));
}
