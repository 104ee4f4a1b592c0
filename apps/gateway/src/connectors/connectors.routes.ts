import {
  connectorCreateSchema,
  connectorFilterFields,
  connectorListSchema,
  connectorPatchSchema,
  connectorSchema,
  connectorWrittenSchema,
} from '@waybill/contracts/http/connectors';
import { connectorIdSchema, reasonSchema } from '@waybill/contracts/http/fields';
import { listFields } from '@waybill/contracts/http/lists';
import { logEventsSchema } from '@waybill/contracts/http/log';
import {
  renderBodySchema,
  renderedSchema,
  testResultSchema,
  testSavedBodySchema,
  testUnsavedBodySchema,
} from '@waybill/contracts/http/render-and-test';
import { momentSchema } from '@waybill/contracts/http/moment';
import { z } from 'zod';
import { route } from '../edge/route.js';

const read = { scope: 'read', resource: 'Connectors' } as const;
const manage = { scope: 'manage', resource: 'Connectors' } as const;
const id = z.strictObject({ id: connectorIdSchema });
const reason = z.strictObject({ reason: reasonSchema.optional() });

export const connectorRoutes = {
  create: route({
    ...manage,
    method: 'POST',
    path: '/v1/connectors',
    does: 'Creates a connector; answers once delivery has it, or after two seconds with "propagated":false.',
    body: connectorCreateSchema,
    answer: connectorWrittenSchema,
    status: 201,
    shownOnce: ['generatedSecrets'],
  }),
  list: route({
    ...read,
    method: 'GET',
    path: '/v1/connectors',
    does: 'Lists connectors, newest first, with `at` as they were then; a page may then hold fewer than `limit`.',
    query: z.strictObject({ ...listFields, ...connectorFilterFields }),
    answer: connectorListSchema,
  }),
  testUnsaved: route({
    ...manage,
    method: 'POST',
    path: '/v1/connectors/test',
    does: 'Really sends with a connector that is not saved; nothing is stored but an audit event.',
    body: testUnsavedBodySchema,
    answer: testResultSchema,
  }),
  get: route({
    ...read,
    method: 'GET',
    path: '/v1/connectors/{id}',
    does: 'Reads a connector, with `at` as it was then; secrets are never returned.',
    params: id,
    query: z.strictObject({ at: momentSchema.optional() }),
    answer: connectorSchema,
  }),
  update: route({
    ...manage,
    method: 'PATCH',
    path: '/v1/connectors/{id}',
    does: 'Changes a connector by JSON merge patch; a secret left out stays.',
    params: id,
    body: connectorPatchSchema,
    answer: connectorWrittenSchema,
    ifMatch: true,
  }),
  delete: route({
    ...manage,
    method: 'DELETE',
    path: '/v1/connectors/{id}',
    does: 'Deletes a connector; what was pending is cancelled visibly.',
    params: id,
    ifMatch: true,
  }),
  enable: route({
    ...manage,
    method: 'POST',
    path: '/v1/connectors/{id}/enable',
    does: 'Lets a connector deliver again.',
    params: id,
    body: reason,
    answer: connectorWrittenSchema,
  }),
  disable: route({
    ...manage,
    method: 'POST',
    path: '/v1/connectors/{id}/disable',
    does: 'Stops a connector; what was pending is cancelled visibly.',
    params: id,
    body: reason,
    answer: connectorWrittenSchema,
  }),
  test: route({
    ...manage,
    method: 'POST',
    path: '/v1/connectors/{id}/test',
    does: 'Really sends with a stored connector, with unsaved changes laid over it where there are some.',
    params: id,
    body: testSavedBodySchema,
    answer: testResultSchema,
  }),
  history: route({
    ...read,
    method: 'GET',
    path: '/v1/connectors/{id}/history',
    does: 'Lists the log events of a connector, newest first.',
    params: id,
    query: z.strictObject(listFields),
    answer: logEventsSchema.pick({ items: true }).extend({ nextCursor: z.string().nullable() }),
  }),
  render: route({
    ...manage,
    method: 'POST',
    path: '/v1/render',
    does: 'Previews what a delivery would send; never sends.',
    body: renderBodySchema,
    answer: renderedSchema,
  }),
};
