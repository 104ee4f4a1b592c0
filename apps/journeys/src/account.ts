import type { Delivery } from '@waybill/contracts/http/deliveries';
import type { Published } from './publisher.js';
import type { Stage } from './stage.js';
import { hold, pause } from './story.js';

/** A connector of a story's own at the webhook receiver, and the subscription that sends it one type. */
export interface Sink {
  readonly type: string;
  /** The name in the receiver's path. */
  readonly name: string;
  readonly connectorId: string;
  readonly subscriptionId: string;
}

/** Three records side by side: what the publisher saw taken over, what the receiver got, what the deliveries say. */
export interface Account {
  readonly published: number;
  /** Different numbers that the receiver accepted. */
  readonly arrived: number;
  readonly missing: readonly number[];
  /** Numbers at the receiver that nobody published. */
  readonly strangers: readonly number[];
  /** Numbers that came under more than one `webhook-id`: one notification that became two. */
  readonly twins: readonly number[];
  readonly deliveries: number;
  /** Deliveries whose end is something else than delivered. */
  readonly undelivered: readonly string[];
  /** Deliveries that the receiver got more than once. */
  readonly doubled: readonly string[];
  /** Attempts with an unknown outcome among those. */
  readonly unknown: number;
  /** Doubled deliveries with fewer unknown outcomes than repeats. */
  readonly unexplained: readonly string[];
  /** The delivery that took longest from its acceptance to its end. */
  readonly slowest: { readonly id: string; readonly ms: number };
  /** From the call until everything had ended. */
  readonly settledMs: number;
}

/** Short retries, so that a story waits for seconds; the receiver answers at once, so a time-out is a fault. */
const limits = { maxConcurrent: 16, timeoutMs: 5_000, retryDelaysSeconds: [1, 1, 2, 2, 5, 5, 5, 5] };
const lookEveryMs = 250;
const openStatuses = ['pending', 'attempting', 'retrying'] as const;

/** Opens one through the API. `delayMs`: the receiver takes its time for the first `slow` calls, so that a kill finds some under way. */
export async function openSink(stage: Stage, type: string, slow = 0, delayMs = 20): Promise<Sink> {
  const { api, receivers, dev } = stage;
  const connector = await api.post<{ id: string }>('/v1/connectors', {
    name: type,
    target: 'webhook',
    config: { url: `${dev.receiversUrl}/webhook/${type}`, method: 'POST' },
    templates: { [type]: { format: 'json', body: '{"n":{{n}},"text":"{{text}}"}' } },
    limits,
  });
  const subscription = await api.post<{ id: string }>('/v1/subscriptions', {
    name: type,
    connectorIds: [connector.id],
    types: [type],
  });
  if (slow > 0) await receivers.script('webhook', type, [{ delayMs, times: slow }]);
  return { type, name: type, connectorId: connector.id, subscriptionId: subscription.id };
}

/** Waits until every delivery of the sink has ended (at most `timeoutMs`; what has not is then missing) and draws up the account. */
export async function drawUp(stage: Stage, sink: Sink, published: Published, timeoutMs: number): Promise<Account> {
  const begun = performance.now();
  while (performance.now() - begun < timeoutMs && !(await isSettled(stage, sink, published.taken.size)))
    await pause(lookEveryMs);
  const settledMs = performance.now() - begun;
  const [items, deliveries, ids] = await Promise.all([
    stage.receivers.received({ target: 'webhook', name: sink.name }),
    stage.api.all<Delivery>(`/v1/deliveries?connectorId=${sink.connectorId}`),
    stage.receivers.ids({ target: 'webhook', name: sink.name, min: 2 }),
  ]);
  const arrived = new Map<number, Set<string>>();
  for (const { body, headers } of items.filter(isAccepted)) {
    const { n } = JSON.parse(body) as { n: number };
    arrived.set(n, (arrived.get(n) ?? new Set()).add(headers['webhook-id'] ?? ''));
  }
  const doubles = await Promise.all(
    ids.map(async ({ id, count }) => ({ id, count, unknown: await unknownOf(stage, id) })),
  );
  return {
    published: published.taken.size,
    arrived: arrived.size,
    missing: [...published.taken].filter((n) => !arrived.has(n)),
    strangers: [...arrived.keys()].filter((n) => !published.taken.has(n)),
    twins: [...arrived].filter(([, webhookIds]) => webhookIds.size > 1).map(([n]) => n),
    deliveries: deliveries.length,
    undelivered: deliveries.filter(({ status }) => status !== 'delivered').map(({ id, status }) => `${id} ${status}`),
    doubled: doubles.map(({ id }) => id),
    unknown: doubles.reduce((sum, one) => sum + one.unknown, 0),
    unexplained: doubles
      .filter(({ count, unknown }) => unknown < count - 1)
      .map(({ id, count, unknown }) => `${id} came ${count} times, ${unknown} unknown`),
    slowest: slowestOf(deliveries),
    settledMs,
  };
}

