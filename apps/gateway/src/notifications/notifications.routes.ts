import { notificationIdSchema } from '@waybill/contracts/http/fields';
import {
  notificationDetailSchema,
  notificationListInputSchema,
  notificationListSchema,
  publishSchema,
  receiptSchema,
} from '@waybill/contracts/http/notifications';
import { z } from 'zod';
import { route } from '../edge/route.js';

const notification = { scope: 'read', resource: 'Notifications' } as const;

export const notificationRoutes = {
  publish: route({
    ...notification,
    scope: 'publish',
    method: 'POST',
    path: '/v1/notifications',
    does: 'Publishes a notification; the answer means that it is on disk and will end with an explanation.',
    body: publishSchema,
    answer: receiptSchema,
    status: 202,
    recordsRefusals: true,
    refusesLoops: true,
  }),
  list: route({
    ...notification,
    method: 'GET',
    path: '/v1/notifications',
    does: 'Lists notifications, newest first.',
    query: notificationListInputSchema,
    answer: notificationListSchema,
  }),
  get: route({
    ...notification,
    method: 'GET',
    path: '/v1/notifications/{id}',
    does: 'Reads a notification with its routing decision and deliveries.',
    params: z.strictObject({ id: notificationIdSchema }),
    answer: notificationDetailSchema,
  }),
  receipt: route({
    ...notification,
    scope: 'publish',
    method: 'GET',
    path: '/v1/notifications/{id}/receipt',
    does: 'Proves that a notification is in the log (c2sp.org/tlog-proof@v1): for its publisher to keep, and to check without this server.',
    params: z.strictObject({ id: notificationIdSchema }),
    media: 'text/plain',
  }),
};
