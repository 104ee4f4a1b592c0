import { isBy } from '@waybill/contracts/http/moment';
import type { Connector } from '@waybill/contracts/http/connectors';
import type { ListPage } from '@waybill/contracts/http/lists';
import { Refused } from '@waybill/decider/decider';
import type { EventLog } from '@waybill/event-log/log';
import { connectorStream } from '../handle-connector.js';
import type { ConnectorList, ConnectorQuery } from './connector-list.js';
import { type ViewedEvent, viewOf } from './connector-view.js';

/** What of a stream was recorded by a moment. */
export function until<Event extends ViewedEvent & { readonly position: number }>(
  history: readonly Event[],
  at: string,
): Event[] {
  return history.filter((event) => isBy(event, at));
}

/**
 * A page of a tenant's connectors as they were at a moment, each folded from its stream: no copy of the past is kept. Holds fewer than
 * `limit` where some were not there then or do not fit the filters; the cursor goes on all the same.
 */
export async function connectorsThen(
  list: ConnectorList,
  log: EventLog,
  tenant: string,
  query: ConnectorQuery & { readonly at: string },
): Promise<ListPage<Connector>> {
  const { items, nextCursor } = await list.everyId(tenant, query);
  const histories = await log.readStreams(items.map(({ id }) => connectorStream(id)));
  const then = items.flatMap(({ id }) => presentOf(until(histories.get(connectorStream(id)) ?? [], query.at)));
  return { items: then.filter((connector) => fits(connector, query)), nextCursor };
}

function presentOf(history: readonly ViewedEvent[]): Connector[] {
  try {
    return [viewOf(history)];
  } catch (error) {
    // Not made yet, or deleted by then.
    if (error instanceof Refused) return [];
    throw error;
  }
}

function fits(connector: Connector, { target, status, q }: ConnectorQuery): boolean {
  return (
    (target === undefined || connector.target === target) &&
    (status === undefined || connector.status === status) &&
    (q === undefined || connector.id === q || connector.name.toLowerCase().includes(q.toLowerCase()))
  );
}
