import { balanced, drawUp, type Sink } from '../account.js';
import { eventsOf, headOf } from '../log-events.js';
import { nothingPublished, Publisher } from '../publisher.js';
import { sparePorts, type Stage } from '../stage.js';
import { hold, pause, type Promised, same } from '../story.js';
import { Trial } from './trial.js';

/** Point 6: what may have arrived, and what surely has not. */
export function unknown(stage: Stage): readonly Promised[] {
  return [
    {
      says: '6 a reset, a cut answer or a time-out after sending is unknown, and is tried again under the same webhook-id',
      besideOthers: true,
      holds: () => afterSending(stage),
    },
    {
      says: '6 a host that refuses the connection got nothing: refused for now, not unknown',
      besideOthers: true,
      holds: () => beforeSending(stage),
    },
    {
      says: '6 after a kill -9 a receiver sees at most as many duplicates as attempts were in flight, each labelled in the log',
      holds: () => killed(stage),
    },
    ...(['subscriptions', 'delivery'] as const).map((service) => ({
      says: `6 SIGTERM of ${service} makes no duplicate, and nobody waits for leases or acknowledgements to run out`,
      holds: () => drained(stage, service),
    })),
    ...(stage.long
      ? [
          {
            says: '6 SIGTERM of delivery waits for an attempt whose target is slow, and makes no duplicate of it',
            holds: () => drainedSlowly(stage),
          },
        ]
      : []),
  ];
}

async function afterSending(stage: Stage): Promise<string> {
  const faults = ['reset', 'close', 'hang', 'reset-after-headers'] as const;
  const told = await Promise.all(
    faults.map(async (fault) => {
      const trial = await Trial.open(stage, fault, { limits: { timeoutMs: 1_000, retryDelaysSeconds: [0, 0.2] } });
      await trial.script([{ fault, times: 1 }]);
      const { attempts } = await trial.until(await trial.publish(1), 'delivered');
      same(attempts.map(({ outcome }) => outcome), ['unknown', 'accepted'], fault); // prettier-ignore
      const ids = new Set((await trial.received()).map(({ headers }) => headers['webhook-id']));
      hold(ids.size === 1, `${fault}: ${ids.size} webhook-ids`);
      return `${fault}: unknown (${attempts[0]?.reason}), then accepted`;
    }),
  );
  return told.join('; ');
}

async function beforeSending(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'refusing', {
    url: `http://127.9.9.9:${sparePorts.last}/`,
    limits: { retryDelaysSeconds: [0, 0.2] },
  });
  const { attempts, reason } = await trial.until(await trial.publish(1), 'dead-lettered');
  same(attempts.map(({ outcome, retry }) => [outcome, retry]), [['refused', 'later'], ['refused', 'later']], 'the attempts'); // prettier-ignore
  return `${attempts.map(({ reason: why }) => why).join(', ')}; then ${reason}`;
}

/** Few slots and a slow target, so that the kill finds some under way. */
const limits = { maxConcurrent: 8, timeoutMs: 2_000, retryDelaysSeconds: [0, 0.2, 0.5, 1] };

async function killed(stage: Stage): Promise<string> {
  const count = stage.long ? 400 : 80;
  const trial = await Trial.open(stage, 'killed', { limits });
  await trial.script([{ delayMs: 100, times: count }]);
  const before = await headOf(stage, 'delivery-0');
  const publishing = publish(stage, trial.name, count);
  await pause(500);
  await stage.kill('delivery');
  const inFlight = await attemptsUnderWay(stage, before);
  await pause(300);
  await stage.start('delivery');
  const published = await publishing;
  const account = await drawUp(stage, sinkOf(trial), published, 60_000);
  const figures = balanced(account, published);
  hold(account.doubled.length <= inFlight, `${account.doubled.length} duplicates for ${inFlight} attempts in flight`);
  const lost = (await eventsOf(stage, 'delivery-0', 'AttemptFailed', before)).filter(
    ({ data }) => data['reason'] === 'worker_lost',
  );
  hold(lost.length <= inFlight, `${lost.length} unknown outcomes for ${inFlight} attempts in flight`);
  return `${inFlight} attempts in flight at the kill, ${lost.length} labelled ${(lost[0]?.data['reason'] as string | undefined) ?? '-'}; ${figures}`;
}

