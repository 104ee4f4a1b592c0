import type { QueryOf } from '../api/calls';
import type { Delivery } from '../api/shapes';
import type { Search } from '../app/search';

type FilterName = Exclude<keyof QueryOf<'GET /v1/deliveries'>, 'limit' | 'cursor'>;

export const statuses = [
  'pending',
  'attempting',
  'retrying',
  'delivered',
  'dead-lettered',
  'cancelled',
  'suppressed',
] as const satisfies readonly Delivery['status'][];

const names = [
  'status',
  'connectorId',
  'subscriptionId',
  'notificationId',
  'type',
  'since',
  'until',
  'q',
] as const satisfies readonly FilterName[];

const windowsMs: Record<string, number> = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 };

/** The filters of the API out of the address of a page; `last=24h` becomes an absolute time, which is what a copied filter needs. */
export function filtersIn(state: Search, nowMs = Date.now()): Record<FilterName, string | undefined> {
  const filters = Object.fromEntries(names.map((name) => [name, state[name]])) as Record<
    FilterName,
    string | undefined
  >;
  const windowMs = windowsMs[state['last'] ?? ''];
  // To the minute, so that two looks within one are one query.
  if (windowMs !== undefined) filters.since = new Date(Math.floor((nowMs - windowMs) / 60_000) * 60_000).toISOString();
  return filters;
}

export function timesIn(last: string | undefined): { chosen: string } {
  return { chosen: last !== undefined && last in windowsMs ? last : '' };
}
