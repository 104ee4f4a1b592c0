import { z } from 'zod';
import { scopeSchema } from './api-keys.js';
import { apiKeyIdSchema, tenantIdSchema, timeSchema } from './fields.js';

/** The cookie of a signed-in browser. No script can read it; it travels with requests of our own pages only. */
export const sessionCookie = 'waybill_session';
/** Must stand in every request of a session that is no GET: another site can make a browser send the cookie, but not this. */
export const csrfHeader = 'waybill-csrf';

/** Query of `DELETE /v1/session`. */
export const sessionEndQuerySchema = z.strictObject({
  everywhere: z.enum(['true', 'false']).optional().describe('true: of the same key, in every browser'),
});

/** Answer of `POST` and `GET /v1/session`: who is signed in, what the key allows, and until when. */
export const sessionSchema = z.looseObject({
  tenant: tenantIdSchema,
  keyId: apiKeyIdSchema,
  scopes: z.array(scopeSchema),
  csrfToken: z.string().describe('Goes into the header Waybill-Csrf of every request that is no GET'),
  idleEndsAt: timeSchema.describe('The session ends then unless it is used before'),
  endsAt: timeSchema.describe('The session ends then in any case'),
});
export type Session = z.infer<typeof sessionSchema>;
