import { route } from '../edge/route.js';

export const consoleRoutes = {
  page: route({
    scope: 'public',
    resource: 'Console',
    method: 'GET',
    path: '/',
    does: 'The console.',
    media: 'text/html',
    status: 200,
  }),
};
