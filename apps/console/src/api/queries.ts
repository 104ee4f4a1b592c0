import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from './client';
import type { Connector, Job, Subscription } from './shapes';

type Filters = Record<string, string | number | boolean | undefined>;

/** The longest page of the API, and how many of them are read of a list that is shown whole: past it an id stands for itself. */
const namesMax = 200;
const pagesMax = 25;

interface Paged<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

/** A list whole, page by page: who has a thousand connectors looks for one of them, and not of the newest two hundred. */
async function everyPage<T>(page: (cursor: string | null) => Promise<Paged<T>>): Promise<{ items: T[] }> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let read = 0; read < pagesMax; read += 1) {
    const answer: Paged<T> = await page(cursor);
    items.push(...answer.items);
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  return { items };
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => api('GET /v1/session', { signal }),
  staleTime: 60_000,
  retry: false,
});

export const targetsQuery = queryOptions({
  queryKey: ['targets'],
  queryFn: ({ signal }) => api('GET /v1/targets', { signal }),
  staleTime: Infinity,
});

export const typesQuery = queryOptions({
  queryKey: ['types'],
  queryFn: ({ signal }) => api('GET /v1/notification-types', { query: { limit: namesMax }, signal }),
  staleTime: 60_000,
});

export const connectorsQuery = (filters: Filters = {}) =>
  queryOptions({
    queryKey: ['connectors', filters],
    queryFn: ({ signal }) =>
      everyPage((cursor) => api('GET /v1/connectors', { query: { limit: namesMax, cursor, ...filters }, signal })),
  });

export const connectorQuery = (id: string) =>
  queryOptions({
    queryKey: ['connector', id],
    queryFn: ({ signal }) => api('GET /v1/connectors/{id}', { params: { id }, signal }),
  });

export const connectorHistoryQuery = (id: string) =>
  queryOptions({
    queryKey: ['connector', id, 'history'],
    queryFn: ({ signal }) => api('GET /v1/connectors/{id}/history', { params: { id }, query: { limit: 100 }, signal }),
  });

export const subscriptionsQuery = (filters: Filters = {}) =>
  queryOptions({
    queryKey: ['subscriptions', filters],
    queryFn: ({ signal }) =>
      everyPage((cursor) => api('GET /v1/subscriptions', { query: { limit: namesMax, cursor, ...filters }, signal })),
  });

export const subscriptionQuery = (id: string) =>
  queryOptions({
    queryKey: ['subscription', id],
    queryFn: ({ signal }) => api('GET /v1/subscriptions/{id}', { params: { id }, signal }),
  });

export const deliveriesQuery = (filters: Filters, limit = 50) =>
  infiniteQueryOptions({
    queryKey: ['deliveries', filters, limit],
    queryFn: ({ pageParam, signal }) =>
      api('GET /v1/deliveries', { query: { limit, cursor: pageParam, ...filters }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

export const facetsQuery = (filters: Filters) =>
  queryOptions({
    queryKey: ['deliveries', 'facets', filters],
    queryFn: ({ signal }) => api('GET /v1/deliveries/facets', { query: filters, signal }),
    // The counts of the filter before stay until the new ones are there, so that nothing jumps.
    placeholderData: keepPreviousData,
  });

const openStatuses: readonly string[] = ['pending', 'attempting', 'retrying'];

/** Asked again while it is under way, because the feed may begin after the event that ends it. */
export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: ['delivery', id],
    queryFn: ({ signal }) => api('GET /v1/deliveries/{id}', { params: { id }, signal }),
    refetchInterval: ({ state }) => (openStatuses.includes(state.data?.status ?? '') ? 1_500 : false),
  });

export const whyQuery = (id: string) =>
  queryOptions({
    queryKey: ['why', id],
    queryFn: ({ signal }) => api('GET /v1/why/{id}', { params: { id }, signal }),
  });

export const notificationsQuery = (filters: Filters, limit = 50) =>
  infiniteQueryOptions({
    queryKey: ['notifications', filters, limit],
    queryFn: ({ pageParam, signal }) =>
      api('GET /v1/notifications', { query: { limit, cursor: pageParam, ...filters }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

export const notificationQuery = (id: string) =>
  queryOptions({
    queryKey: ['notification', id],
    queryFn: ({ signal }) => api('GET /v1/notifications/{id}', { params: { id }, signal }),
  });

/** Whether deliveries leave; asked on every page. */
export const deliveryHoldQuery = queryOptions({
  queryKey: ['delivery-hold'],
  queryFn: ({ signal }) => api('GET /v1/delivery-hold', { signal }),
  refetchInterval: 15_000,
  retry: false,
});

export const statsQuery = (filters: Filters = {}) =>
  queryOptions({
    queryKey: ['stats', filters],
    queryFn: ({ signal }) => api('GET /v1/stats', { query: filters, signal }),
    refetchInterval: 15_000,
  });

/** How every connector did in the last day, by its id. */
export const connectorStatsQuery = queryOptions({
  queryKey: ['stats', 'connectors'],
  queryFn: ({ signal }) => api('GET /v1/stats/connectors', { signal }),
  refetchInterval: 30_000,
});

export const jobsQuery = (state: Job['state'] | undefined) =>
  infiniteQueryOptions({
    queryKey: ['jobs', state],
    queryFn: ({ pageParam, signal }) => api('GET /v1/jobs', { query: { limit: 50, cursor: pageParam, state }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: 5_000,
  });

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ['job', id],
    queryFn: ({ signal }) => api('GET /v1/jobs/{id}', { params: { id }, signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? 1_000 : 10_000),
  });

export const apiKeysQuery = queryOptions({
  queryKey: ['api-keys'],
  queryFn: ({ signal }) => api('GET /v1/api-keys', { query: { limit: namesMax }, signal }),
});

/** Words for ids, from the two lists that are small enough to read whole. */
export function namesOf(...lists: (readonly (Connector | Subscription)[] | undefined)[]): ReadonlyMap<string, string> {
  return new Map(lists.flatMap((list) => (list ?? []).map(({ id, name }) => [id, name] as const)));
}
