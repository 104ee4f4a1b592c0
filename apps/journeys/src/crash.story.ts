import { balanced, drawUp, openSink, type Sink } from './account.js';
import { killedBeforeAck } from './before-ack.js';
import { passedOver } from './passed-over.js';
import { crashPostgres } from './postgres-processes.js';
import { nothingPublished, type Published, Publisher, type Way } from './publisher.js';
import { type Service, services, type Stage } from './stage.js';
import { eventually, hold, pause, type Promised, type Story } from './story.js';

/** kill -9 in the middle of a stream of notifications, and a start by hand. */
export const crash: Story = {
  name: 'crash',
  about: 'each service is killed while notifications are published, and started again by hand',
  tell: (stage) => [
    ...services.map((service) => killed(stage, service)),
    killedBeforeAck(stage),
    passedOver(stage, 20, 20),
    passedOver(stage, 20, 0),
    brokerKilled(stage),
    // The short form has no minute for both; over JetStream the schedule of `faults` crashes it too.
    ...(stage.long ? (['http', 'jetstream'] as const) : (['http'] as const)).map((way) => databaseCrashed(stage, way)),
    ...(['subscriptions', 'delivery'] as const).map((service) => restarted(stage, service)),
  ],
};

/** What issue 2 asks for; the short form has the same course. */
const notifications = (stage: Stage): number => (stage.long ? 2_000 : 400);
const perSecond = 400;
/** How long nobody starts the killed service. */
const downMs = 1_000;
const settleWaitMs = 120_000;

/** The gateway is on the way of what is published over HTTP only. */
const wayThrough = (service: Service): Way => (service === 'gateway' ? 'http' : 'jetstream');

function killed(stage: Stage, service: Service): Promised {
  const count = notifications(stage);
  return {
    says: `kill -9 of ${service} in the middle of ${count} notifications loses none, and what arrives twice has an unknown outcome in its log`,
    holds: async () => {
      const type = `crash-${service}-${Date.now()}`;
      const sink = await openSink(stage, type, count);
      const published = await publishAround(stage, sink, wayThrough(service), count, async () => {
        await stage.kill(service);
        await pause(downMs);
        await stage.start(service);
      });
      return balanced(await drawUp(stage, sink, published, settleWaitMs), published);
    },
  };
}

/** The machine stays up, so that what the broker has written is written; a power cut may take its last 200 ms (see the broker's `sync_interval`). */
function brokerKilled(stage: Stage): Promised {
  const count = notifications(stage);
  return {
    says: `kill -9 of the broker in the middle of ${count} notifications loses none that it acknowledged`,
    holds: async () => {
      const sink = await openSink(stage, `crash-nats-${Date.now()}`, count);
      const published = await publishAround(stage, sink, 'jetstream', count, async () => {
        await stage.killNats();
        await pause(downMs);
        await stage.start('nats');
      });
      return balanced(await drawUp(stage, sink, published, settleWaitMs), published);
    },
  };
}

/** F-08 of the reference: every 202 is there afterwards, though the answer to a commit may have been lost. */
function databaseCrashed(stage: Stage, way: Way): Promised {
  const count = notifications(stage);
  const crashes = stage.long ? 5 : 2;
  return {
    says: `PostgreSQL crashes in the middle of ${count} notifications over ${way}, and loses none that was acknowledged`,
    holds: async () => {
      const sink = await openSink(stage, `crash-postgres-${way}-${Date.now()}`, count);
      const whose: string[] = [];
      const published = await publishAround(stage, sink, way, count, async () => {
        for (let n = 0; n < crashes; n += 1) {
          // Its own list says who works for whom; a crash in the middle of the recovery would be none.
          await eventually('PostgreSQL takes connections again', settleWaitMs, () => isBack(stage));
          whose.push(crashPostgres(stage).split(' ')[1] ?? '');
          await pause(downMs / 2);
        }
      });
      const account = await drawUp(stage, sink, published, settleWaitMs);
      return `${crashes} crashes (${[...new Set(whose)].join(', ')}); ${balanced(account, published)}`;
    },
  };
}

async function isBack(stage: Stage): Promise<true | null> {
  const { status } = await stage.api.call('GET', '/v1/deliveries?limit=1');
  return status === 200 ? true : null;
}

function restarted(stage: Stage, service: Service): Promised {
  const count = notifications(stage);
  return {
    says: `SIGTERM and a start of ${service} in the middle of ${count} notifications lose none and double none`,
    holds: async () => {
      const sink = await openSink(stage, `drain-${service}-${Date.now()}`, count);
      let said = '';
      const published = await publishAround(stage, sink, 'jetstream', count, async () => {
        said = await stage.stop(service);
        await stage.start(service);
      });
      const account = await drawUp(stage, sink, published, settleWaitMs);
      const figures = balanced(account, published);
      hold(said === 'stopped (exit 0)', `it ended with: ${said}`);
      hold(
        account.doubled.length === 0,
        `${account.doubled.length} arrived twice after a drain: ${account.doubled.slice(0, 5).join(', ')}`,
      );
      return figures;
    },
  };
}

/** The first half, then the fault while the second half is published. */
async function publishAround(
  stage: Stage,
  sink: Sink,
  way: Way,
  count: number,
  fault: () => Promise<void>,
): Promise<Published> {
  const published = nothingPublished();
  const publisher = await Publisher.open(stage.dev, stage.api);
  try {
    const batch = { type: sink.type, way, perSecond };
    await publisher.publish({ ...batch, from: 0, to: count / 2 }, published);
    await Promise.all([publisher.publish({ ...batch, from: count / 2, to: count }, published), fault()]);
  } finally {
    await publisher.close();
  }
  return published;
}
