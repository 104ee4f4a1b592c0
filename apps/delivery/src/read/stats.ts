import { deliveryStatuses } from '@waybill/contracts/http/deliveries';
import { statsInputSchema } from '@waybill/contracts/http/stats';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { firstIdAt } from './delivery-filter.js';
import { spanLength } from './delivery-rows.js';

type Input = z.output<typeof statsInputSchema>;

const windowMsDefault = 24 * 3_600_000;
/** Up to so many deliveries the percentiles are those of each of them; beyond, they are right to half a percent. */
export const exactRowsMax = 100_000;
/** The figures of more than that are kept for so long, and of so many windows. */
const keptMs = 60_000;
const keptMax = 100;
/** Points of the series: as many as a chart can show. */
export const pointsMax = 60;

/** Counts and latencies of the deliveries that were routed in a window; ids are in order of that time, so the index finds them. */
export class Stats {
  private readonly kept = new Map<string, { readonly goodUntilMs: number; readonly answer: Promise<object> }>();

  constructor(
    private readonly database: DataSource,
    private readonly exactMax = exactRowsMax,
  ) {}

  async of(tenant: string, input: Input, nowMs: number): Promise<object> {
    const { sinceMs, untilMs } = windowOf(input, nowMs);
    const values = [tenant, firstIdAt(sinceMs), firstIdAt(untilMs), input.connectorId ?? null];
    const read = (many: boolean): Promise<object> => this.read(values, sinceMs, untilMs, many);
    if ((await this.sizeOf(values)) <= this.exactMax) return read(false);
    // A month of a million moves on by nothing within a minute, and everybody's home page asks for it.
    const minutes = [sinceMs, untilMs].map((ms) => Math.floor(ms / keptMs));
    return this.keep(JSON.stringify([tenant, input.connectorId, ...minutes]), nowMs, () => read(true));
  }

  private keep(about: string, nowMs: number, read: () => Promise<object>): Promise<object> {
    const kept = this.kept.get(about);
    if (kept !== undefined && nowMs < kept.goodUntilMs) return kept.answer;
    const answer = read();
    // What failed is asked again.
    answer.catch(() => this.kept.delete(about));
    this.kept.delete(about);
    this.kept.set(about, { goodUntilMs: nowMs + keptMs, answer });
    const [oldest] = this.kept.keys();
    if (this.kept.size > keptMax && oldest !== undefined) this.kept.delete(oldest);
    return answer;
  }

