import {
  notificationTypeListSchema,
  notificationTypeReadSchema,
  typeGetInputSchema,
  typeListInputSchema,
  typePutBodySchema,
} from '@waybill/contracts/http/notification-types';
import { targetGetInputSchema, targetListSchema, targetSchema } from '@waybill/contracts/http/targets';
import { route } from '../edge/route.js';

const target = { scope: 'read', resource: 'Targets' } as const;
const type = { scope: 'read', resource: 'Notification types' } as const;

export const targetRoutes = {
  list: route({
    ...target,
    method: 'GET',
    path: '/v1/targets',
    does: 'Lists what can be connected.',
    answer: targetListSchema,
  }),
  get: route({
    ...target,
    method: 'GET',
    path: '/v1/targets/{id}',
    does: 'Reads a target with its form, secrets, default templates and help.',
    params: targetGetInputSchema,
    answer: targetSchema,
  }),
  listTypes: route({
    ...type,
    method: 'GET',
    path: '/v1/notification-types',
    does: 'Lists the notification types of the tenant, the built-in ones among them.',
    query: typeListInputSchema,
    answer: notificationTypeListSchema,
  }),
  getType: route({
    ...type,
    method: 'GET',
    path: '/v1/notification-types/{type}',
    does: 'Reads a notification type with its schema and sample.',
    params: typeGetInputSchema,
    answer: notificationTypeReadSchema,
  }),
  putType: route({
    ...type,
    scope: 'manage',
    method: 'PUT',
    path: '/v1/notification-types/{type}',
    does: 'Writes the schema, sample and strictness of a notification type.',
    params: typeGetInputSchema,
    body: typePutBodySchema,
    answer: notificationTypeReadSchema,
  }),
};
