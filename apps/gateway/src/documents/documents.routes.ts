import { route } from '../edge/route.js';

const document = { scope: 'public', resource: 'Documents', method: 'GET', status: 200 } as const;

export const documentRoutes = {
  openapi: route({
    ...document,
    path: '/openapi.json',
    does: 'The HTTP API as OpenAPI 3.1.',
    media: 'application/json',
  }),
  asyncapi: route({
    ...document,
    path: '/asyncapi.json',
    does: 'The subjects of NATS as AsyncAPI 3.',
    media: 'application/json',
  }),
  docs: route({ ...document, path: '/docs', does: 'The HTTP API as a page.', media: 'text/html' }),
};
