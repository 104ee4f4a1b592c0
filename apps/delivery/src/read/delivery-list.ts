import type { Delivery, deliveryListInputSchema } from '@waybill/contracts/http/deliveries';
import { decodeCursor, encodeCursor, type ListPage } from '@waybill/contracts/http/lists';
import { Refused } from '@waybill/decider/decider';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';

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
}

/** The explorer's list, newest first: ids are in order of time, so the id of the last row is the cursor. */
export class DeliveryList {
  constructor(private readonly database: DataSource) {}

  async page(tenant: string, input: Input): Promise<ListPage<unknown>> {
    const conditions = ['tenant = $1'];
    const values: unknown[] = [tenant];
    const where = (sql: (parameter: string) => string, value: unknown): void => {
      if (value === undefined || value === null) return;
      values.push(value);
      conditions.push(sql(`$${values.length}`));
    };
    where((p) => `id < ${p}`, cursorOf(input.cursor));
    where((p) => `status = ${p}${byStatus(input.status)}`, input.status);
    where((p) => `connector_id = ${p}`, input.connectorId);
    where((p) => `subscription_id = ${p}`, input.subscriptionId);
    where((p) => `notification_id = ${p}`, input.notificationId);
    where((p) => `type = ${p}`, input.type);
    where((p) => `accepted_at >= ${p}`, input.since);
    where((p) => `accepted_at < ${p}`, input.until);
    where((p) => `(id = ${p} or notification_id = ${p} or reason = ${p} or ticket = ${p})`, input.q?.trim() || undefined);
    values.push(input.limit + 1);
    const sql = `select * from rm_deliveries.delivery where ${conditions.join(' and ')} order by id desc limit $${values.length}`;
    const rows = await this.database.query<Row[]>(sql, values);
    const items = rows.slice(0, input.limit);
    const last = items.at(-1);
    return { items: items.map(itemOf), nextCursor: rows.length > input.limit && last ? encodeCursor([last.id]) : null };
  }
}

/** What is under way stands in the due table and what failed in one of its own; both are short where the list is long. */
function byStatus(status: Input['status']): string {
  if (status === 'dead-lettered' || status === 'cancelled') {
    return ` and id in (select id from rm_deliveries.delivery_ended where tenant = $1 and status = '${status}')`;
  }
  const underWay = status === 'pending' || status === 'attempting' || status === 'retrying';
  return underWay ? ' and id in (select id from rm_deliveries.delivery_due)' : '';
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
    receipt: row.ticket === null && row.url === null ? null : { ...(row.ticket === null ? {} : { ticket: row.ticket }), ...(row.url === null ? {} : { url: row.url }) },
    attemptCount: row.attempts,
    acceptedAt: row.accepted_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
