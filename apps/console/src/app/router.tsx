import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { rememberCsrfToken, whenSignedOut } from '../api/client';
import { ProblemError } from '../api/problem';
import { sessionQuery } from '../api/queries';
import { Home } from '../home/home';
import { SignIn } from '../sign-in/sign-in';
import { sessionEnded } from '../sign-in/sign-in-again';
import { NotFound } from './not-found';
import { PageFault } from './page-fault';
import { queryClient } from './query-client';
import { parseAddress, readSearch, type Search, writeAddress } from './search';
import { Shell } from './shell';

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: PageFault,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { from?: string } =>
    // Only a path of ours: a link must not send people elsewhere after they have signed in.
    typeof search['from'] === 'string' && /^\/(?!\/)/.test(search['from']) ? { from: search['from'] } : {},
  component: SignIn,
});

/** Every page behind the sign-in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery).catch((error: unknown) => {
      if (error instanceof ProblemError && error.problem.status === 401)
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- how this router is told to go elsewhere
        throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { from: location.href } });
      throw error;
    });
    rememberCsrfToken(session.csrfToken);
  },
});

const loaders: (() => Promise<unknown>)[] = [];

const page = <const P extends string>(path: P, load: () => Promise<Record<string, unknown>>, name: string) => {
  loaders.push(load);
  return createRoute({
    getParentRoute: () => inside,
    path,
    validateSearch: (search: Record<string, unknown>): Search => readSearch(search),
    component: lazyRouteComponent(load as () => Promise<Record<string, () => React.ReactNode>>, name),
  });
};

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  validateSearch: (search: Record<string, unknown>): Search => readSearch(search),
  component: Home,
});

const pages = [
  home,
  page('/connectors', () => import('../connectors/connector-list'), 'ConnectorList'),
  page('/connectors/new', () => import('../connectors/connector-wizard'), 'ConnectorWizard'),
  page('/connectors/$id', () => import('../connectors/connector-page'), 'ConnectorPage'),
  page('/subscriptions', () => import('../subscriptions/subscription-list'), 'SubscriptionList'),
  page('/subscriptions/new', () => import('../subscriptions/subscription-new'), 'SubscriptionNew'),
  page('/subscriptions/$id', () => import('../subscriptions/subscription-page'), 'SubscriptionPage'),
  page('/deliveries', () => import('../deliveries/delivery-explorer'), 'DeliveryExplorer'),
  page('/deliveries/$id', () => import('../deliveries/delivery-page'), 'DeliveryPage'),
  page('/redeliveries/new', () => import('../redeliveries/redelivery-new'), 'RedeliveryNew'),
  page('/jobs', () => import('../redeliveries/job-list'), 'JobList'),
  page('/jobs/$id', () => import('../redeliveries/job-page'), 'JobPage'),
  page('/dead-letters', () => import('../dead-letters/dead-letters'), 'DeadLetters'),
  page('/notifications', () => import('../notifications/notification-list'), 'NotificationList'),
  page('/notifications/$id', () => import('../notifications/notification-page'), 'NotificationPage'),
  page('/audit', () => import('../audit/audit-log'), 'AuditLog'),
  page('/past', () => import('../past/past'), 'Past'),
  page('/keys', () => import('../keys/api-keys'), 'ApiKeys'),
  page('/doctor', () => import('../doctor/doctor'), 'Doctor'),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([signIn, inside.addChildren([...pages])]),
  parseSearch: parseAddress,
  stringifySearch: writeAddress,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultNotFoundComponent: NotFound,
});

/** Behind the first screen: with the code of all pages at hand, a network that is away, or a newer console on the server, breaks no click. */
const pagesAfterMs = 4_000;
setTimeout(() => void Promise.allSettled(loaders.map((load) => load())), pagesAfterMs);

// Where a page is open, it stays: the sign-in comes over it. The way to a page asks for the session itself, and goes to the sign-in.
whenSignedOut(() =>
  sessionEnded(router.state.matches.some(({ routeId, status }) => routeId === '/inside' && status === 'success')),
);

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
