import { eventsOf } from '../log-events.js';
import { nothingPublished, Publisher } from '../publisher.js';
import type { Stage } from '../stage.js';
import { eventually, hold, pause, type Promised } from '../story.js';
import { deadHosts } from './dead-hosts.js';
import { median, type Shown, Trial } from './trial.js';

/** Point 2: no target holds up another, and none gets more than it takes. */
export function isolation(stage: Stage): readonly Promised[] {
  const backlog = stage.long ? 10_000 : 1_000;
  return [
    {
      says: '2 a 429 or 503 with Retry-After pauses the whole connector until then, and whoever looks at the connector sees it',
      besideOthers: true,
      holds: () => pausedVisibly(stage),
    },
    {
      says: '2 first attempts go before retries that are due',
      besideOthers: true,
      holds: () => firstBeforeLate(stage),
    },
    {
      says: '2 a replaced secret is used by every attempt that starts after the change was answered',
      besideOthers: true,
      holds: () => replacedSecret(stage),
    },
    // The same with two copies of its own: apps/delivery/src/copies.int.spec.ts.
    ...(stage.long
      ? [{ says: '2 a connector gets no more than its rate, with two copies at work', holds: () => rate(stage) }]
      : []),
    {
      says: `2 ${backlog} notifications to one slow connector delay another one's next by at most 100 ms, and end when it is disabled, beside another one's retry`,
      holds: () => slowNeighbour(stage, backlog),
    },
    deadHosts(stage),
  ];
}

async function pausedVisibly(stage: Stage): Promise<string> {
  const told = await Promise.all([429, 503].map((status) => pausedBy(stage, status)));
  return told.join('; ');
}

async function pausedBy(stage: Stage, status: number): Promise<string> {
  const seconds = 3;
  const trial = await Trial.open(stage, 'pause', { limits: { retryDelaysSeconds: [0, 0] } });
  await trial.script([{ status, headers: { 'Retry-After': String(seconds) }, times: 1 }]);
  const first = await trial.until(await trial.publish(1), 'retrying');
  const answeredMs = Date.parse(first.attempts[0]?.finishedAt ?? '');
  const { health } = await eventually('the pause is shown', 2_000, async () => {
    const connector = await trial.connector();
    return connector.health.pausedUntil === null ? null : connector;
  });
  const until = Date.parse(health.pausedUntil ?? '');
  hold(Math.abs(until - answeredMs - seconds * 1_000) < 200, `${status}: shown until ${until - answeredMs} ms after`);
  const ids = await trial.publishAll(2, 12);
  await Promise.all(ids.map((id) => trial.until(id, 'delivered')));
  const items = (await trial.received()).slice(1);
  const earliest = Math.min(...items.map(({ at }) => Date.parse(at))) - answeredMs;
  hold(earliest >= seconds * 1_000 - 20, `${status}: something came after ${earliest} ms, before the pause was over`);
  hold((await trial.connector()).health.pausedUntil === null, 'the pause is still shown');
  const events = await eventsOf(stage, 'delivery-0', 'ConnectorPaused');
  hold(
    events.filter(({ data }) => data['connectorId'] === trial.connectorId).length === 1,
    `${status}: no ConnectorPaused on the record`,
  );
  return `${status}: ten others waited, the first came ${earliest} ms after the answer (asked ${seconds} s)`;
}

