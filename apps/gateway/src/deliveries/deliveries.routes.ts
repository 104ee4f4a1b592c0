import {
  cancelBodySchema,
  deliveryFacetsInputSchema,
  deliveryFacetsSchema,
  deliveryListInputSchema,
  deliveryListSchema,
  deliverySchema,
  redeliverBodySchema,
} from '@waybill/contracts/http/deliveries';
import { deliveryIdSchema, jobIdSchema } from '@waybill/contracts/http/fields';
import {
  jobListInputSchema,
  jobListSchema,
  jobSchema,
  redeliveriesAnswerSchema,
  redeliveriesBodySchema,
} from '@waybill/contracts/http/redelivery';
import {
  connectorStatsInputSchema,
  connectorStatsListSchema,
  statsInputSchema,
  statsSchema,
} from '@waybill/contracts/http/stats';
import { momentSchema } from '@waybill/contracts/http/moment';
import { z } from 'zod';
import { route } from '../edge/route.js';

const read = { scope: 'read', resource: 'Deliveries' } as const;
const redeliver = { scope: 'redeliver', resource: 'Deliveries' } as const;
const jobs = { scope: 'redeliver', resource: 'Jobs' } as const;
const id = z.strictObject({ id: deliveryIdSchema });
const jobId = z.strictObject({ id: jobIdSchema });

export const deliveryRoutes = {
  list: route({
    ...read,
    method: 'GET',
    path: '/v1/deliveries',
    does: 'Lists deliveries, newest first.',
    query: deliveryListInputSchema,
    answer: deliveryListSchema,
  }),
  facets: route({
    ...read,
    method: 'GET',
    path: '/v1/deliveries/facets',
    does: 'Counts the deliveries of a filter by status, type, connector and subscription.',
    query: deliveryFacetsInputSchema,
    answer: deliveryFacetsSchema,
  }),
  get: route({
    ...read,
    method: 'GET',
    path: '/v1/deliveries/{id}',
    does: "Reads a delivery with every attempt, the target's own answers and its log events, with `at` as it was then.",
    params: id,
    query: z.strictObject({ at: momentSchema.optional() }),
    answer: deliverySchema,
  }),
  redeliver: route({
    ...redeliver,
    method: 'POST',
    path: '/v1/deliveries/{id}/redeliver',
    does: "Sends again, the same bytes or today's template; the delivery and its webhook-id stay the same.",
    params: id,
    body: redeliverBodySchema,
    answer: deliverySchema,
    status: 202,
  }),
  cancel: route({
    ...redeliver,
    method: 'POST',
    path: '/v1/deliveries/{id}/cancel',
    does: 'Ends a delivery that is still waiting, with a reason.',
    params: id,
    body: cancelBodySchema,
    answer: deliverySchema,
  }),
  stats: route({
    ...read,
    method: 'GET',
    path: '/v1/stats',
    does: 'Counts, success rate, latencies, the oldest undelivered and a series.',
    query: statsInputSchema,
    answer: statsSchema,
  }),
  connectorStats: route({
    ...read,
    method: 'GET',
    path: '/v1/stats/connectors',
    does: 'The same by connector, with the last error, what stands against it now, and a series of each.',
    query: connectorStatsInputSchema,
    answer: connectorStatsListSchema,
  }),
};

export const jobRoutes = {
  redeliverMany: route({
    ...jobs,
    method: 'POST',
    path: '/v1/redeliveries',
    does: 'Sends many again as a job; with dryRun only says how many, to whom and with what risk of duplicates.',
    body: redeliveriesBodySchema,
    answer: redeliveriesAnswerSchema,
    status: 202,
  }),
  list: route({
    ...jobs,
    scope: 'read',
    method: 'GET',
    path: '/v1/jobs',
    does: 'Lists jobs, newest first.',
    query: jobListInputSchema,
    answer: jobListSchema,
  }),
  get: route({
    ...jobs,
    scope: 'read',
    method: 'GET',
    path: '/v1/jobs/{id}',
    does: 'Reads the progress of a job.',
    params: jobId,
    answer: jobSchema,
  }),
  pause: route({
    ...jobs,
    method: 'POST',
    path: '/v1/jobs/{id}/pause',
    does: 'Pauses a job.',
    params: jobId,
    body: z.strictObject({}),
    answer: jobSchema,
  }),
  resume: route({
    ...jobs,
    method: 'POST',
    path: '/v1/jobs/{id}/resume',
    does: 'Goes on with a paused job.',
    params: jobId,
    body: z.strictObject({}),
    answer: jobSchema,
  }),
  cancel: route({
    ...jobs,
    method: 'POST',
    path: '/v1/jobs/{id}/cancel',
    does: 'Ends a job; what it has sent stays sent.',
    params: jobId,
    body: z.strictObject({}),
    answer: jobSchema,
  }),
};