  private async read(values: unknown[], sinceMs: number, untilMs: number, many: boolean): Promise<object> {
    const [tenant, , , connectorId] = values;
    const pointMs = Math.max(1_000, Math.ceil((untilMs - sinceMs) / pointsMax));
    const [{ totals, series }, [oldest]] = await Promise.all([
      many ? this.figuresOfMany(values, sinceMs, pointMs) : this.figuresOf(values, sinceMs, pointMs),
      this.database.query<{ id: string; accepted_at: Date }[]>(oldestSql, [tenant, connectorId]),
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

  /** How many were accepted in the spans that the window touches. */
  private async sizeOf([tenant, from, to, connectorId]: unknown[]): Promise<number> {
    const spans = [from, to].map((id) => String(id).slice(0, spanLength));
    const [row] = await this.database.query<{ count: string }[]>(sizeSql, [tenant, ...spans, connectorId]);
    return Number(row?.count ?? 0);
  }

  private async figuresOf(values: unknown[], sinceMs: number, pointMs: number): Promise<Figures> {
    const [[totals], series] = await Promise.all([
      this.database.query<Totals[]>(totalsSql, values),
      this.database.query<Point[]>(seriesSql, [...values, new Date(sinceMs), pointMs]),
    ]);
    return { totals, series };
  }

  /** In one pass and without sorting a million latencies: they are counted in steps of half a percent. */
  private async figuresOfMany(values: unknown[], sinceMs: number, pointMs: number): Promise<Figures> {
    const [row] = await this.database.query<
      { totals: Totals; series: (Omit<Point, 'at'> & { at: string })[] | null }[]
    >(manySql, [...values, new Date(sinceMs), pointMs]);
    return { totals: row?.totals, series: (row?.series ?? []).map((point) => ({ ...point, at: new Date(point.at) })) };
  }
}

interface Figures {
  readonly totals: Totals | undefined;
  readonly series: readonly Point[];
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
  Record<'pending' | 'attempting' | 'retrying' | 'delivered' | 'dead_lettered' | 'cancelled' | 'suppressed', string>
> {
  readonly latency: (number | null)[] | null;
}

interface Point {
  readonly at: Date;
  readonly delivered: string;
  readonly dead_lettered: string;
  readonly failed_attempts: string;
}

function countsOf(totals: Totals | undefined): object {
  const count = (name: keyof Omit<Totals, 'latency'>): number => Number(totals?.[name] ?? 0);
  return {
    pending: count('pending'),
    attempting: count('attempting'),
    retrying: count('retrying'),
    delivered: count('delivered'),
    deadLettered: count('dead_lettered'),
    cancelled: count('cancelled'),
    suppressed: count('suppressed'),
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

/** As a double from the beginning: `extract` would make a number of any length, which takes longer than all else. */
const latencyMs = `date_part('epoch', delivered_at - routed_at) * 1000`;

const sizeSql = `
  select sum(count) as count from rm_deliveries.delivery_kind
  where tenant = $1 and span >= $2 and span <= $3 and ($4::text is null or connector_id = $4)`;

const totalsSql = `
  select ${deliveryStatuses.map(countOf).join(', ')},
    percentile_cont(array[0.5, 0.95, 0.99]) within group (order by ${latencyMs}) as latency
  from rm_deliveries.delivery where ${window}`;

const seriesSql = `
  select date_bin($6 * interval '1 ms', routed_at, $5::timestamptz) as at, ${countOf('delivered')}, ${countOf('dead-lettered')},
    sum(attempts - (status in ('delivered', 'attempting'))::int) as failed_attempts
  from rm_deliveries.delivery where ${window} group by 1 order by 1`;

const stepsPerE = 200;
const percentileOf = (share: number): string =>
  `(select exp((min(step) + 0.5) / ${stepsPerE}) from heap where upto >= ${share} * total)`;
const sumOf = (status: string): string =>
  `'${status.replace('-', '_')}', coalesce(sum(n) filter (where status = '${status}'), 0)`;

/** As `totalsSql` and `seriesSql` together. `greatest` passes over nulls: alone it would give what never arrived a latency. */
const manySql = `
  with grouped as materialized (
    select date_bin($6 * interval '1 ms', routed_at, $5::timestamptz) as at, status,
      case when delivered_at is not null then floor(ln(greatest(${latencyMs}, 0.01)) * ${stepsPerE})::int end as step,
      count(*) as n, sum(attempts - (status in ('delivered', 'attempting'))::int) as failed
    from rm_deliveries.delivery where ${window} group by 1, 2, 3),
  steps as (select step, sum(n) as n from grouped where step is not null group by 1),
  heap as (select step, sum(n) over (order by step) as upto, sum(n) over () as total from steps),
  points as (
    select at, json_build_object('at', at, ${['delivered', 'dead-lettered'].map(sumOf).join(', ')}, 'failed_attempts', sum(failed)) as point
    from grouped group by at)
  select
    (select json_build_object(${deliveryStatuses.map(sumOf).join(', ')},
      'latency', json_build_array(${[0.5, 0.95, 0.99].map(percentileOf).join(', ')})) from grouped) as totals,
    (select json_agg(point order by at) from points) as series`;

const oldestSql = `
  select d.id, d.accepted_at from rm_deliveries.delivery_due due join rm_deliveries.delivery d on d.id = due.id
  where d.tenant = $1 and ($2::text is null or d.connector_id = $2) order by d.id limit 1`;
