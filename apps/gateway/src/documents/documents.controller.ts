import { Controller, Res } from '@nestjs/common';
import type { GatewayResponse } from '../edge/gateway-request.js';
import { On } from '../edge/route.js';
import { routeTable } from '../route-table.js';
import { asyncApi } from './asyncapi.js';
import { docsPage } from './docs-page.js';
import { documentRoutes } from './documents.routes.js';
import { openApi } from './openapi.js';

/** The contract, as documents for programs and as a page for people; written once, when first asked for. */
@Controller()
export class DocumentsController {
  private readonly texts = new Map<string, string>();

  @On(documentRoutes.openapi)
  openapi(@Res() response: GatewayResponse): void {
    this.send(response, 'application/json; charset=utf-8', 'openapi', () =>
      JSON.stringify(openApi(routeTable), null, 2),
    );
  }

  @On(documentRoutes.asyncapi)
  asyncapi(@Res() response: GatewayResponse): void {
    this.send(response, 'application/json; charset=utf-8', 'asyncapi', () => JSON.stringify(asyncApi(), null, 2));
  }

  @On(documentRoutes.docs)
  docs(@Res() response: GatewayResponse): void {
    this.send(response, 'text/html; charset=utf-8', 'docs', () => docsPage(routeTable));
  }

  private send(response: GatewayResponse, type: string, name: string, write: () => string): void {
    const text = this.texts.get(name) ?? write();
    this.texts.set(name, text);
    response.setHeader('Content-Type', type);
    response.setHeader('Cache-Control', 'no-cache');
    response.status(200).send(text);
  }
}
