import { logNameSchema } from '@waybill/contracts/http/fields';
import { logEventsQuerySchema, logEventsSchema, logHeadSchema } from '@waybill/contracts/http/log';
import { z } from 'zod';
import { route } from '../edge/route.js';

const audit = {
  scope: 'audit',
  resource: 'Log',
  method: 'GET',
  params: z.strictObject({ log: logNameSchema }),
} as const;

export const logRoutes = {
  events: route({
    ...audit,
    path: '/v1/log/{log}/events',
    does: "Reads the tenant's events of a log after a position, in order, as they were recorded.",
    query: logEventsQuerySchema,
    answer: logEventsSchema,
  }),
  head: route({
    ...audit,
    path: '/v1/log/{log}/head',
    does: 'Reads the newest position of a log and its root hash.',
    answer: logHeadSchema,
  }),
};