function slowestOf(deliveries: readonly Delivery[]): { id: string; ms: number } {
  const taken = deliveries.map(({ id, acceptedAt = '', updatedAt = '' }) => ({
    id,
    ms: Date.parse(updatedAt) - Date.parse(acceptedAt),
  }));
  return taken.reduce((most, one) => (one.ms > most.ms ? one : most), { id: 'none', ms: 0 });
}

const isAccepted = ({ status }: { status: number | null }): boolean => status !== null && status >= 200 && status < 300;

/** Everything has come, and the read model says of as many deliveries that they have ended. */
async function isSettled(stage: Stage, sink: Sink, wanted: number): Promise<boolean> {
  const { ids } = await stage.receivers.counts({ target: 'webhook', name: sink.name });
  if (ids < wanted) return false;
  for (const status of openStatuses) {
    const page = await stage.api.get<{ items: unknown[] }>(
      `/v1/deliveries?connectorId=${sink.connectorId}&status=${status}&limit=1`,
    );
    if (page.items.length > 0) return false;
  }
  return (await stage.api.all<Delivery>(`/v1/deliveries?connectorId=${sink.connectorId}`)).length >= wanted;
}

/** A `webhook-id` is the delivery's id. */
async function unknownOf(stage: Stage, deliveryId: string): Promise<number> {
  const { attempts = [] } = await stage.api.get<Delivery>(`/v1/deliveries/${deliveryId}`);
  return attempts.filter(({ outcome }) => outcome === 'unknown').length;
}

/** Nothing missing, nothing invented, every delivery ended as delivered, and every double explained by unknown outcomes. Answers the figures. */
export function balanced(account: Account, published: Published): string {
  const { missing, strangers, twins, undelivered, unexplained } = account;
  hold(
    missing.length === 0,
    `${missing.length} of ${account.published} are missing: ${some(missing)}; ${figures(account, published)}`,
  );
  hold(strangers.length === 0, `${strangers.length} arrived that nobody published: ${some(strangers)}`);
  hold(twins.length === 0, `${twins.length} became more than one delivery: ${some(twins)}`);
  hold(undelivered.length === 0, `${undelivered.length} did not end as delivered: ${some(undelivered)}`);
  hold(
    account.deliveries === account.published,
    `${account.deliveries} deliveries for ${account.published} notifications`,
  );
  hold(unexplained.length === 0, `${unexplained.length} came twice without an unknown outcome: ${some(unexplained)}`);
  return figures(account, published);
}

export function figures(account: Account, { repeats, duplicates }: Published): string {
  const { published, arrived, doubled, unknown, slowest, settledMs } = account;
  const again = repeats === 0 ? '' : `, ${repeats} sent again by the publisher (${duplicates} recognised)`;
  return `${published} published, ${arrived} arrived, ${doubled.length} twice, ${unknown} unknown outcomes${again}, slowest ${(slowest.ms / 1_000).toFixed(1)} s, settled in ${(settledMs / 1_000).toFixed(1)} s`;
}

const some = (list: readonly unknown[]): string => list.slice(0, 5).join(', ') + (list.length > 5 ? ', …' : '');
