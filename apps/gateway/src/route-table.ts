import { apiKeyRoutes } from './api-keys/api-keys.routes.js';
import { connectorRoutes } from './connectors/connectors.routes.js';
import { consoleRoutes } from './console/console.routes.js';
import { deliveryRoutes, jobRoutes } from './deliveries/deliveries.routes.js';
import { deliveryHoldRoutes } from './delivery-hold/delivery-hold.routes.js';
import { doctorRoutes } from './doctor/doctor.routes.js';
import { documentRoutes } from './documents/documents.routes.js';
import type { Route } from './edge/route.js';
import { liveRoutes } from './live/live.routes.js';
import { logRoutes } from './log/log.routes.js';
import { replayRoutes } from './log/replay.routes.js';
import { shreddingRoutes } from './log/shredding.routes.js';
import { notificationRoutes } from './notifications/notifications.routes.js';
import { sessionRoutes } from './sessions/sessions.routes.js';
import { subscriptionRoutes } from './subscriptions/subscriptions.routes.js';
import { targetRoutes } from './targets/targets.routes.js';
import { tenantRoutes } from './tenants/tenants.routes.js';
import { whyRoutes } from './why/why.routes.js';

/** Every route of the API. What is not here does not exist: the guard, the OpenAPI document and the tests read this table. */
export const routeTable: readonly Route[] = [
  targetRoutes,
  sessionRoutes,
  tenantRoutes,
  apiKeyRoutes,
  connectorRoutes,
  subscriptionRoutes,
  notificationRoutes,
  deliveryRoutes,
  jobRoutes,
  deliveryHoldRoutes,
  whyRoutes,
  logRoutes,
  replayRoutes,
  shreddingRoutes,
  liveRoutes,
  doctorRoutes,
  documentRoutes,
  consoleRoutes,
].flatMap((room) => Object.values(room) as Route[]);

const patterns = routeTable.map((bound) => ({
  method: bound.method,
  pattern: new RegExp(`^${bound.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
}));

/** The methods that a path answers; empty for a path that does not exist. */
export function methodsOf(path: string): string[] {
  return [...new Set(patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))];
}
