import type { Connector } from '@waybill/contracts/http/connectors';
import type { Delivery } from '@waybill/contracts/http/deliveries';
import { StoredLog } from '../audit/stored-log.js';
import type { Stage } from '../stage.js';
import { eventually, hold, type Promised, same } from '../story.js';
import { type Shown, Trial } from './trial.js';

/** Point 3: every delivery has an end, with a reason and with the words of who refused it. */
export function ends(stage: Stage): readonly Promised[] {
  return [
    {
      says: '3 a dead letter has a stable reason code and the target’s words, in the API and in why',
      besideOthers: true,
      holds: () => deadLetter(stage),
    },
    {
      says: '3 a 410 disables the connector: event, notification, banner with the target’s words, and what waited ends',
      besideOthers: true,
      holds: () => gone(stage),
    },
    {
      says: '3 five failing days disable the connector, one success in between does not',
      holds: () => failingTooLong(stage),
    },
    {
      says: '3 a failing connector says so, since when and with what the target answered, until it is well again',
      besideOthers: true,
      holds: () => failing(stage),
    },
    {
      says: '3 deleting or disabling a connector or a subscription cancels what waited, visibly, and nothing else',
      besideOthers: true,
      holds: () => cancelled(stage),
    },
    {
      says: '3 what waited for a connector ends also when it is enabled again at once or while delivery is down; what comes later is sent',
      holds: () => turnedOffAndOn(stage),
    },
  ];
}

interface Why {
  readonly words: string;
  readonly steps: readonly { readonly words: string; readonly log?: string; readonly position?: number }[];
}
interface Warned {
  readonly failing: {
    readonly since: string;
    readonly reason: string;
    readonly targetSaid: { response: { body: string } };
  } | null;
  readonly givenUp: { readonly why: string; readonly words: string; readonly deliveryId: string; readonly targetSaid: { response: { status: number; body: string } } } | null; // prettier-ignore
}
type Banner = Connector & { readonly banner: Warned; readonly disabledReason: string | null };

const waiting = { retryDelaysSeconds: [0, 3_600] };

async function deadLetter(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'dead');
  const words = `no such queue "ops\u{1F6A8}" <b>\u202e`;
  await trial.script([{ status: 400, body: JSON.stringify({ error: words }), headers: { 'x-reason': 'q-17' } }]);
  const dead = await trial.until(await trial.publish(1), 'dead-lettered');
  same(dead.reason, 'bad_request', 'the reason');
  const response = dead.attempts[0]?.response as { status: number; headers: Record<string, string>; body: string };
  same([response.status, response.headers['x-reason'], response.body], [400, 'q-17', JSON.stringify({ error: words })], 'the answer'); // prettier-ignore
  const why = await stage.api.get<Why>(`/v1/why/${dead.id}`);
  hold(why.words.includes('bad_request (The target refuses this request as malformed (400))'), why.words);
  hold(
    why.steps.some((step) => step.words.includes('no such queue')),
    JSON.stringify(why.steps),
  );
  const shown = new Set(why.steps.map(({ position }) => position));
  hold(
    (dead.log ?? []).every(({ position }) => shown.has(position)),
    'a step for every event of the delivery',
  );
  const exhausted = await Trial.open(stage, 'spent', { limits: { retryDelaysSeconds: [0, 0.1] } });
  await exhausted.script([{ status: 503, body: 'try the other one', times: 2 }]);
  const spent = await exhausted.until(await exhausted.publish(1), 'dead-lettered');
  same([spent.reason, ...spent.attempts.map(({ reason }) => reason)], ['attempts_exhausted', 'server_error', 'server_error'], 'the reasons'); // prettier-ignore
  return `bad_request with ${response.body.length} characters of the target; attempts_exhausted after 2`;
}

async function gone(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'gone', { limits: waiting });
  const told = await Trial.open(stage, 'told', { subscription: { types: ['waybill.connector.disabled'] } });
  await trial.script([
    { status: 500, times: 1 },
    { status: 410, body: 'this hook was removed', times: 1 },
  ]);
  const waits = await trial.publish(1);
  await trial.until(waits, 'retrying');
  const last = await trial.until(await trial.publish(2), 'dead-lettered');
  same(last.reason, 'gone', 'the reason of the one that was told');
  const ended = await trial.until(waits, 'dead-lettered');
  same(ended.reason, 'target_gone', 'the reason of the one that waited');
  const banner = (await trial.connector()) as Banner;
  same([banner.status, banner.enabled, banner.disabledReason], ['disabled', false, 'target_gone'], 'the connector');
  const { givenUp } = banner.banner;
  same([givenUp?.why, givenUp?.deliveryId, givenUp?.targetSaid.response.status, givenUp?.targetSaid.response.body], ['target_gone', last.id, 410, 'this hook was removed'], 'the banner'); // prettier-ignore
  const events = await historyOf(stage, trial.connectorId);
  same(events.slice(0, 1), [['ConnectorDisabled', 'service:delivery', 'target_gone']], 'registry’s newest event');
  const notified = await eventually('the tenant is notified', 10_000, async () => {
    const found = (await told.received()).find(({ body }) => body.includes(trial.connectorId));
    return found ?? (await dlvOf(stage, trial.connectorId));
  });
  const why = await stage.api.get<Why>(`/v1/why/${trial.connectorId}`);
  hold(why.words.includes('target_gone') && why.words.includes(last.id), why.words);
  await stage.api.post(`/v1/connectors/${trial.connectorId}/enable`, {});
  const again = (await trial.connector()) as Banner;
  same([again.status, again.banner.givenUp], ['healthy', null], 'after it was enabled');
  same((await trial.until(await trial.publish(3), 'delivered')).status, 'delivered', 'the next one');
  return `disabled by one 410 (${typeof notified === 'object' ? 'waybill.connector.disabled delivered' : ''}), enabled again and delivering`;
}