async function firstBeforeLate(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'order', { limits: { maxConcurrent: 1, retryDelaysSeconds: [0, 2] } });
  // One success: until then a connector has a single slot, and three failures would take it again.
  await trial.until(await trial.publish(0), 'delivered');
  // The one slot is held while the two retries fall due and all others come, however long that takes here.
  await trial.script([
    { status: 500, times: 2 },
    { delayMs: 6_000, times: 1 },
  ]);
  await trial.publishAll(1, 4, 1);
  await trial.settled(2, 'retrying', 10_000);
  await trial.publishAll(10, 20, 10);
  await trial.settled(14, 'delivered', 20_000);
  const order = (await trial.received()).map(({ body }) => (JSON.parse(body) as { n: number }).n);
  const retried = [1, 2].map((n) => order.lastIndexOf(n));
  const before = order.filter((n, at) => n >= 10 && at < Math.min(...retried)).length;
  hold(before >= 5, `only ${before} of 10 first attempts went before the first retry: ${order.join(' ')}`);
  hold(Math.min(...retried) < order.length, 'a retry never came');
  return `order at the target: ${order.join(' ')} (1 and 2 are the retries)`;
}

async function replacedSecret(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'secret', {
    auth: { kind: 'bearer' },
    secrets: { token: 'old-token' },
    limits: { maxConcurrent: 16 },
  });
  await trial.until(await trial.publish(0), 'delivered');
  const count = stage.long ? 1_000 : 200;
  let answeredMs = 0;
  const replace = async (): Promise<void> => {
    await pause(150);
    await trial.patch({ secrets: { token: 'new-token' } });
    answeredMs = Date.now();
  };
  const [ids] = await Promise.all([trial.publishAll(1, count, 8), replace()]);
  await trial.publishAll(count, count + 20);
  await trial.settled(count + 20, 'delivered', 60_000);
  const used = new Map(
    (await trial.received()).map(({ headers }) => [headers['webhook-id'], headers['authorization']]),
  );
  const ends: Shown[] = [];
  // The gateway answers so many at once and no thousand.
  for (let from = 0; from < ids.length; from += 64)
    ends.push(...(await Promise.all(ids.slice(from, from + 64).map((id) => trial.until(id, 'delivered')))));
  const started = ends.map(({ id, attempts }) => ({
    token: used.get(id),
    after: Date.parse(attempts.at(-1)?.startedAt ?? '') > answeredMs,
  }));
  const stale = started.filter(({ token, after }) => after && token !== 'Bearer new-token').length;
  hold(stale === 0, `${stale} attempts used the old secret after the answer`);
  const old = started.filter(({ token }) => token === 'Bearer old-token').length;
  hold([...used.values()].every((token) => token === 'Bearer old-token' || token === 'Bearer new-token'), 'a third secret was used'); // prettier-ignore
  return `${count} under load: ${old} before the change with the old one, ${started.filter(({ after }) => after).length} began after the answer, all with the new one`;
}

async function rate(stage: Stage): Promise<string> {
  const perSecond = 10;
  await stage.start('delivery', 2);
  const trial = await Trial.open(stage, 'rate', {
    limits: { maxPerSecond: perSecond, maxConcurrent: 32, retryDelaysSeconds: [0, 0.5] },
  });
  await trial.script([
    { status: 200, times: 1 },
    { status: 500, times: 2 },
  ]);
  await trial.publishAll(0, 30, 30);
  await trial.settled(30, 'delivered', 30_000);
  const times = (await trial.received()).map(({ at }) => Date.parse(at)).toSorted((one, other) => one - other);
  await stage.stop('delivery', 2);
  const most = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));
  hold(most <= perSecond + 2, `${most} came within one second, ${perSecond} are allowed`);
  const tookMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return `${times.length} requests in ${(tookMs / 1_000).toFixed(1)} s, at most ${most} within any second (allowed ${perSecond})`;
}

/** How much later another connector's next notification may be. */
const delayMsMax = 100;

