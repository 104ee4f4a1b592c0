import { whyInputSchema, whyQuerySchema, whySchema } from '@waybill/contracts/http/why';
import { route } from '../edge/route.js';

export const whyRoutes = {
  why: route({
    scope: 'read',
    resource: 'Why',
    method: 'GET',
    path: '/v1/why/{id}',
    does: 'Explains a notification, delivery, connector, subscription, job or refused notification in words and as data.',
    params: whyInputSchema,
    query: whyQuerySchema,
    answer: whySchema,
  }),
};
