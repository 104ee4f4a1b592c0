import { decodeCursor, encodeCursor, type ListPage } from '@waybill/contracts/http/lists';
import type { notificationListInputSchema } from '@waybill/contracts/http/notifications';
import type { NotificationRouted } from '@waybill/contracts/log/subscriptions';
import { storableTime } from '@waybill/contracts/text/storable';
import { Refused } from '@waybill/decider/decider';
import type { FoldedEvent, ReadModel, ReadModelClient } from '@waybill/event-log/read-model';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { likeText } from './subscription-list.js';

/** One row a notification; its payload and the whole decision stay in the log. */
export const notificationList: ReadModel = {
  name: 'notification_list',
  version: 3,
  tables: [
    `create table notification (
       position bigint primary key, id text not null, tenant text not null, type text not null, source text not null,
       source_id text not null, time timestamptz not null, recorded_at timestamptz not null, deliveries int not null, suppressed int not null,
       warnings jsonb)`,
  ],
  indexes: [
    // Ids are hashes: an index of them that grows row by row is written all over.
    'create unique index on notification (id)',
    'create index on notification (tenant, position)',
  ],
  categories: ['notification'],
  apply,
};

async function apply(client: ReadModelClient, events: readonly FoldedEvent[]): Promise<void> {
  const routed = events.filter((event) => event.type === 'NotificationRouted');
  if (routed.length === 0) return;
  const data = routed.map((event) => event.data as unknown as NotificationRouted);
  await client.query(
    `insert into notification (position, id, tenant, type, source, source_id, time, recorded_at, deliveries, suppressed, warnings)
     select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[],
       $9::int[], $10::int[], $11::jsonb[])`,
    [
      routed.map((event) => event.position),
      data.map((one) => one.notificationId),
      routed.map((event) => event.tenant),
      data.map((one) => one.type),
      data.map((one) => one.source),
      data.map((one) => one.id),
      data.map((one) => storableTime(one.time)),
      routed.map((event) => event.at),
      data.map((one) => one.chosen.reduce((sum, chosen) => sum + chosen.connectorIds.length, 0)),
      data.map((one) => one.suppressed.reduce((sum, { connectorIds }) => sum + (connectorIds?.length ?? 1), 0)),
      data.map((one) => (one.warnings.length === 0 ? null : JSON.stringify(one.warnings))),
    ],
  );
}

interface Row {
  readonly position: string;
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly source_id: string;
  readonly time: Date;
  readonly recorded_at: Date;
  readonly deliveries: number;
  readonly suppressed: number;
  readonly warnings: NotificationRouted['warnings'] | null;
}

/** A tenant's notifications, newest first, by position. */
export class NotificationList {
  constructor(
    private readonly database: DataSource,
    /** Resolves when the rows are current: what was just written must not be missing. */
    private readonly whenCurrent: () => Promise<void>,
  ) {}

  async page(tenant: string, input: z.output<typeof notificationListInputSchema>): Promise<ListPage<unknown>> {
    await this.whenCurrent();
    const rows = await this.database.query<Row[]>(
      `select * from rm_notification_list.notification
       where tenant = $1 and ($2::bigint is null or position < $2) and ($3::text is null or type = $3)
         and ($4::timestamptz is null or recorded_at >= $4) and ($5::timestamptz is null or recorded_at < $5)
         and ($6::text is null or source ilike $6 or source_id ilike $6 or id = $7)
       order by position desc limit $8`,
      [
        tenant,
        cursorPosition(input.cursor),
        input.type ?? null,
        input.since ?? null,
        input.until ?? null,
        likeText(input.q),
        input.q ?? null,
        input.limit + 1,
      ],
    );
    const shown = rows.slice(0, input.limit);
    const last = shown.at(-1);
    return {
      items: shown.map((row) => itemOf(tenant, row)),
      nextCursor: rows.length > input.limit && last ? encodeCursor([Number(last.position)]) : null,
    };
  }
}

function cursorPosition(cursor: string | null | undefined): number | null {
  if (cursor === null || cursor === undefined) return null;
  const position = decodeCursor(cursor)?.[0];
  if (typeof position !== 'number') throw new Refused('validation_failed', 'The cursor is none of ours.', '/cursor');
  return position;
}

function itemOf(tenant: string, row: Row) {
  return {
    id: row.id,
    tenant,
    type: row.type,
    sourceId: row.source_id,
    source: row.source,
    time: row.time.toISOString(),
    recordedAt: row.recorded_at.toISOString(),
    position: Number(row.position),
    deliveryCount: row.deliveries,
    suppressedCount: row.suppressed,
    warnings: row.warnings ?? [],
  };
}
