import { Controller, Get, Inject, NotFoundException, Req, Res, SetMetadata } from '@nestjs/common';
import { type GatewayRequest, type GatewayResponse, pathOf } from '../edge/gateway-request.js';
import { On, routeKey } from '../edge/route.js';
import type { ConsoleFile } from './console-files.js';
import { consoleRoutes } from './console.routes.js';

export const consoleToken = Symbol('console');

const absent = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Waybill</title>
<body><h1>Waybill</h1><p>The console is not built here. The API is at <code>/v1</code>, its description at <a href="/docs">/docs</a>.</p></body></html>
`;

/** The console: its files, and its page under every path that a person may have bookmarked. */
@Controller()
export class ConsoleController {
  constructor(@Inject(consoleToken) private readonly files: Map<string, ConsoleFile>) {}

  @On(consoleRoutes.page)
  page(@Req() request: GatewayRequest, @Res() response: GatewayResponse): void {
    this.sendPage(request, response);
  }

  /** Last of all routes: what no other route answers. */
  @Get('*path')
  @SetMetadata(routeKey, consoleRoutes.page)
  file(@Req() request: GatewayRequest, @Res() response: GatewayResponse): void {
    const path = pathOf(request);
    const file = this.files.get(path);
    if (file !== undefined) return send(request, response, file);
    // A view of the console, not a file and not the API: those must say 404.
    const isView = this.files.size > 0 && !/^\/v1(\/|$)/i.test(path) && !path.includes('.') && acceptsHtml(request);
    if (!isView) throw new NotFoundException();
    this.sendPage(request, response);
  }

  private sendPage(request: GatewayRequest, response: GatewayResponse): void {
    const page = this.files.get('/index.html');
    if (page !== undefined) return send(request, response, page);
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.status(200).send(absent);
  }
}

function acceptsHtml(request: GatewayRequest): boolean {
  return (request.headers.accept ?? '').includes('text/html');
}

function takesGzip(request: GatewayRequest): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(String(request.headers['accept-encoding'] ?? ''));
}

function send(request: GatewayRequest, response: GatewayResponse, file: ConsoleFile): void {
  response.setHeader('ETag', file.etag);
  response.setHeader('Cache-Control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (request.headers['if-none-match'] === file.etag) return void response.status(304).end();
  response.setHeader('Content-Type', file.type);
  response.setHeader('Vary', 'Accept-Encoding');
  const packed = takesGzip(request) ? file.gzip : null;
  if (packed !== null) response.setHeader('Content-Encoding', 'gzip');
  response.status(200).send(packed ?? file.bytes);
}
