import {
  apiKeyCreatedSchema,
  apiKeyCreateSchema,
  apiKeyListInputSchema,
  apiKeyListSchema,
  apiKeyRevokeInputSchema,
} from '@waybill/contracts/http/api-keys';
import { route } from '../edge/route.js';

const apiKey = { scope: 'admin', resource: 'API keys' } as const;

export const apiKeyRoutes = {
  create: route({
    ...apiKey,
    method: 'POST',
    path: '/v1/api-keys',
    does: 'Creates a key with scopes; the key is shown once.',
    body: apiKeyCreateSchema,
    answer: apiKeyCreatedSchema,
    status: 201,
    shownOnce: ['key'],
  }),
  list: route({
    ...apiKey,
    method: 'GET',
    path: '/v1/api-keys',
    does: 'Lists the keys of the tenant, without the keys themselves.',
    query: apiKeyListInputSchema,
    answer: apiKeyListSchema,
  }),
  revoke: route({
    ...apiKey,
    method: 'DELETE',
    path: '/v1/api-keys/{id}',
    does: 'Revokes a key; it stops working within five seconds.',
    params: apiKeyRevokeInputSchema,
  }),
};