async function slowNeighbour(stage: Stage, backlog: number): Promise<string> {
  const [slow, quick] = await Promise.all([
    Trial.open(stage, 'slow', { limits: { timeoutMs: 60_000 } }),
    Trial.open(stage, 'quick'),
  ]);
  const tries = stage.long ? 20 : 8;
  const measure = async (from: number): Promise<number[]> => {
    const took: number[] = [];
    for (let n = from; n < from + tries; n += 1) {
      took.push(await quick.latencyMs(n));
      await pause(50);
    }
    return took;
  };
  await measure(0);
  const alone = await measure(100);
  const bursts = stage.long ? 3 : 1;
  await slow.script([{ status: 200, delayMs: 2_000, times: backlog * bursts * 2 }]);
  const behind: number[] = [];
  for (let burst = 0; burst < bursts; burst += 1) behind.push(await straightBehind(stage, slow, quick, backlog, burst));
  const beside = await measure(300);
  const ended = await endBeside(stage, slow);
  const [before, during] = [median(alone), median(beside)];
  hold(during - before <= delayMsMax, `alone ${before} ms, beside the backlog ${during} ms: ${beside.join(' ')}`);
  // Beside other tests the burst alone takes longer than that.
  if (stage.long)
    hold(
      median(behind) - before <= delayMsMax,
      `alone ${before} ms, straight behind ${backlog}: ${behind.join(', ')} ms`,
    );
  return `alone median ${before} ms (worst ${Math.max(...alone)}), with ${backlog} waiting ${during} ms (worst ${Math.max(...beside)}); the one published straight after the last of the ${backlog}: ${behind.join(', ')} ms; ${ended}`;
}

/** Beside a backlog that ends, a retry of another connector begins no later than this after its time. */
const retryLateMsMax = { long: 1_000, short: 4_000 };

/** Disables a connector with a backlog. Answers how long that takes to end, and when a retry of another connector came meanwhile. */
async function endBeside(stage: Stage, slow: Trial): Promise<string> {
  const planMs = 1_000;
  const flaky = await Trial.open(stage, 'flaky', { limits: { retryDelaysSeconds: [0, planMs / 1_000] } });
  await flaky.script([{ status: 500, times: 1 }]);
  await stage.api.post(`/v1/connectors/${slow.connectorId}/disable`, { reason: 'the story is over' });
  const begunMs = Date.now();
  const { attempts } = await flaky.until(await flaky.publish(1), 'delivered', 60_000);
  const [failed, retried] = [attempts[0]?.finishedAt, attempts[1]?.startedAt].map((at) => Date.parse(at ?? '')) as [number, number]; // prettier-ignore
  const ended = await eventually('all that waited has ended', 600_000, async () => {
    const counts = await countsOf(stage, slow);
    return counts['pending'] === 0 && counts['retrying'] === 0 && counts['attempting'] === 0 ? counts : null;
  });
  const told = `${ended['cancelled']} ended within ${((Date.now() - begunMs) / 1_000).toFixed(1)} s; another one's retry began ${retried - failed} ms after its failure (planned ${planMs})`;
  hold(retried - failed <= planMs * 1.2 + retryLateMsMax[stage.long ? 'long' : 'short'], told);
  return told;
}

/** Publishes a burst to the slow one; answers how long the other one's next notification takes, and waits until the burst is on the record. */
async function straightBehind(
  stage: Stage,
  slow: Trial,
  quick: Trial,
  backlog: number,
  burst: number,
): Promise<number> {
  const publisher = await Publisher.open(stage.dev, stage.api);
  const [from, to] = [burst * backlog, (burst + 1) * backlog];
  await publisher.publish({ type: slow.name, way: 'jetstream', perSecond: 1e6, from, to }, nothingPublished());
  const behindMs = await quick.latencyMs(200 + burst);
  await publisher.close();
  await eventually('the backlog is on the record', 60_000, async () => {
    const counts = await countsOf(stage, slow);
    return Object.values(counts).reduce((sum, count) => sum + count, 0) >= to - 100 ? true : null;
  });
  return behindMs;
}

/** How many deliveries of a trial are in which state. */
async function countsOf(stage: Stage, { connectorId }: Trial): Promise<Record<string, number>> {
  return (await stage.api.get<{ counts: Record<string, number> }>(`/v1/stats?connectorId=${connectorId}`)).counts;
}
