import { decodeCursor, encodeCursor, type ListPage } from '@waybill/contracts/http/lists';
import type { Subscription, subscriptionListInputSchema } from '@waybill/contracts/http/subscriptions';
import { Refused } from '@waybill/decider/decider';
import type { EventLog } from '@waybill/event-log/log';
import type { SubscriptionState } from '@waybill/subscription/subscription';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { stateThen } from '../handle-subscription.js';
import { subscriptionView } from './subscription-view.js';

type Query = z.output<typeof subscriptionListInputSchema>;

/** A tenant's subscriptions, newest first: ids are UUIDv7, so their order is that of creation. Deleted ones are shown to who looks back. */
export class SubscriptionList {
  constructor(
    private readonly database: DataSource,
    /** Resolves when the rows are current: what was just written must not be missing. */
    private readonly whenCurrent: () => Promise<void>,
    private readonly log: Pick<EventLog, 'readStreams'>,
  ) {}

  async page(tenant: string, input: Query): Promise<ListPage<Subscription>> {
    await this.whenCurrent();
    if (input.at !== undefined) return this.pageThen(tenant, { ...input, at: input.at });
    const rows = await this.database.query<{ id: string; version: number; state: SubscriptionState }[]>(
      `select id, version, state from rm_routing_state.subscription
       where tenant = $1 and status <> 'deleted' and ($2::text is null or id < $2) and ($3::text is null or $3 = any(connector_ids))
         and ($4::text is null or $4 = any(types)) and ($5::text is null or name ilike $5 or id = $6)
       order by id desc limit $7`,
      [
        tenant,
        cursorId(input.cursor),
        input.connectorId ?? null,
        input.type ?? null,
        likeText(input.q),
        input.q ?? null,
        input.limit + 1,
      ],
    );
    const shown = rows.slice(0, input.limit);
    const last = shown.at(-1);
    return {
      items: shown.map((row) => subscriptionView(tenant, { ...row, position: 0 })),
      nextCursor: rows.length > input.limit && last ? encodeCursor([last.id]) : null,
    };
  }

  /**
   * A page as it was at a moment, each folded from its stream: no copy of the past is kept. Holds fewer than `limit` where some were not
   * there then or do not fit the filters; the cursor goes on all the same.
   */
  private async pageThen(tenant: string, input: Query & { at: string }): Promise<ListPage<Subscription>> {
    const rows = await this.database.query<{ id: string }[]>(
      `select id from rm_routing_state.subscription where tenant = $1 and ($2::text is null or id < $2) order by id desc limit $3`,
      [tenant, cursorId(input.cursor), input.limit + 1],
    );
    const asked = rows.slice(0, input.limit);
    const histories = await this.log.readStreams(asked.map(({ id }) => `subscription-${id}`));
    const then = asked
      .map(({ id }) => stateThen(histories.get(`subscription-${id}`) ?? [], input.at))
      .filter(({ state }) => state.status === 'enabled' || state.status === 'disabled')
      .map((loaded) => subscriptionView(tenant, loaded));
    const last = asked.at(-1);
    return {
      items: then.filter((subscription) => fits(subscription, input)),
      nextCursor: rows.length > input.limit && last ? encodeCursor([last.id]) : null,
    };
  }
}

function fits(subscription: Subscription, { connectorId, type, q }: Query): boolean {
  const { id, name, connectorIds, types } = subscription;
  return (
    (connectorId === undefined || connectorIds.includes(connectorId)) &&
    (type === undefined || types.includes(type)) &&
    (q === undefined || id === q || name.toLowerCase().includes(q.toLowerCase()))
  );
}

/** The id in a cursor, null for none; refuses a cursor that is not ours. */
export function cursorId(cursor: string | null | undefined): string | null {
  if (cursor === null || cursor === undefined) return null;
  const id = decodeCursor(cursor)?.[0];
  if (typeof id !== 'string') throw new Refused('validation_failed', 'The cursor is none of ours.', '/cursor');
  return id;
}

/** A part of a text as a pattern that means exactly these characters; null for none. */
export function likeText(part: string | undefined): string | null {
  return part === undefined || part === '' ? null : `%${part.replace(/[\\%_]/g, '\\$&')}%`;
}
