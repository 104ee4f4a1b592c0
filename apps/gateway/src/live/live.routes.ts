import { route } from '../edge/route.js';

export const liveRoutes = {
  live: route({
    scope: 'read',
    resource: 'Live',
    method: 'GET',
    path: '/v1/live',
    does: "Sends the tenant's log events as they are recorded (server-sent events); Last-Event-ID resumes without a gap.",
    media: 'text/event-stream',
    status: 200,
  }),
};
