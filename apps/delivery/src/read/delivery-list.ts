import type { Delivery, deliveryListInputSchema } from '@waybill/contracts/http/deliveries';
import { decodeCursor, encodeCursor, type ListPage } from '@waybill/contracts/http/lists';
import { Refused } from '@waybill/decider/decider';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { deliveredSpansSql } from './delivery-count.js';
import { newestOf } from './delivery-filter.js';

type Input = z.output<typeof deliveryListInputSchema>;

interface Row {
  readonly id: string;
  readonly notification_id: string;
  readonly type: string;
  readonly connector_id: string;
  readonly connector_version: number | null;
  readonly subscription_id: string;
  readonly status: Delivery['status'];
  readonly reason: string | null;
  readonly next_attempt_at: Date | null;
  readonly ticket: string | null;
  readonly url: string | null;
  readonly attempts: number;
  readonly accepted_at: Date;
  readonly updated_at: Date;
  readonly routed_at: Date;
}

/** The explorer's list, newest first: ids are in order of time, so the id of the last row is the cursor. */
export class DeliveryList {
  constructor(
    private readonly database: DataSource,
    /** Resolves when the rows are current; a list that is late by the pace of its model would deny what a target has got. */
    private readonly whenCurrent: () => Promise<void>,
  ) {}

  async page(tenant: string, input: Input): Promise<ListPage<unknown>> {
    await this.whenCurrent();
    const before = cursorOf(input.cursor);
    const spans = await this.deliveredSpans(tenant, input);
    if (spans?.first === null) return { items: [], nextCursor: null };
    const { sql: found, values } = newestOf(tenant, input, input.limit + 1, [
      [(p) => `id < ${p}`, before],
      [(p) => `id >= ${p}`, spans?.first],
      [(p) => `id < ${p} || '~'`, spans?.last],
    ]);
    const sql = `select d.* from ${found} found join rm_deliveries.delivery d using (id) order by d.id desc limit ${input.limit + 1}`;
    const rows = await this.database.query<Row[]>(sql, values);
    const items = rows.slice(0, input.limit);
    const last = items.at(-1);
    return { items: items.map(itemOf), nextCursor: rows.length > input.limit && last ? encodeCursor([last.id]) : null };
  }

  /** The oldest delivery of the same thing that is not over: this one takes its turn after it. Null where it need not wait. */
  async firstBefore(id: string): Promise<string | null> {
    const [first] = await this.database.query<{ id: string }[]>(firstBeforeSql, [id]);
    return first?.id ?? null;
  }

  /**
   * When something of a kind arrived at all. A connector to which all was sent in vain has a hundred thousand rows that are not
   * delivered, as has a storm that was suppressed, and a list of what is would read each of them. Null where it does not matter.
   */
  private async deliveredSpans(tenant: string, input: Input): Promise<Spans | null> {
    if (input.status !== 'delivered') return null;
    const { sql, values } = deliveredSpansSql(tenant, input);
    const [spans] = await this.database.query<Spans[]>(sql, values);
    return spans ?? null;
  }
}

const firstBeforeSql = `
  select earlier.id from rm_deliveries.delivery_due own join rm_deliveries.delivery_due earlier
    on earlier.connector_id = own.connector_id and earlier.mac = own.mac and earlier.accepted_position < own.accepted_position
  where own.id = $1 and own.mac is not null order by earlier.accepted_position limit 1`;

interface Spans {
  readonly first: string | null;
  readonly last: string | null;
}

function cursorOf(cursor: string | null | undefined): string | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const id = decodeCursor(cursor)?.[0];
  if (typeof id !== 'string') throw new Refused('validation_failed', 'The cursor is none of ours.', '/cursor');
  return id;
}

function itemOf(row: Row): Delivery {
  return {
    id: row.id,
    notificationId: row.notification_id,
    type: row.type,
    connectorId: row.connector_id,
    connectorVersion: row.connector_version,
    subscriptionId: row.subscription_id,
    status: row.status,
    reason: row.reason,
    nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
    receipt:
      row.ticket === null && row.url === null
        ? null
        : { ...(row.ticket === null ? {} : { ticket: row.ticket }), ...(row.url === null ? {} : { url: row.url }) },
    attemptCount: row.attempts,
    acceptedAt: row.accepted_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    routedAt: row.routed_at.toISOString(),
  };
}
