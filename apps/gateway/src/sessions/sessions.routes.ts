import { sessionEndQuerySchema, sessionSchema } from '@waybill/contracts/http/sessions';
import { route } from '../edge/route.js';

const session = { scope: 'any', resource: 'Session', path: '/v1/session' } as const;

export const sessionRoutes = {
  begin: route({
    ...session,
    method: 'POST',
    does: 'Signs a browser in with the API key of this request: sets a cookie, answers the CSRF token.',
    answer: sessionSchema,
    status: 201,
    shownOnce: ['csrfToken'],
  }),
  get: route({
    ...session,
    method: 'GET',
    does: 'Says who is signed in and what the key allows.',
    answer: sessionSchema,
  }),
  end: route({
    ...session,
    method: 'DELETE',
    does: 'Signs the browser out; with `everywhere` every browser that signed in with the same key.',
    query: sessionEndQuerySchema,
  }),
};
