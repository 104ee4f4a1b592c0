import { decodeCursor, encodeCursor, type ListPage } from '@waybill/contracts/http/lists';
import type { Subscription, subscriptionListInputSchema } from '@waybill/contracts/http/subscriptions';
import { Refused } from '@waybill/decider/decider';
import type { SubscriptionState } from '@waybill/subscription/subscription';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { subscriptionView } from './subscription-view.js';

/** A tenant's subscriptions, newest first: ids are UUIDv7, so their order is that of creation. Deleted ones are gone from here. */
export class SubscriptionList {
  constructor(
    private readonly database: DataSource,
    /** Resolves when the rows are current: what was just written must not be missing. */
    private readonly whenCurrent: () => Promise<void>,
  ) {}

  async page(tenant: string, input: z.output<typeof subscriptionListInputSchema>): Promise<ListPage<Subscription>> {
    await this.whenCurrent();
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
