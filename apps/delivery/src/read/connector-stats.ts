import type {
  ConnectorStats,
  connectorStatsInputSchema,
  connectorStatsListSchema,
} from '@waybill/contracts/http/stats';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { firstIdAt } from './delivery-filter.js';
import { windowOf } from './stats.js';

type Input = z.output<typeof connectorStatsInputSchema>;
type Answer = z.infer<typeof connectorStatsListSchema>;

/** Points of a sparkline: an hour each of the last day. */
export const sparkPoints = 24;
const schema = 'rm_deliveries';

/** How every connector of a tenant does, in one answer, so that a list of a hundred is not a hundred questions. */
export class ConnectorStatsList {
  constructor(private readonly database: DataSource) {}

  async of(tenant: string, input: Input, nowMs: number): Promise<Answer> {
    const { sinceMs, untilMs } = windowOf(input, nowMs);
    const pointMs = Math.max(1_000, Math.ceil((untilMs - sinceMs) / sparkPoints));
    const values = [tenant, firstIdAt(sinceMs), firstIdAt(untilMs), new Date(sinceMs), pointMs];
    const [points, states] = await Promise.all([
      this.database.query<PointRow[]>(pointsSql, values),
      this.database.query<StateRow[]>(statesSql, [tenant]),
    ]);
    const byConnector = Map.groupBy(points, (point) => point.connector_id);
    return {
      since: new Date(sinceMs).toISOString(),
      until: new Date(untilMs).toISOString(),
      pointMs,
      items: states.map((state) => statsOf(state, byConnector.get(state.connector_id) ?? [])),
    };
  }
}

interface PointRow {
  readonly connector_id: string;
  readonly at: Date;
  readonly delivered: string;
  readonly dead_lettered: string;
  readonly failed_attempts: string;
  readonly last_delivered_at: Date | null;
}

interface StateRow {
  readonly connector_id: string;
  readonly under_way: string;
  readonly error_id: string | null;
  readonly error_reason: string | null;
  readonly error_at: Date | null;
  readonly paused_until: Date | null;
  readonly failing_since: Date | null;
  readonly because: string | null;
}

function statsOf(state: StateRow, rows: readonly PointRow[]): ConnectorStats {
  const points = rows.map((row) => ({
    at: row.at.toISOString(),
    delivered: Number(row.delivered),
    deadLettered: Number(row.dead_lettered),
    failedAttempts: Number(row.failed_attempts),
  }));
  const sum = (name: 'delivered' | 'deadLettered' | 'failedAttempts'): number =>
    points.reduce((all, point) => all + point[name], 0);
  const arrived = rows.flatMap((row) => (row.last_delivered_at === null ? [] : [row.last_delivered_at.getTime()]));
  const { error_id, error_reason, error_at } = state;
  return {
    connectorId: state.connector_id,
    delivered: sum('delivered'),
    deadLettered: sum('deadLettered'),
    failedAttempts: sum('failedAttempts'),
    underWay: Number(state.under_way),
    lastDeliveredAt: arrived.length === 0 ? null : new Date(Math.max(...arrived)).toISOString(),
    lastError:
      error_id === null || error_at === null
        ? null
        : { deliveryId: error_id, reason: error_reason ?? '', at: error_at.toISOString() },
    pausedUntil: state.paused_until?.toISOString() ?? null,
    failing: state.failing_since === null ? null : { since: state.failing_since.toISOString(), because: state.because },
    points,
  };
}

const pointsSql = `
  select connector_id, date_bin($5 * interval '1 ms', routed_at, $4::timestamptz) as at,
    count(*) filter (where status = 'delivered') as delivered, count(*) filter (where status = 'dead-lettered') as dead_lettered,
    sum(attempts - (status in ('delivered', 'attempting'))::int) as failed_attempts, max(delivered_at) as last_delivered_at
  from ${schema}.delivery where tenant = $1 and id >= $2 and id < $3 group by 1, 2 order by 2`;

/** The newest dead letter and the newest that waits for a retry, each from the short table that knows it. */
const newestWithReason = (table: string, also: string): string => `
  (select e.id from ${schema}.${table} e where e.tenant = $1 and e.connector_id = k.connector_id and e.reason is not null ${also}
   order by e.id desc limit 1)`;

const statesSql = `
  select k.connector_id, coalesce(due.count, 0) as under_way, error.id as error_id, error.reason as error_reason, error.updated_at as error_at,
    case when h.paused_until > now() then h.paused_until end as paused_until, h.failing_since, h.because
  from (select distinct connector_id from ${schema}.delivery_kind where tenant = $1
        union select connector_id from ${schema}.connector_health where tenant = $1) k
  left join (select connector_id, count(*) from ${schema}.delivery_due where tenant = $1 group by 1) due using (connector_id)
  left join lateral (
    select d.id, d.reason, d.updated_at from ${schema}.delivery d
    where d.id in (${newestWithReason('delivery_ended', `and e.status = 'dead-lettered'`)} union all ${newestWithReason('delivery_due', '')})
    order by d.updated_at desc limit 1) error on true
  left join ${schema}.connector_health h on h.connector_id = k.connector_id
  order by k.connector_id`;
