import { statsInputSchema } from '@waybill/contracts/http/stats';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { firstIdAt } from './delivery-filter.js';

type Input = z.output<typeof statsInputSchema>;

const windowMsDefault = 24 * 3_600_000;
/** Points of the series: as many as a chart can show. */
export const pointsMax = 60;

/** Counts and latencies of the deliveries that were routed in a window; ids are in order of that time, so the index finds them. */
export class Stats {
  constructor(private readonly database: DataSource) {}

  async of(tenant: string, input: Input, nowMs: number): Promise<object> {
    const { sinceMs, untilMs } = windowOf(input, nowMs);
    const pointMs = Math.max(1_000, Math.ceil((untilMs - sinceMs) / pointsMax));
    const values = [tenant, firstIdAt(sinceMs), firstIdAt(untilMs), input.connectorId ?? null];
    const [[totals], series, [oldest]] = await Promise.all([
      this.database.query<Totals[]>(totalsSql, values),
      this.database.query<Point[]>(seriesSql, [...values, new Date(sinceMs), pointMs]),
      this.database.query<{ id: string; accepted_at: Date }[]>(oldestSql, [tenant, input.connectorId ?? null]),
    ]);
    return {
      since: new Date(sinceMs).toISOString(),
      until: new Date(untilMs).toISOString(),
      counts: countsOf(totals),
      successRate: rateOf(totals),
      latencyMs: {
        p50: totals?.latency?.[0] ?? null,
        p95: totals?.latency?.[1] ?? null,
        p99: totals?.latency?.[2] ?? null,
      },
      oldestUndelivered:
        oldest === undefined ? null : { deliveryId: oldest.id, since: oldest.accepted_at.toISOString() },
      series: series.map((point) => ({
        at: point.at.toISOString(),
        delivered: Number(point.delivered),
        deadLettered: Number(point.dead_lettered),
        failedAttempts: Number(point.failed_attempts),
      })),
    };
  }
}

/** The window that was asked for; the last day when nothing was said. */
export function windowOf(
  input: { readonly since?: string | undefined; readonly until?: string | undefined },
  nowMs: number,
): { sinceMs: number; untilMs: number } {
  const untilMs = input.until === undefined ? nowMs : Date.parse(input.until);
  return { untilMs, sinceMs: input.since === undefined ? untilMs - windowMsDefault : Date.parse(input.since) };
}

interface Totals extends Readonly<
  Record<'pending' | 'attempting' | 'retrying' | 'delivered' | 'dead_lettered' | 'cancelled', string>
> {
  readonly latency: (number | null)[] | null;
}

interface Point {
  readonly at: Date;
  readonly delivered: string;
  readonly dead_lettered: string;
  readonly failed_attempts: string;
}

/** What was suppressed never became a delivery: subscriptions counts it, and whoever shows the figures asks there. */
function countsOf(totals: Totals | undefined): object {
  const count = (name: keyof Omit<Totals, 'latency'>): number => Number(totals?.[name] ?? 0);
  return {
    pending: count('pending'),
    attempting: count('attempting'),
    retrying: count('retrying'),
    delivered: count('delivered'),
    deadLettered: count('dead_lettered'),
    cancelled: count('cancelled'),
    suppressed: null,
  };
}

function rateOf(totals: Totals | undefined): number | null {
  const delivered = Number(totals?.delivered ?? 0);
  const ended = delivered + Number(totals?.dead_lettered ?? 0) + Number(totals?.cancelled ?? 0);
  return ended === 0 ? null : delivered / ended;
}

const window = `tenant = $1 and id >= $2 and id < $3 and ($4::text is null or connector_id = $4)`;
const countOf = (status: string): string =>
  `count(*) filter (where status = '${status}') as ${status.replace('-', '_')}`;

const totalsSql = `
  select ${['pending', 'attempting', 'retrying', 'delivered', 'dead-lettered', 'cancelled'].map(countOf).join(', ')},
    percentile_cont(array[0.5, 0.95, 0.99]) within group (order by extract(epoch from delivered_at - routed_at)::float8 * 1000) as latency
  from rm_deliveries.delivery where ${window}`;

const seriesSql = `
  select date_bin($6 * interval '1 ms', routed_at, $5::timestamptz) as at, ${countOf('delivered')}, ${countOf('dead-lettered')},
    sum(attempts - (status in ('delivered', 'attempting'))::int) as failed_attempts
  from rm_deliveries.delivery where ${window} group by 1 order by 1`;

const oldestSql = `
  select d.id, d.accepted_at from rm_deliveries.delivery_due due join rm_deliveries.delivery d on d.id = due.id
  where d.tenant = $1 and ($2::text is null or d.connector_id = $2) order by d.id limit 1`;
