import { deliveryIdSchema } from '@waybill/contracts/http/fields';
import { replayedSchema, replayQuerySchema } from '@waybill/contracts/http/replay';
import { z } from 'zod';
import { route } from '../edge/route.js';

export const replayRoutes = {
  attempt: route({
    scope: 'audit',
    resource: 'Deliveries',
    method: 'GET',
    path: '/v1/deliveries/{id}/replay',
    does: 'Makes the request of a past attempt once more out of the logs and compares it with the recorded digest; sends nothing.',
    params: z.strictObject({ id: deliveryIdSchema }),
    query: replayQuerySchema,
    answer: replayedSchema,
  }),
};