/** The notification itself, where its template leaves the id out. */
async function dlvOf(stage: Stage, connectorId: string): Promise<object | null> {
  const { items } = await stage.api.get<{ items: { id: string }[] }>('/v1/notifications?type=waybill.connector.disabled&limit=20'); // prettier-ignore
  for (const { id } of items) {
    const { payload } = await stage.api.get<{ payload: { connectorId: string; reason: string; because: string } }>(`/v1/notifications/${id}`); // prettier-ignore
    if (payload.connectorId === connectorId) return payload;
  }
  return null;
}

async function historyOf(stage: Stage, connectorId: string): Promise<[string, string, unknown][]> {
  const { items } = await stage.api.get<{ items: { type: string; actor: string; data: Record<string, unknown> }[] }>(`/v1/connectors/${connectorId}/history`); // prettier-ignore
  return items.map(({ type, actor, data }) => [type, actor, data['reason'] ?? null]);
}

const daysMs = 24 * 3_600_000;

/** Five days do not pass in a story: while delivery is down, its owner sets back when the failing began and when the connector was changed. */
async function failingTooLong(stage: Stage): Promise<string> {
  const [well, ill] = [await failingTrial(stage, 'well'), await failingTrial(stage, 'ill')];
  await fiveDaysEarlier(stage, [well, ill]);
  await well.script([]);
  await well.until(await well.publish(4), 'delivered');
  await well.script([{ status: 500, body: 'still broken', times: 9 }]);
  await ill.script([{ status: 500, body: 'still broken', times: 9 }]);
  const [one, other] = [await well.publish(5), await ill.publish(5)];
  same((await ill.until(other, 'dead-lettered', 20_000)).reason, 'failing_too_long', 'the reason of what waited');
  const banner = (await ill.connector()) as Banner;
  same([banner.status, banner.disabledReason, banner.banner.givenUp?.why, banner.banner.givenUp?.targetSaid.response.body], ['disabled', 'failing_too_long', 'failing_too_long', 'still broken'], 'the banner'); // prettier-ignore
  await well.until(one, 'retrying');
  same((await well.connector()).enabled, true, 'the connector that had a success in between');
  const notified = (await dlvOf(stage, ill.connectorId)) as { reason: string; failingSince: string } | null;
  same(notified?.reason, 'failing_too_long', 'the notification');
  return `failing since ${notified?.failingSince}; ${banner.banner.givenUp?.words}`;
}

async function failingTrial(stage: Stage, word: string): Promise<Trial> {
  const trial = await Trial.open(stage, word, { limits: waiting });
  await trial.script([{ status: 500, times: 3 }]);
  for (const n of [1, 2, 3]) await trial.until(await trial.publish(n), 'retrying');
  await eventually('it is failing', 5_000, async () => ((await trial.connector()).status === 'failing' ? true : null));
  return trial;
}

async function fiveDaysEarlier(stage: Stage, trials: readonly Trial[]): Promise<void> {
  const ids = trials.map(({ connectorId }) => connectorId);
  const [since, changed] = [5, 6].map((days) => new Date(Date.now() - days * daysMs - 60_000).toISOString());
  await stage.stop('delivery');
  const database = await StoredLog.open(stage.dev.databaseUrl, 'delivery');
  try {
    await database.query('update rm_deliveries.connector_health set failing_since = $2 where connector_id = any($1)', [ids, since]); // prettier-ignore
    await database.query(`update mirrored_streams set value = jsonb_set(value, '{changedAt}', to_jsonb($2::text)) where stream = any($1)`, [ids.map((id) => `connector-${id}`), changed]); // prettier-ignore
  } finally {
    await database.close();
    await stage.start('delivery');
  }
}

