import { type Conditions, type DeliveryFilter, firstIdAt } from './delivery-filter.js';
import { spanLength } from './delivery-rows.js';

export type FacetColumn = 'status' | 'type' | 'connector_id' | 'subscription_id';

/** What every row of the answer has beside its columns. */
export interface CountedRow {
  /** More than can be read in time was in the way: the counts are worth nothing. */
  readonly is_too_much: boolean;
}

const schema = 'rm_deliveries';
/** Rows that are read of what ended badly, and of what is under way. */
export const readMax = 150_000;
/** Rows that are read at each edge of a window; they come out of the long table, which is slower. */
export const edgeMax = 50_000;
/** Behind every id that begins with what stands before it. */
const behind = '~';

/**
 * Counts all that a filter finds, by the columns: what was accepted is counted by span and kind, and so is what was suppressed; what was
 * delivered is the rest, less what ended otherwise and what is under way, which have tables of their own. Only the spans that a window cuts are read row by row. Null
 * for a filter that looks for single deliveries: their number is small, and no kind knows them.
 */
export function countSql(tenant: string, filter: DeliveryFilter, by: readonly FacetColumn[]): Conditions | null {
  if ((filter.q ?? '').trim() !== '' || filter.notificationId !== undefined) return null;
  const values: unknown[] = [tenant];
  const place = (value: unknown): string => `$${values.push(value)}`;
  const about = aboutOf(filter, place);
  const { from, to, edges } = windowOf(filter);
  const [low, high] = [place(from), place(to)];
  const within = `${about} and id >= ${low} and id < ${high}`;
  const counted = (table: string, where: string, rows: number): string => `
    (select status, type, connector_id, subscription_id, count(*) as n from (
      select status, type, connector_id, subscription_id from ${schema}.${table} where ${where} limit ${rows + 1}) r
     group by 1, 2, 3, 4)`;
  const kinds = (status: string, count: string): string => `
    select '${status}' as status, type, connector_id, subscription_id, sum(${count}) as n from ${schema}.delivery_kind
    where ${about} and span >= ${low} and span < ${high} group by 2, 3, 4`;
  const edge = edges.map(([first, last]) =>
    counted('delivery', `${about} and id >= ${place(first)} and id < ${place(last)}`, edgeMax),
  );
  const shown = [...by, ...by.map((column) => `grouping(${column}) as by_${column}`)];
  const sql = `
    with ended as materialized ${counted('delivery_ended', within, readMax)},
    due as materialized ${counted('delivery_due', within, readMax)},
    edge as materialized (${edge.length === 0 ? counted('delivery', 'false', 0) : edge.join(' union all ')}),
    weighed as (
      ${kinds('delivered', 'count - suppressed')} union all ${kinds('suppressed', 'suppressed')} union all ${[...overAndUnder('ended'), ...overAndUnder('due'), 'select * from edge'].join(' union all ')})
    select ${[...shown, 'sum(n) as count', tooMuch].join(', ')}
    from weighed ${filter.status === undefined ? '' : `where status = ${place(filter.status)}`}
    group by grouping sets (${['()', ...by.map((column) => `(${column})`)].join(', ')})
    order by ${['sum(n) desc nulls last', ...by].join(', ')}`;
  return { sql, values };
}

const above = (table: string, rows: number): string => `coalesce((select sum(n) from ${table}), 0) > ${rows}`;
const tooMuch = `${above('ended', readMax)} or ${above('due', readMax)} or ${above('edge', edgeMax)} as is_too_much`;

/** Counts under its own status, and takes away from what would else be delivered. */
const overAndUnder = (table: string): string[] => [
  `select * from ${table}`,
  `select 'delivered', type, connector_id, subscription_id, -n from ${table}`,
];

/** The conditions of kind, which every table has the columns for. */
function aboutOf({ connectorId, subscriptionId, type }: DeliveryFilter, place: (value: unknown) => string): string {
  const all = [['connector_id', connectorId], ['subscription_id', subscriptionId], ['type', type]] as const; // prettier-ignore
  const set = all.filter(([, value]) => value !== undefined);
  return ['tenant = $1', ...set.map(([column, value]) => `${column} = ${place(value)}`)].join(' and ');
}

interface Window {
  /** The spans that the window has whole: also the range of the ids in them. */
  readonly from: string;
  readonly to: string;
  /** Ranges of ids in the spans that it cuts. */
  readonly edges: readonly (readonly [string, string])[];
}

/** Cuts a window of time into the spans that are in it as a whole, and what is left at either end. */
export function windowOf({ since, until }: Pick<DeliveryFilter, 'since' | 'until'>): Window {
  const first = since === undefined ? '' : firstIdAt(Date.parse(since));
  const last = until === undefined ? behind : firstIdAt(Date.parse(until));
  if (first >= last) return { from: behind, to: '', edges: [] };
  const [firstSpan, lastSpan] = [first.slice(0, spanLength), last.slice(0, spanLength)];
  if (since !== undefined && firstSpan === lastSpan) return { from: behind, to: '', edges: [[first, last]] };
  const edges: [string, string][] = [];
  if (since !== undefined) edges.push([first, firstSpan + behind]);
  if (until !== undefined) edges.push([lastSpan, last]);
  return { from: since === undefined ? '' : firstSpan + behind, to: until === undefined ? behind : lastSpan, edges };
}

/**
 * The first and the last span in which something of the kinds may have been delivered; nulls where there is none. Of what was not delivered
 * so much is looked at as can be read in time: where there is more, the spans are wider than they need be. What was suppressed is counted
 * beside the kinds, so it is always known; for a filter without a kind that is all that is asked.
 */
export function deliveredSpansSql(tenant: string, filter: DeliveryFilter): Conditions {
  const values: unknown[] = [tenant];
  const about = aboutOf(filter, (value) => `$${values.push(value)}`);
  const isOfKind = (filter.connectorId ?? filter.subscriptionId ?? filter.type) !== undefined;
  const less = (table: string): string =>
    `(select left(id, ${spanLength}), -1 from ${schema}.${table} where ${about} limit ${readMax})`;
  const sql = `
    select min(span) as first, max(span) as last from (
      select span from (
        select span, count - suppressed from ${schema}.delivery_kind where ${about}
        ${isOfKind ? `union all ${less('delivery_ended')} union all ${less('delivery_due')}` : ''}) counted (span, count)
      group by span having sum(count) > 0) spans`;
  return { sql, values };
}
