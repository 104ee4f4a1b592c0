import type { EndReason } from '@waybill/contracts/codes/end-reasons';
import type { deliveryListInputSchema } from '@waybill/contracts/http/deliveries';
import { encodeTypeId, isTypeId } from '@waybill/decider/type-id';
import type { z } from 'zod';
import { findableTicket } from './delivery-rows.js';

/** What a person may ask deliveries by; the list, its facets, and the jobs over what the list shows. */
export type DeliveryFilter = Omit<z.output<typeof deliveryListInputSchema>, 'limit' | 'cursor'>;

export interface Conditions {
  readonly sql: string;
  readonly values: unknown[];
}

/** A condition of the caller's own: `p` is the place of the value; left out when the value is null or undefined. */
export type Condition = readonly [(p: string) => string, unknown];

const schema = 'rm_deliveries';
/** The columns of every table that lists deliveries. */
const listedColumns = 'id, status, type, connector_id, subscription_id';
/** The one reason of what is suppressed: a word that is another one need not be looked for there. */
const suppressedReason: EndReason = 'suppression_window';
const ended: readonly (string | undefined)[] = ['dead-lettered', 'cancelled'];
const underWay: readonly (string | undefined)[] = ['pending', 'attempting', 'retrying'];

/** The conditions over `rm_deliveries.delivery` for one tenant's filter, and those that the caller adds. */
export function conditionsOf(tenant: string, filter: DeliveryFilter, more: readonly Condition[] = []): Conditions {
  const text = textOf(filter);
  return listed(tenant, filter, [
    [
      (p) => `id in (select id from ${schema}.${tableOf(filter)} where tenant = $1 and status = ${p})`,
      tableOf(filter) === 'delivery' ? undefined : filter.status,
    ],
    [
      (p) => `id in (select id from ${schema}.delivery_ended where tenant = $1 and reason = ${p}
        union all select id from ${schema}.delivery_due where tenant = $1 and reason = ${p}
        union all select id from ${schema}.delivery_suppressed where tenant = $1 and reason = ${p} and ${p} = '${suppressedReason}'
        union all select id from ${schema}.delivery_ticket where tenant = $1 and ticket = ${findableTicket(p)})`,
      text,
    ],
    ...more,
  ]);
}

/**
 * What a filter finds (`listedColumns`), newest first, at most `limit`, as a subquery: from the shortest table that knows it. What is under way, what ended
 * badly and what was suppressed have tables of their own, with indexes that the long table cannot have: an index of a status would make every change of a
 * delivery write to every index of its row.
 */
export function newestOf(
  tenant: string,
  filter: DeliveryFilter,
  limit: number,
  more: readonly Condition[] = [],
): Conditions {
  const text = textOf(filter);
  const { sql, values } = listed(tenant, filter, more);
  const from = (table: string, also = ''): string =>
    `(select ${listedColumns} from ${schema}.${table} where ${sql}${also} order by id desc limit ${limit})`;
  // A handful of deliveries has the notification: the long table finds them at once, and the others do not know it.
  if (text === undefined && (filter.notificationId !== undefined || isTypeId('ntf', wordOf(filter))))
    return { sql: from('delivery'), values };
  if (text === undefined) return { sql: from(tableOf(filter)), values };
  const p = `$${values.push(text)}`;
  const about = filter.status === undefined ? undefined : tableOf(filter);
  const withReason = ['delivery_ended', 'delivery_due', ...(text === suppressedReason ? ['delivery_suppressed'] : [])]
    .filter((table) => about === undefined || about === table)
    .filter(() => filter.notificationId === undefined);
  const branches = [
    ...withReason.map((table) => from(table, ` and reason = ${p}`)),
    ...(filter.notificationId === undefined ? [] : [from('delivery', ` and reason = ${p}`)]),
    from(
      'delivery',
      ` and id in (select id from ${schema}.delivery_ticket where tenant = $1 and ticket = ${findableTicket(p)})`,
    ),
  ];
  return { sql: `(${branches.join(' union ')})`, values };
}

/** The first id that a delivery routed at this moment could have: ids are in order of that time, so a window is a range of them. */
export function firstIdAt(ms: number): string {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(Math.max(0, ms) / 2 ** 32));
  view.setUint32(2, Math.max(0, ms) % 2 ** 32);
  return encodeTypeId('dlv', bytes);
}

/** What every table that lists deliveries has a column for. */
function listed(tenant: string, filter: DeliveryFilter, more: readonly Condition[]): Conditions {
  const conditions = ['tenant = $1'];
  const values: unknown[] = [tenant];
  const word = wordOf(filter);
  const all: readonly Condition[] = [
    // Not a comparison of the column: most rows are delivered, and a planner that knows it expects to find fifty of a rare kind among
    // the newest, and reads a million in vain.
    [
      (p) => (isKindOf(filter) && filter.status === 'delivered' ? `status || '' = ${p}` : `status = ${p}`),
      filter.status,
    ],
    [(p) => `connector_id = ${p}`, filter.connectorId],
    [(p) => `subscription_id = ${p}`, filter.subscriptionId],
    [(p) => `notification_id = ${p}`, filter.notificationId],
    [(p) => `type = ${p}`, filter.type],
    [(p) => `id >= ${p}`, filter.since && firstIdAt(Date.parse(filter.since))],
    [(p) => `id < ${p}`, filter.until && firstIdAt(Date.parse(filter.until))],
    [(p) => `id = ${p}`, isTypeId('dlv', word) ? word : undefined],
    [(p) => `notification_id = ${p}`, isTypeId('ntf', word) ? word : undefined],
    ...more,
  ];
  for (const [sql, value] of all) {
    if (value === undefined || value === null) continue;
    values.push(value);
    conditions.push(sql(`$${values.length}`));
  }
  const kind = ['connectorId', 'subscriptionId', 'type'] as const;
  if (kind.filter((name) => filter[name] !== undefined).length > 1) conditions.push(everMet(conditions, filter));
  return { sql: conditions.join(' and '), values };
}

const isKindOf = ({ connectorId, subscriptionId, type }: DeliveryFilter): boolean =>
  (connectorId ?? subscriptionId ?? type) !== undefined;

/** False at once, before any row is read, when these never met; the conditions are those of the filter, by column. */
function everMet(conditions: readonly string[], { status }: DeliveryFilter): string {
  const also = status === 'suppressed' ? ' and suppressed > 0' : '';
  const about = conditions.filter((sql) => /^(tenant|connector_id|subscription_id|type) = /.test(sql));
  return `exists (select 1 from ${schema}.delivery_kind where ${about.join(' and ')}${also})`;
}

function tableOf({ status }: DeliveryFilter): string {
  if (status === 'suppressed') return 'delivery_suppressed';
  return ended.includes(status) ? 'delivery_ended' : underWay.includes(status) ? 'delivery_due' : 'delivery';
}

function wordOf({ q }: DeliveryFilter): string | undefined {
  return q?.trim() || undefined;
}

/** What is looked for when it is no id: a reason or a ticket, as it is spelled. */
function textOf(filter: DeliveryFilter): string | undefined {
  const word = wordOf(filter);
  return isTypeId('dlv', word) || isTypeId('ntf', word) ? undefined : word;
}