async function failing(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'failing', { limits: waiting });
  const listed = async (status: string) =>
    (await stage.api.all<Connector>(`/v1/connectors?status=${status}`)).filter(({ id }) => id === trial.connectorId)
      .length;
  await trial.script([{ status: 502, body: 'upstream is away', times: 3 }]);
  for (const n of [1, 2, 3]) await trial.until(await trial.publish(n), 'retrying');
  const banner = (await trial.connector()) as Banner;
  same([banner.status, banner.banner.failing?.reason, banner.banner.failing?.targetSaid.response.body], ['failing', 'server_error', 'upstream is away'], 'the connector'); // prettier-ignore
  same([await listed('failing'), await listed('healthy'), await listed('disabled')], [1, 0, 0], 'in the lists');
  const why = await stage.api.get<Why>(`/v1/why/${trial.connectorId}`);
  hold(why.words.includes('failing since') && why.words.includes('server_error'), why.words);
  await trial.until(await trial.publish(4), 'delivered');
  const well = (await trial.connector()) as Banner;
  same([well.status, well.banner.failing, await listed('failing'), await listed('healthy')], ['healthy', null, 0, 1], 'after a success'); // prettier-ignore
  return `failing since ${banner.banner.failing?.since}, well after one success`;
}

async function cancelled(stage: Stage): Promise<string> {
  const { api } = stage;
  const acts: readonly [reason: string, act: (trial: Trial) => Promise<unknown>][] = [
    ['connector_deleted', async ({ connectorId }) => remove(stage, `/v1/connectors/${connectorId}`)],
    ['connector_disabled', ({ connectorId }) => api.post(`/v1/connectors/${connectorId}/disable`, { reason: 'maintenance' })], // prettier-ignore
    ['subscription_deleted', async ({ subscriptionId }) => remove(stage, `/v1/subscriptions/${subscriptionId}`)],
    ['subscription_disabled', ({ subscriptionId }) => api.post(`/v1/subscriptions/${subscriptionId}/disable`, {})],
  ];
  const other = await waitingTrial(stage);
  const seen: string[] = [];
  for (const [reason, act] of acts) {
    const { trial, id } = await waitingTrial(stage);
    const begun = performance.now();
    await act(trial);
    const ended = await trial.until(id, 'cancelled', 10_000);
    same(ended.reason, reason, 'the reason');
    hold((ended.log ?? []).at(-1)?.type === 'DeliveryCancelled', 'the log ends with DeliveryCancelled');
    const why = await api.get<Why>(`/v1/why/${ended.id}`);
    hold(why.words.includes(`cancelled before it was delivered`) && why.words.includes(reason), why.words);
    hold((await api.get<Why>(`/v1/why/${reason.startsWith('c') ? trial.connectorId : trial.subscriptionId}`)).words.length > 0, 'why of what was closed'); // prettier-ignore
    seen.push(`${reason} ${((performance.now() - begun) / 1_000).toFixed(1)} s`);
  }
  const untouched = await other.trial.delivery(other.id, 'there', () => true);
  same(untouched.status, 'retrying', 'the delivery that nobody closed');
  const byHand = await api.post<Delivery>(`/v1/deliveries/${untouched.id}/cancel`, { reason: 'wrong people' });
  same([byHand.status, byHand.reason], ['cancelled', 'wrong people'], 'the one that was cancelled by hand');
  return seen.join(', ');
}

async function turnedOffAndOn(stage: Stage): Promise<string> {
  const [live, down, other] = [await waitingTrial(stage), await waitingTrial(stage), await waitingTrial(stage)];
  const offAndOn = async ({ connectorId }: Trial): Promise<void> => {
    await stage.api.post(`/v1/connectors/${connectorId}/disable`, { reason: 'maintenance' });
    await stage.api.post(`/v1/connectors/${connectorId}/enable`, {});
  };
  await offAndOn(live.trial);
  const liveLater = await live.trial.publish(2);
  same((await live.trial.until(live.id, 'cancelled')).reason, 'connector_disabled', 'the reason');
  await stage.stop('delivery');
  await offAndOn(down.trial);
  const downLater = await down.trial.publish(2);
  await stage.start('delivery');
  same((await down.trial.until(down.id, 'cancelled')).reason, 'connector_disabled', 'the reason after it was down');
  await live.trial.until(liveLater, 'delivered');
  await down.trial.until(downLater, 'delivered');
  // Whoever wants what was cancelled after all is not stopped by the closing.
  const { id: again } = await live.trial.delivery(live.id, 'there', () => true);
  await stage.api.post(`/v1/deliveries/${again}/redeliver`, { mode: 'render-again' });
  await live.trial.until(live.id, 'delivered');
  same((await other.trial.delivery(other.id, 'there', () => true)).status, 'retrying', 'the one of another connector');
  return 'cancelled live and after delivery was down; 2 later ones and a redelivery delivered';
}

async function waitingTrial(stage: Stage): Promise<{ trial: Trial; id: string; delivery: Shown }> {
  const trial = await Trial.open(stage, 'waits', { limits: waiting });
  await trial.script([{ status: 500, times: 1 }]);
  const id = await trial.publish(1);
  return { trial, id, delivery: await trial.until(id, 'retrying') };
}

async function remove(stage: Stage, path: string): Promise<void> {
  const { version } = await stage.api.get<{ version: number }>(path);
  const answer = await stage.api.call('DELETE', path, undefined, { 'if-match': `"${version}"` });
  same(answer.status, 204, `DELETE ${path}`);
}
