import { sessionCookie } from '@waybill/contracts/http/sessions';
import { problemSchema } from '@waybill/contracts/problem';
import { z } from 'zod';
import type { Route } from '../edge/route.js';
import { type JsonSchema, SchemaWriter } from './schema-names.js';

export const apiVersion = '1.0.0';

/** Headers that a route takes or gives besides what every route does. */
const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'The same key with the same request gets the same answer for 24 hours; with another request it is refused.',
  schema: { type: 'string', maxLength: 255 },
};
const ifMatch = {
  name: 'If-Match',
  in: 'header',
  required: true,
  description: 'The ETag that was read; 412 when it is stale, 428 when it is absent.',
  schema: { type: 'string' },
};
const lastEventId = {
  name: 'Last-Event-ID',
  in: 'header',
  description: 'Resumes after this place, such as subscriptions-0:30,delivery-0:812.',
  schema: { type: 'string' },
};

/** The HTTP API as OpenAPI 3.1, out of the same table and schemas that answer requests. */
export function openApi(table: readonly Route[]): JsonSchema {
  const writer = new SchemaWriter();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of table) {
    const operations = (paths[route.path] ??= {});
    operations[route.method.toLowerCase()] = operationOf(route, writer);
  }
  writer.addFilter();
  return {
    openapi: '3.1.0',
    info: {
      title: 'Waybill',
      version: apiVersion,
      summary:
        'Delivers notifications to the tools people work in, and keeps a record of every one that can be checked.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }, { session: [] }],
    tags: [...new Set(table.map(({ resource }) => resource))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', bearerFormat: 'wb_…' },
        // Browsers that signed in with a key; every method but GET needs the header Waybill-Csrf too.
        session: { type: 'apiKey', in: 'cookie', name: sessionCookie },
      },
      responses: { Problem: problemResponse(writer) },
      schemas: writer.components,
    },
  };
}

function operationOf(route: Route, writer: SchemaWriter): JsonSchema {
  const isPublic = route.scope === 'public';
  return {
    operationId: operationId(route),
    tags: [route.resource],
    summary: route.does,
    description: isPublic
      ? 'Needs no key.'
      : route.scope === 'any'
        ? 'Needs a key of any scope.'
        : `Needs a key with the scope \`${route.scope}\`.`,
    ...(isPublic ? { security: [] } : { 'x-waybill-scope': route.scope }),
    parameters: [
      ...parametersOf(route.params, 'path', writer),
      ...parametersOf(route.query, 'query', writer),
      ...headersOf(route),
    ],
    ...(route.body === null ? {} : { requestBody: bodyOf(route.body, writer) }),
    responses: {
      [route.status]: answerOf(route, writer),
      ...(isPublic ? {} : { default: { $ref: '#/components/responses/Problem' } }),
    },
  };
}

/** `POST /v1/connectors/{id}/enable` is `postConnectorsByIdEnable`. */
function operationId(route: Route): string {
  const words = route.path.replace(/^\/v1/, '').split(/[/.]/).filter(Boolean);
  const spelled = words.map((word) => {
    const name = word.replace(/^\{(\w+)\}$/, 'by-$1');
    return name
      .split('-')
      .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
      .join('');
  });
  return route.method.toLowerCase() + (spelled.join('') || 'Console');
}

function parametersOf(schema: z.ZodType, place: 'path' | 'query', writer: SchemaWriter): JsonSchema[] {
  const { properties = {}, required = [] } = writer.write(schema, 'input') as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, member]) => {
    const { description, ...rest } = member;
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function headersOf(route: Route): JsonSchema[] {
  return [
    ...(route.method === 'POST' ? [idempotencyKey] : []),
    ...(route.ifMatch ? [ifMatch] : []),
    ...(route.media === 'text/event-stream' ? [lastEventId] : []),
  ];
}

function bodyOf(schema: z.ZodType, writer: SchemaWriter): JsonSchema {
  return { required: true, content: { 'application/json': { schema: writer.write(schema, 'input') } } };
}

function answerOf(route: Route, writer: SchemaWriter): JsonSchema {
  if (route.answer === null && route.status === 204) return { description: 'Done.' };
  const schema = route.answer === null ? {} : writer.write(route.answer, 'output');
  return { description: descriptions[route.status] ?? 'The answer.', content: { [route.media]: { schema } } };
}

const descriptions: Record<number, string> = { 200: 'The answer.', 201: 'Created.', 202: 'Accepted.' };

function problemResponse(writer: SchemaWriter): JsonSchema {
  const schema = writer.write(problemSchema, 'output');
  return {
    description: 'What is wrong, and how to mend it (RFC 9457).',
    content: { 'application/problem+json': { schema } },
  };
}
