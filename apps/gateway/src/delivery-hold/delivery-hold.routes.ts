import { deliveryHoldBodySchema, deliveryHoldSchema } from '@waybill/contracts/http/delivery-hold';
import { route } from '../edge/route.js';

const hold = { resource: 'Delivery', path: '/v1/delivery-hold', answer: deliveryHoldSchema } as const;

export const deliveryHoldRoutes = {
  get: route({
    ...hold,
    scope: 'read',
    method: 'GET',
    does: 'Says whether deliveries leave, or since when and why not.',
  }),
  place: route({
    ...hold,
    scope: 'admin',
    method: 'POST',
    does: 'Holds all deliveries of all tenants: what comes is recorded and accepted, and nothing is sent.',
    body: deliveryHoldBodySchema,
  }),
  release: route({
    ...hold,
    scope: 'admin',
    method: 'POST',
    path: '/v1/delivery-hold/release',
    does: 'Releases all deliveries; who did stands in the log before the first of them leaves.',
  }),
};
