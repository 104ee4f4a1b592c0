import { reasonSchema, subscriptionIdSchema } from '@waybill/contracts/http/fields';
import {
  explainBodySchema,
  explanationListSchema,
  explanationSchema,
  subscriptionCreateSchema,
  subscriptionListInputSchema,
  subscriptionListSchema,
  subscriptionPatchSchema,
  subscriptionSchema,
  subscriptionWrittenSchema,
} from '@waybill/contracts/http/subscriptions';
import { momentSchema } from '@waybill/contracts/http/moment';
import { z } from 'zod';
import { route } from '../edge/route.js';

const read = { scope: 'read', resource: 'Subscriptions' } as const;
const manage = { scope: 'manage', resource: 'Subscriptions' } as const;
const id = z.strictObject({ id: subscriptionIdSchema });
const reason = z.strictObject({ reason: reasonSchema.optional() });

export const subscriptionRoutes = {
  create: route({
    ...manage,
    method: 'POST',
    path: '/v1/subscriptions',
    does: 'Creates a subscription.',
    body: subscriptionCreateSchema,
    answer: subscriptionWrittenSchema,
    status: 201,
  }),
  list: route({
    ...read,
    method: 'GET',
    path: '/v1/subscriptions',
    does: 'Lists subscriptions, newest first, with `at` as they were then; a page may then hold fewer than `limit`.',
    query: subscriptionListInputSchema,
    answer: subscriptionListSchema,
  }),
  get: route({
    ...read,
    method: 'GET',
    path: '/v1/subscriptions/{id}',
    does: 'Reads a subscription, with `at` as it was then.',
    params: id,
    query: z.strictObject({ at: momentSchema.optional() }),
    answer: subscriptionSchema,
  }),
  update: route({
    ...manage,
    method: 'PATCH',
    path: '/v1/subscriptions/{id}',
    does: 'Changes a subscription by JSON merge patch; a filter is replaced whole.',
    params: id,
    body: subscriptionPatchSchema,
    answer: subscriptionWrittenSchema,
    ifMatch: true,
  }),
  delete: route({
    ...manage,
    method: 'DELETE',
    path: '/v1/subscriptions/{id}',
    does: 'Deletes a subscription; what was pending is cancelled visibly.',
    params: id,
    ifMatch: true,
  }),
  enable: route({
    ...manage,
    method: 'POST',
    path: '/v1/subscriptions/{id}/enable',
    does: 'Lets a subscription choose notifications again.',
    params: id,
    body: reason,
    answer: subscriptionWrittenSchema,
  }),
  disable: route({
    ...manage,
    method: 'POST',
    path: '/v1/subscriptions/{id}/disable',
    does: 'Stops a subscription; what was pending is cancelled visibly.',
    params: id,
    body: reason,
    answer: subscriptionWrittenSchema,
  }),
  explain: route({
    ...read,
    method: 'POST',
    path: '/v1/subscriptions/{id}/explain',
    does: 'Says whether a subscription would choose a notification, clause by clause.',
    params: id,
    body: explainBodySchema,
    answer: explanationSchema,
  }),
  explainAll: route({
    ...read,
    method: 'POST',
    path: '/v1/explain',
    does: 'Says of every subscription whether it would choose a notification, clause by clause.',
    body: explainBodySchema,
    answer: explanationListSchema,
  }),
};
