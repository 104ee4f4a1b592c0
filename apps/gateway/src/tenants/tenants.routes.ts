import {
  tenantCreateSchema,
  tenantCreatedSchema,
  tenantListInputSchema,
  tenantListSchema,
} from '@waybill/contracts/http/tenants';
import { route } from '../edge/route.js';

const tenant = { scope: 'admin', resource: 'Tenants', path: '/v1/tenants' } as const;

export const tenantRoutes = {
  create: route({
    ...tenant,
    method: 'POST',
    does: 'Creates a tenant with its stream; answers a first key and publisher credentials, shown once.',
    body: tenantCreateSchema,
    answer: tenantCreatedSchema,
    status: 201,
    shownOnce: ['apiKey.key', 'publisher.password', 'publisher.natsUrl'],
  }),
  list: route({
    ...tenant,
    method: 'GET',
    does: 'Lists the tenants; outside the home tenant only the own one.',
    query: tenantListInputSchema,
    answer: tenantListSchema,
  }),
};
