import { Reflector } from '@nestjs/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { asyncApi } from './documents/asyncapi.js';
import { docsPage } from './documents/docs-page.js';
import { openApi } from './documents/openapi.js';
import { opens, type Route, routeKey } from './edge/route.js';
import { GatewayModule } from './gateway.module.js';
import { methodsOf, routeTable } from './route-table.js';

/** Section 4 of the contract, written down by hand. */
const contract = `
GET /v1/targets
GET /v1/targets/{id}
GET /v1/notification-types
GET /v1/notification-types/{type}
PUT /v1/notification-types/{type}
POST /v1/session
GET /v1/session
DELETE /v1/session
POST /v1/tenants
GET /v1/tenants
POST /v1/connectors
GET /v1/connectors
POST /v1/connectors/test
GET /v1/connectors/{id}
PATCH /v1/connectors/{id}
DELETE /v1/connectors/{id}
POST /v1/connectors/{id}/enable
POST /v1/connectors/{id}/disable
POST /v1/connectors/{id}/test
GET /v1/connectors/{id}/history
POST /v1/render
POST /v1/subscriptions
GET /v1/subscriptions
GET /v1/subscriptions/{id}
PATCH /v1/subscriptions/{id}
DELETE /v1/subscriptions/{id}
POST /v1/subscriptions/{id}/enable
POST /v1/subscriptions/{id}/disable
POST /v1/subscriptions/{id}/explain
POST /v1/explain
POST /v1/notifications
GET /v1/notifications
GET /v1/notifications/{id}
GET /v1/notifications/{id}/receipt
GET /v1/deliveries
GET /v1/deliveries/facets
GET /v1/deliveries/{id}
POST /v1/deliveries/{id}/redeliver
POST /v1/deliveries/{id}/cancel
POST /v1/redeliveries
GET /v1/jobs
GET /v1/jobs/{id}
POST /v1/jobs/{id}/pause
POST /v1/jobs/{id}/resume
POST /v1/jobs/{id}/cancel
GET /v1/delivery-hold
POST /v1/delivery-hold
POST /v1/delivery-hold/release
GET /v1/stats
GET /v1/stats/connectors
GET /v1/why/{id}
GET /v1/log/{log}/events
GET /v1/log/{log}/head
GET /v1/log/{log}/checkpoint
GET /v1/log/{log}/proof
GET /v1/log/{log}/consistency
GET /v1/log/{log}/export
POST /v1/log/{log}/verify
GET /v1/deliveries/{id}/replay
POST /v1/shredding
POST /v1/legal-holds
GET /v1/live
GET /v1/doctor
POST /v1/api-keys
GET /v1/api-keys
DELETE /v1/api-keys/{id}
GET /openapi.json
GET /asyncapi.json
GET /docs
GET /
`
  .trim()
  .split('\n');

const spelled = (route: Route): string => `${route.method} ${route.path}`;

type Document = {
  paths: Record<string, Record<string, { operationId: string; responses: object; 'x-waybill-scope'?: string }>>;
  components: { schemas: Record<string, object> };
};

describe('the route table', () => {
  it('is the list of the contract', () => {
    expect(routeTable.map(spelled).sort()).toEqual([...contract].sort());
  });

  it('is bound whole: every route has a method of a controller, and every method a route', () => {
    const controllers = Reflect.getMetadata('controllers', GatewayModule) as (new () => object)[];
    const reflector = new Reflector();
    const bound = controllers.flatMap((controller) =>
      Object.getOwnPropertyNames(controller.prototype)
        .filter((name) => name !== 'constructor')
        .map((name) => (controller.prototype as Record<string, unknown>)[name])
        .filter(
          (method): method is () => unknown => typeof method === 'function' && Reflect.hasMetadata('path', method),
        )
        .map((method) => reflector.get<Route | undefined>(routeKey, method)),
    );
    const names = bound.map((route) => (route === undefined ? 'a method without a route' : spelled(route)));
    // The console answers `/` and every other path that is its own.
    expect([...new Set(names)].sort()).toEqual([...contract].sort());
  });

  it('needs If-Match for every change of what has a version', () => {
    const without = routeTable
      .filter(({ method, ifMatch }) => (method === 'PATCH' || method === 'DELETE') && !ifMatch)
      .map(spelled);
    expect(without).toEqual(['DELETE /v1/session', 'DELETE /v1/api-keys/{id}']);
  });

  it('is public nowhere below /v1', () => {
    expect(routeTable.filter(({ path, scope }) => path.startsWith('/v1') && scope === 'public')).toEqual([]);
  });

  it('tells which methods a path answers', () => {
    expect(methodsOf('/v1/connectors/con_1')).toEqual(['GET', 'PATCH', 'DELETE']);
    expect(methodsOf('/v1/nothing')).toEqual([]);
    expect(methodsOf('/openapiXjson')).toEqual([]);
  });

  it('opens with its scope or admin, and with nothing else', () => {
    expect(opens(['read'], 'read')).toBe(true);
    expect(opens(['admin'], 'publish')).toBe(true);
    expect(opens(['manage', 'redeliver', 'publish', 'audit'], 'read')).toBe(false);
    expect(opens([], 'public')).toBe(true);
    expect(opens(['publish'], 'any')).toBe(true);
  });
});

describe('the documents', () => {
  const document = openApi(routeTable) as Document;

  it('have every route with its scope, once', () => {
    const operations = routeTable.map((route) => document.paths[route.path]?.[route.method.toLowerCase()]);
    expect(operations.map((operation) => operation?.['x-waybill-scope'] ?? 'public')).toEqual(
      routeTable.map(({ scope }) => scope),
    );
    const names = operations.map((operation) => operation?.operationId);
    expect(new Set(names).size).toBe(routeTable.length);
  });

  it.each([
    ['OpenAPI', document as object],
    ['AsyncAPI', asyncApi()],
  ])('refer to nothing that is not there: %s', (_, written) => {
    const refs = [...JSON.stringify(written).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(refs.length).toBeGreaterThan(5);
    for (const path of refs) {
      const found = path
        .split('/')
        .reduce<unknown>((node, step) => (node as Record<string, unknown> | undefined)?.[step], written);
      expect([path, typeof found]).toEqual([path, 'object']);
    }
  });

  it('hold schemas that a validator compiles', () => {
    const ajv = new Ajv2020({
      strict: false,
      validateFormats: false,
      schemas: [{ $id: 'doc', components: document.components }],
    });
    for (const name of Object.keys(document.components.schemas)) {
      expect(() => ajv.compile({ $ref: `doc#/components/schemas/${name}` })).not.toThrow();
    }
  });

  it('judge a filter as the grammar does', () => {
    const ajv = new Ajv2020({
      strict: false,
      validateFormats: false,
      schemas: [{ $id: 'doc', components: document.components }],
    });
    const judge = ajv.compile({ $ref: 'doc#/components/schemas/Filter' });
    expect(judge({ and: [{ not: { exists: { source: 'a' } } }, { in: [{ source: 'b' }, ['x']] }] })).toBe(true);
    expect(judge({ like: ['a', 'b'] })).toBe(false);
  });

  it('stand on one page that loads nothing', () => {
    const page = docsPage(routeTable);
    for (const { path } of routeTable) expect(page).toContain(`<code>${path}</code>`);
    expect(page).not.toMatch(/<script|src=|https?:\/\/(?!json-schema)/);
  });
});
