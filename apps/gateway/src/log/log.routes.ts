import { logNameSchema } from '@waybill/contracts/http/fields';
import { logEventsQuerySchema, logEventsSchema, logHeadSchema } from '@waybill/contracts/http/log';
import {
  consistencyQuerySchema,
  consistencySchema,
  exportQuerySchema,
  proofQuerySchema,
  verifiedSchema,
  verifyBodySchema,
} from '@waybill/contracts/http/log-proofs';
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
  checkpoint: route({
    ...audit,
    path: '/v1/log/{log}/checkpoint',
    does: 'Reads the newest signed checkpoint of a log, a C2SP signed note.',
    media: 'text/plain',
  }),
  proof: route({
    ...audit,
    path: '/v1/log/{log}/proof',
    does: 'Proves that an event is in the newest checkpoint (c2sp.org/tlog-proof@v1).',
    query: proofQuerySchema,
    media: 'text/plain',
  }),
  consistency: route({
    ...audit,
    path: '/v1/log/{log}/consistency',
    does: 'Proves that the log of a later size extends the one of an earlier size (RFC 9162).',
    query: consistencyQuerySchema,
    answer: consistencySchema,
  }),
  export: route({
    ...audit,
    path: '/v1/log/{log}/export',
    does: "Exports the tenant's events with their proofs as a tar that is checked without this server.",
    query: exportQuerySchema,
    media: 'application/x-tar',
  }),
  verify: route({
    ...audit,
    method: 'POST',
    path: '/v1/log/{log}/verify',
    does: 'Hashes the stored events of a range again and compares them with what the notary signed.',
    body: verifyBodySchema,
    answer: verifiedSchema,
  }),
};
