import { randomBytes } from 'node:crypto';
import { encodeTypeId, type IdPrefix } from '@waybill/decider/type-id';
import pg from 'pg';

const batchRows = 20_000;
const windowMs = 30 * 24 * 3_600_000;
const connectorsOfTheBench = 30;
/** The share of each connector falls off: the first has most of the rows, the last ones a handful. */
const shareOf = (at: number): number => 1 / (at + 1) ** 1.3;

/** What the rows are about, so that the questions can name things that are common, rare, and absent. */
export interface ExplorerRows {
  readonly connectors: readonly string[];
  readonly subscriptions: readonly string[];
  /** A connector of which nothing ever arrived. */
  readonly silent: string;
  /** One to which the first arrived, and none of the thousands after it. */
  readonly broken: string;
  readonly rareType: string;
  readonly notification: string;
  readonly delivery: string;
  readonly ticket: string;
  /** The id that half of the rows come after. */
  readonly middle: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * Fills the read model of deliveries with rows of the last thirty days, as if they had been delivered: 92 % arrived, 5 % suppressed,
 * 2 % dead letters with four causes, cancelled and waiting ones; thirty connectors of very different size. Nothing is written to the log.
 */
export async function fillExplorer(databaseUrl: string, tenant: string, rows: number): Promise<ExplorerRows> {
  const url = new URL(databaseUrl);
  url.pathname = '/waybill_delivery';
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  try {
    await client.query('set search_path to rm_deliveries; set synchronous_commit to off');
    return await fill(client, tenant, rows);
  } finally {
    await client.end();
  }
}

async function fill(client: pg.Client, tenant: string, rows: number): Promise<ExplorerRows> {
  const untilMs = Date.now();
  const fromMs = untilMs - windowMs;
  const connectors = Array.from({ length: connectorsOfTheBench }, () => idAt('con', fromMs));
  const subscriptions = Array.from({ length: connectorsOfTheBench }, () => idAt('sub', fromMs));
  const draw = drawer(connectors.map((_, at) => shareOf(at)));
  const [silent = '', broken = ''] = [connectors[5], connectors[4]];
  let hasArrived = false;
  const seen = { notification: '', delivery: '', ticket: '', middle: '' };
  for (let from = 0; from < rows; from += batchRows) {
    const batch = Array.from({ length: Math.min(batchRows, rows - from) }, (_, step) => {
      const number = from + step;
      const at = draw();
      const atMs = Math.floor(fromMs + (number / rows) * windowMs);
      const connector = connectors[at] ?? '';
      const isLost = connector === silent || (connector === broken && hasArrived);
      if (connector === broken) hasArrived = true;
      return { number, atMs, connector, subscription: subscriptions[at] ?? '', isLost };
    }).map((one) => rowOf(tenant, one));
    await client.query(
      insertSql,
      columns.map((_, at) => batch.map((row) => row[at] ?? null)),
    );
    const last = batch.at(-1);
    if (from <= rows / 2 && last) Object.assign(seen, { middle: last[0], delivery: last[0], notification: last[2] });
    seen.ticket = (batch.find((row) => row[11] !== null)?.[11] as string | undefined) ?? seen.ticket;
  }
  for (const sql of besidesSql) await client.query(sql);
  return { connectors, subscriptions, silent, broken, rareType: 'scheduled-report', fromMs, untilMs, ...seen };
}

const columns = [
  'id text', 'tenant text', 'notification_id text', 'type text', 'connector_id text', 'subscription_id text', 'connector_version int',
  'status text', 'reason text', 'attempts int', 'next_attempt_at timestamptz', 'ticket text', 'url text', 'accepted_at timestamptz',
  'updated_at timestamptz', 'delivered_at timestamptz', 'routed_at timestamptz', 'correlation_mac text', 'accepted_position bigint',
  'uncertain boolean',
].map((column) => column.split(' ') as [string, string]); // prettier-ignore

const insertSql = `
  insert into delivery (${columns.map(([name]) => name).join(', ')})
  select * from unnest(${columns.map(([, type], at) => `$${at + 1}::${type}[]`).join(', ')}) on conflict do nothing`;

/** The tables that the fold keeps beside the long one, filled from it as the fold would. */
const besidesSql = [
  `insert into delivery_kind select tenant, connector_id, subscription_id, type, left(id, 9), count(*),
   count(*) filter (where status = 'suppressed') from delivery group by 1, 2, 3, 4, 5 on conflict do nothing`,
  `insert into delivery_ended (id, tenant, connector_id, subscription_id, type, status, reason)
   select id, tenant, connector_id, subscription_id, type, status, reason from delivery where status in ('dead-lettered', 'cancelled')
   on conflict do nothing`,
  `insert into delivery_suppressed (id, tenant, connector_id, subscription_id, type, status, reason)
   select id, tenant, connector_id, subscription_id, type, status, reason from delivery where status = 'suppressed' on conflict do nothing`,
  // Due in a year, and owned until then: nothing of it may be sent while the questions are asked.
  `insert into delivery_due (id, tenant, connector_id, subscription_id, type, status, reason, rank, due_at, owned_until, accepted_position, changed_position)
   select id, tenant, connector_id, subscription_id, type, status, reason, 1, now() + interval '1 year', now() + interval '1 year', 0, 0
   from delivery where status in ('pending', 'retrying') on conflict do nothing`,
  `insert into delivery_ticket (tenant, ticket, id) select tenant, ticket, id from delivery where ticket is not null on conflict do nothing`,
  'analyze delivery',
  'analyze delivery_kind',
  'analyze delivery_ended',
  'analyze delivery_suppressed',
  'analyze delivery_due',
  'analyze delivery_ticket',
];

interface One {
  readonly number: number;
  readonly atMs: number;
  readonly connector: string;
  readonly subscription: string;
  readonly isLost: boolean;
}

function rowOf(tenant: string, { number, atMs, connector, subscription, isLost }: One): readonly unknown[] {
  const status = isLost ? 'dead-lettered' : statusOf(number);
  const isDelivered = status === 'delivered';
  const at = new Date(atMs).toISOString();
  const later = new Date(atMs + 40 + (number % 400)).toISOString();
  return [
    idAt('dlv', atMs), tenant, idAt('ntf', atMs), typeOf(number), connector, subscription, 1, status, reasonOf(status, number), 1,
    status === 'retrying' ? later : null, isDelivered && number % 10 === 0 ? `OPS-${number}` : null, null, at, later,
    isDelivered ? later : null, at, null, 0, number % 1_000 === 0,
  ]; // prettier-ignore
}

function statusOf(number: number): string {
  const share = (number * 7919) % 1_000;
  if (share < 920) return 'delivered';
  if (share < 970) return 'suppressed';
  if (share < 990) return 'dead-lettered';
  return share < 995 ? 'cancelled' : share < 998 ? 'retrying' : 'pending';
}

function typeOf(number: number): string {
  const share = (number * 104_729) % 10_000;
  if (share < 1) return 'scheduled-report';
  return share < 500 ? 'health' : share < 3_000 ? 'observation' : 'incident';
}

function reasonOf(status: string, number: number): string | null {
  if (status === 'retrying') return 'rate_limited';
  if (status === 'cancelled') return 'by_hand';
  if (status === 'suppressed') return 'suppression_window';
  if (status !== 'dead-lettered') return null;
  return number % 5_000 === 0 ? 'payload_too_large' : number % 3 === 0 ? 'not_found' : 'retries_exhausted';
}

/** An id of this moment: the time in front, chance behind it. */
function idAt(prefix: IdPrefix, ms: number): string {
  const bytes = new Uint8Array(randomBytes(16));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(ms / 2 ** 32));
  view.setUint32(2, ms % 2 ** 32);
  return encodeTypeId(prefix, bytes);
}

/** Draws a place by its share. */
function drawer(shares: readonly number[]): () => number {
  const sum = shares.reduce((all, share) => all + share, 0);
  return () => {
    let left = Math.random() * sum;
    const at = shares.findIndex((share) => (left -= share) < 0);
    return at < 0 ? 0 : at;
  };
}