/** Attempts that have begun since a position and have no outcome; nobody writes one meanwhile. */
async function attemptsUnderWay(stage: Stage, after: number): Promise<number> {
  // The log is read through another copy's absence: the gateway asks delivery, which is dead, so its database's read model is not asked.
  await stage.start('delivery', 2);
  const [started, ...ended] = await Promise.all(
    ['AttemptStarted', 'DeliveryDelivered', 'AttemptFailed', 'DeliveryDeadLettered'].map((type) =>
      eventsOf(stage, 'delivery-0', type, after),
    ),
  );
  const over = new Set(ended.flat().map(({ data }) => data['attemptId']));
  const open = (started ?? []).filter(
    ({ data, actor }) => actor === 'service:delivery:delivery' && !over.has(data['attemptId']),
  ).length;
  await stage.stop('delivery', 2);
  return open;
}

/** Far below the ten seconds of a lease, of an acknowledgement, and of the right of whoever accepted a delivery. */
const goesOnWithinMs = 5_000;

async function drained(stage: Stage, service: 'subscriptions' | 'delivery'): Promise<string> {
  const count = stage.long ? 2_000 : 300;
  const trial = await Trial.open(stage, `drain-${service}`, { limits });
  await trial.script([{ delayMs: 10, times: count }]);
  const publishing = publish(stage, trial.name, count);
  await pause((count / perSecond) * 500);
  const said = await stage.stop(service);
  await stage.start(service);
  const ready = Date.now();
  const published = await publishing;
  const account = await drawUp(stage, sinkOf(trial), published, 60_000);
  const figures = balanced(account, published);
  hold(said === 'stopped (exit 0)', `it ended with: ${said}`);
  hold(account.doubled.length === 0, `${account.doubled.length} arrived twice`);
  const quietMs = await quietAfter(stage, trial.name, ready);
  hold(quietMs <= goesOnWithinMs, `when it was ready again nothing arrived for ${quietMs} ms`);
  return `${figures}; the receiver waited at most ${(quietMs / 1_000).toFixed(1)} s once it was ready again`;
}

/** Longer than the ten seconds that the other services have to end, and less than an attempt may last where the connector says nothing. */
const slowMs = 12_000;

async function drainedSlowly(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'drain-slow', { limits: { retryDelaysSeconds: [0, 0.2] } });
  await trial.script([{ status: 200, delayMs: slowMs, times: 1 }]);
  const id = await trial.publish(1);
  await trial.until(id, 'attempting');
  // The attempt is on the record a moment before it leaves; what has not left is given back and would show nothing here.
  await pause(1_000);
  const asked = Date.now();
  const said = await stage.stop('delivery');
  const tookMs = Date.now() - asked;
  await stage.start('delivery');
  const { attempts } = await trial.until(id, 'delivered', 60_000);
  const arrivals = (await trial.received()).length;
  hold(
    arrivals === 1,
    `it arrived ${arrivals} times; ${attempts.map(({ reason, outcome }) => reason ?? outcome).join(', then ')}`,
  );
  same(attempts.map(({ outcome }) => outcome), ['accepted'], 'the attempts'); // prettier-ignore
  hold(said === 'stopped (exit 0)', `it ended with: ${said}`);
  return `delivery ended ${(tookMs / 1_000).toFixed(1)} s after the signal, the answer recorded`;
}

/** The longest time without an arrival from a moment on. */
async function quietAfter(stage: Stage, name: string, fromMs: number): Promise<number> {
  const items = await stage.receivers.received({ target: 'webhook', name, limit: 100_000 });
  const later = items.map(({ at }) => Date.parse(at)).filter((at) => at > fromMs);
  const times = [fromMs, ...later].toSorted((one, other) => one - other);
  return Math.max(0, ...times.slice(1).map((at, index) => at - (times[index] ?? at)));
}

const perSecond = 200;

async function publish(stage: Stage, type: string, count: number) {
  const published = nothingPublished();
  const publisher = await Publisher.open(stage.dev, stage.api);
  try {
    await publisher.publish({ type, way: 'jetstream', perSecond, from: 0, to: count }, published);
  } finally {
    await publisher.close();
  }
  return published;
}

const sinkOf = ({ name, connectorId, subscriptionId }: Trial): Sink => ({
  type: name,
  name,
  connectorId,
  subscriptionId,
});
