import type { Job } from '@waybill/contracts/http/redelivery';
import { eventsOf, headOf } from '../log-events.js';
import type { Stage } from '../stage.js';
import { eventually, hold, type Promised, same } from '../story.js';
import { Trial } from './trial.js';

/** Point 4: delivering again, one or many. */
export function again(stage: Stage): readonly Promised[] {
  return [
    { says: '4 one is sent again: the same bytes, or today’s template; history keeps both', holds: () => one(stage) },
    {
      says: '4 many are sent again as a job: what it will do is said before; it pauses, survives a kill, resumes, and each redelivery names the job and the person',
      holds: () => many(stage),
    },
    { says: '4 a cancelled job sends nothing more, and jobs are listed by state', holds: () => cancelled(stage) },
  ];
}

async function one(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'again');
  const id = await trial.publish(7);
  const { id: deliveryId } = await trial.until(id, 'delivered');
  const template = { format: 'json', body: '{"number":{{n}},"new":true}' };
  await trial.patch({ templates: { [trial.name]: template } });
  for (const [at, mode] of ['same-bytes', 'render-again'].entries()) {
    await stage.api.post(`/v1/deliveries/${deliveryId}/redeliver`, { mode });
    await trial.delivery(
      id,
      `sent ${at + 2} times`,
      ({ status, attempts }) => status === 'delivered' && attempts.length === at + 2,
    );
  }
  const items = await trial.received();
  same(items.map(({ body }) => body), ['{"n":7}', '{"n":7}', '{"number":7,"new":true}'], 'the bodies'); // prettier-ignore
  hold(new Set(items.map(({ headers }) => headers['webhook-id'])).size === 1, 'the webhook-id changed');
  const { attempts } = await trial.until(id, 'delivered');
  same(attempts.map(({ outcome }) => outcome), ['accepted', 'accepted', 'accepted'], 'the history'); // prettier-ignore
  return `three attempts on the record, one webhook-id; bodies ${items.map(({ body }) => body).join(' ')}`;
}

async function many(stage: Stage): Promise<string> {
  const count = stage.long ? 1_000 : 150;
  const trial = await deadLetters(stage, count);
  const filter = { connectorId: trial.connectorId, status: 'dead-lettered' };
  const before = await headOf(stage, 'delivery-0');
  const dry = await stage.api.post<Record<string, unknown>>('/v1/redeliveries', {
    filter,
    mode: 'same-bytes',
    dryRun: true,
  });
  same(
    { total: dry['total'], connectors: dry['connectors'], duplicateRisk: dry['duplicateRisk'] },
    { total: count, connectors: [{ connectorId: trial.connectorId, count }], duplicateRisk: 0 },
    'the dry run',
  );
  hold(typeof dry['oldest'] === 'string' && Number(dry['expectedSeconds']) > 0, 'the dry run says no age or duration');
  // Stories before may still be at work on theirs.
  for (const type of ['RedeliveryJobCreated', 'RedeliveryRequested'])
    same(
      (await eventsOf(stage, 'delivery-0', type, before)).length,
      0,
      `what the dry run left on the record (${type})`,
    );
  const begun = performance.now();
  const job = await stage.api.post<Job>('/v1/redeliveries', { filter, mode: 'same-bytes' });
  const paused = await pausedOnTheWay(stage, job.id);
  await stage.kill('delivery');
  await stage.start('delivery');
  const still = await stage.api.get<Job>(`/v1/jobs/${job.id}`);
  same([still.state, still.done], ['paused', paused.done], 'the job after the kill');
  await stage.api.post(`/v1/jobs/${job.id}/resume`, {});
  const done = await eventually('the job is done', 120_000, async () => {
    const now = await stage.api.get<Job>(`/v1/jobs/${job.id}`);
    return now.state === 'done' ? now : null;
  });
  const seconds = (performance.now() - begun) / 1_000;
  same([done.done, done.failed, done.skipped], [count, 0, 0], 'the job at its end');
  await trial.settled(count, 'delivered', 30_000);
  const asked = (await eventsOf(stage, 'delivery-0', 'RedeliveryRequested', before)).filter(
    ({ data }) => data['jobId'] === job.id,
  );
  hold(asked.length === count, `${asked.length} redeliveries name the job, not ${count}`);
  hold(asked.every(({ actor }) => actor === done.createdBy && actor.startsWith('key:')), 'one does not name the person'); // prettier-ignore
  const perSecond = Math.max(...ratesOf(asked.map(({ at }) => Date.parse(at))));
  const { received } = await stage.receivers.counts({ target: 'webhook', name: trial.name });
  const unknown = (await eventsOf(stage, 'delivery-0', 'AttemptFailed', before)).filter(
    ({ data }) => data['outcome'] === 'unknown',
  ).length;
  hold(
    received >= 2 * count && received <= 2 * count + unknown,
    `${received} requests for ${count} sent twice, ${unknown} outcomes unknown by the kill`,
  );
  return `${count} to one connector, expected ${String(dry['expectedSeconds'])} s; paused at ${paused.done}, killed, resumed, done after ${seconds.toFixed(1)} s; at most ${perSecond} redeliveries within a second; all name ${done.createdBy ?? ''}`;
}

async function pausedOnTheWay(stage: Stage, id: string): Promise<Job> {
  await eventually('the job moves', 15_000, async () => {
    const now = await stage.api.get<Job>(`/v1/jobs/${id}`);
    return now.done > 0 ? now : null;
  });
  const paused = await stage.api.post<Job>(`/v1/jobs/${id}/pause`, {});
  hold(paused.state === 'paused' && paused.done < paused.total, `${paused.state} at ${paused.done} of ${paused.total}`);
  return paused;
}

async function cancelled(stage: Stage): Promise<string> {
  const trial = await deadLetters(stage, 100);
  const job = await stage.api.post<Job>('/v1/redeliveries', {
    filter: { connectorId: trial.connectorId },
    mode: 'render-again',
  });
  const end = await stage.api.post<Job>(`/v1/jobs/${job.id}/cancel`, {});
  hold(end.state === 'cancelled', `the job is ${end.state}`);
  const listed = await stage.api.get<{ items: Job[] }>('/v1/jobs?state=cancelled&limit=1');
  hold(listed.items[0]?.id === job.id, 'the list by state does not begin with it');
  const refused = await stage.api.call('POST', `/v1/jobs/${job.id}/resume`, {});
  hold(refused.json['code'] === 'job_over', `resuming it answered ${refused.text.slice(0, 200)}`);
  const last = await stage.api.get<Job>(`/v1/jobs/${job.id}`);
  return `cancelled at ${last.done} of ${last.total}; resuming it is refused: ${String(refused.json['code'])}`;
}

/** So many deliveries that the target refused for good. */
async function deadLetters(stage: Stage, count: number): Promise<Trial> {
  // What a kill leaves under way counts as lost after this and five seconds more.
  const trial = await Trial.open(stage, 'job', { limits: { timeoutMs: 1_000 } });
  await trial.script([{ status: 422, body: 'no', times: count }]);
  await trial.publishAll(0, count, 32);
  await trial.settled(count, 'dead-lettered', 60_000);
  return trial;
}

/** How many fall into the second that begins with each. */
function ratesOf(times: readonly number[]): number[] {
  return times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length);
}
