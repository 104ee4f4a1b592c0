import { decodeCursor, encodeCursor, type ListPage } from '@waybill/contracts/http/lists';
import type { Job, jobListInputSchema } from '@waybill/contracts/http/redelivery';
import { Refused } from '@waybill/decider/decider';
import type { RedeliveryMode } from '@waybill/delivery/delivery';
import { redeliveriesPerSecond } from '@waybill/delivery/redelivery-job';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { type RateOf, secondsOf } from '../work/job-pace.js';
import { type Conditions, conditionsOf, type DeliveryFilter } from './delivery-filter.js';

/** A job as the worker goes on with it. */
export interface JobRow {
  readonly id: string;
  readonly tenant: string;
  readonly state: Job['state'];
  readonly filter: DeliveryFilter;
  readonly mode: RedeliveryMode;
  readonly before: Date;
  readonly total: number;
  readonly rate_per_second: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cursor: string;
  readonly version: number;
  readonly created_at: Date;
  readonly created_by: string;
}

/** Only what is over can be sent again; what was held back on purpose, only where it is asked for. */
const overOf = ({ status }: DeliveryFilter): string =>
  status === 'suppressed' ? `status = 'suppressed'` : `status in ('delivered', 'dead-lettered', 'cancelled')`;

/** Asks for jobs, and for the deliveries that they are about. */
export class Jobs {
  constructor(private readonly database: DataSource) {}

  async get(tenant: string, id: string): Promise<JobRow> {
    const [row] = await this.database.query<JobRow[]>('select * from rm_deliveries.job where id = $1 and tenant = $2', [
      id,
      tenant,
    ]);
    if (row === undefined) throw new Refused('job_unknown', 'There is no such job.');
    return row;
  }

  /** Newest first: ids are in order of time, so the id of the last row is the cursor. */
  async page(tenant: string, { limit, cursor, state }: z.output<typeof jobListInputSchema>): Promise<ListPage<Job>> {
    const after = cursor === null || cursor === undefined ? null : decodeCursor(cursor)?.[0];
    if (after !== null && typeof after !== 'string')
      throw new Refused('validation_failed', 'The cursor is none of ours.', '/cursor');
    const rows = await this.database.query<JobRow[]>(pageSql, [tenant, after, state ?? null, limit + 1]);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return { items: rows.slice(0, limit).map(jobView), nextCursor: last ? encodeCursor([last.id]) : null };
  }

  running(): Promise<JobRow[]> {
    return this.database.query<JobRow[]>(`select * from rm_deliveries.job where state = 'running' order by id`);
  }

  /** The next deliveries of a job, oldest first; never more than its total, which is what its maker was told. */
  async next(job: JobRow, atMost: number): Promise<{ readonly id: string; readonly connector_id: string }[]> {
    const { sql, values } = this.found(job.tenant, job.filter, job.before, job.cursor);
    const limit = Math.min(atMost, leftOf(job));
    return this.database.query(
      `select id, connector_id from rm_deliveries.delivery where ${sql} and ${overOf(job.filter)} order by id limit ${limit}`,
      values,
    );
  }

  async count(tenant: string, filter: DeliveryFilter, before: Date): Promise<number> {
    const { sql, values } = this.found(tenant, filter, before, '');
    const [row] = await this.database.query<{ count: string }[]>(
      `select count(*) from rm_deliveries.delivery where ${sql} and ${overOf(filter)}`,
      values,
    );
    return Number(row?.count ?? 0);
  }

  /** What a job with this filter would do: to whom, how long, and how many may have arrived already. */
  async preview(tenant: string, filter: DeliveryFilter, before: Date, rateOf: RateOf): Promise<object> {
    const { sql, values } = this.found(tenant, filter, before, '');
    const rows = await this.database.query<{ connector_id: string; count: string; risky: string; oldest: Date }[]>(
      `select connector_id, count(*), count(*) filter (where status = 'delivered' or uncertain) as risky, min(accepted_at) as oldest
       from rm_deliveries.delivery where ${sql} and ${overOf(filter)} group by connector_id order by count(*) desc, connector_id`,
      values,
    );
    const counts = new Map(rows.map(({ connector_id, count }) => [connector_id, Number(count)]));
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const oldest = rows.map((row) => row.oldest.toISOString()).sort()[0];
    return {
      dryRun: true,
      total,
      connectors: [...counts].map(([connectorId, count]) => ({ connectorId, count })),
      oldest: oldest ?? null,
      expectedSeconds: secondsOf(counts, redeliveriesPerSecond, rateOf),
      duplicateRisk: rows.reduce((sum, { risky }) => sum + Number(risky), 0),
    };
  }

  /**
   * What fits and has not moved since `before`. So a job keeps the set that was counted when it was made: what was sent again meanwhile is
   * gone from it whatever came of that, and what ended meanwhile is not added.
   */
  private found(tenant: string, filter: DeliveryFilter, before: Date, cursor: string): Conditions {
    return conditionsOf(tenant, filter, [
      [(p) => `updated_at <= ${p}`, before],
      [(p) => `id > ${p}`, cursor],
    ]);
  }
}

const pageSql = `
  select * from rm_deliveries.job
  where tenant = $1 and ($2::text is null or id < $2) and ($3::text is null or state = $3) order by id desc limit $4`;

/** How many of its total a job has not come to. */
export function leftOf({ total, done, failed, skipped }: JobRow): number {
  return Math.max(0, total - done - failed - skipped);
}

/** A job as it is shown. */
export function jobView(row: JobRow): Job {
  const isOver = row.state === 'done' || row.state === 'cancelled';
  return {
    id: row.id,
    kind: 'redelivery',
    state: row.state,
    total: row.total,
    done: row.done,
    failed: row.failed,
    skipped: row.skipped,
    ratePerSecond: row.state === 'running' ? row.rate_per_second : null,
    etaSeconds: isOver || row.state === 'paused' ? null : Math.ceil(leftOf(row) / row.rate_per_second),
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    mode: row.mode,
    filter: row.filter,
  };
}
