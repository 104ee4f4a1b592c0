import {
  legalHoldBodySchema,
  legalHoldSchema,
  shredBodySchema,
  shreddedSchema,
} from '@waybill/contracts/http/shredding';
import { route } from '../edge/route.js';

const admin = { scope: 'admin', resource: 'Payloads', method: 'POST' } as const;

export const shreddingRoutes = {
  shred: route({
    ...admin,
    path: '/v1/shredding',
    does: 'Makes payloads unreadable for ever, of one notification or of all up to a time; the log says so and every proof stays.',
    body: shredBodySchema,
    answer: shreddedSchema,
  }),
  hold: route({
    ...admin,
    path: '/v1/legal-holds',
    does: 'Keeps payloads from being shredded, of one notification or of the whole tenant, or releases them.',
    body: legalHoldBodySchema,
    answer: legalHoldSchema,
  }),
};
