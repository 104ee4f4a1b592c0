import { whyInputSchema, whySchema } from '@waybill/contracts/http/why';
import { route } from '../edge/route.js';

export const whyRoutes = {
  why: route({
    scope: 'read',
    resource: 'Why',
    method: 'GET',
    path: '/v1/why/{id}',
    does: 'Explains a notification, delivery, connector, subscription or job in words and as data.',
    params: whyInputSchema,
    answer: whySchema,
  }),
};
