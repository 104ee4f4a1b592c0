import { z } from 'zod';
import { route } from '../edge/route.js';

/** Three logs with a position each, and room to spare. */
const placeLengthMax = 400;

export const liveRoutes = {
  live: route({
    scope: 'read',
    resource: 'Live',
    method: 'GET',
    path: '/v1/live',
    does: "Sends the tenant's log events as they are recorded (server-sent events); Last-Event-ID resumes without a gap.",
    query: z.strictObject({
      after: z
        .string()
        .max(placeLengthMax)
        .optional()
        .describe(
          'An id of this feed, as in Last-Event-ID, for browsers, which cannot send that header when they begin anew',
        ),
    }),
    media: 'text/event-stream',
    status: 200,
  }),
};
