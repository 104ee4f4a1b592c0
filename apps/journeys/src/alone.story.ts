import type { StackService } from '@waybill/dev-stack/services';
import type { Delivery } from '@waybill/contracts/http/deliveries';
import { balanced, drawUp, openSink } from './account.js';
import { Trial } from './engine/trial.js';
import { nothingPublished, Publisher } from './publisher.js';
import { type Service, services, type Stage } from './stage.js';
import { eventually, pause, type Promised, same, type Story } from './story.js';

/** Services come and go one by one. */
export const alone: Story = {
  name: 'alone',
  about: 'each service is stopped while the others run, and then runs while the others are stopped',
  tell: (stage) => [
    ...services.map((service) => away(stage, service)),
    ...services.map((service) => onlyOne(stage, service)),
    // No window is shorter than a minute.
    ...(stage.long ? [endedWindow(stage)] : []),
  ],
};

const count = (stage: Stage): number => (stage.long ? 300 : 60);
const perSecond = 300;
const settleWaitMs = 60_000;

/** Publishes while something is away, lets it return, and wants everything delivered. */
async function publishedMeanwhile(
  stage: Stage,
  name: string,
  leave: () => Promise<unknown>,
  comeBack: () => Promise<unknown>,
): Promise<string> {
  const sink = await openSink(stage, `${name}-${Date.now()}`);
  const publisher = await Publisher.open(stage.dev, stage.api);
  const published = nothingPublished();
  try {
    await leave();
    await publisher.publish({ type: sink.type, way: 'jetstream', perSecond, from: 0, to: count(stage) }, published);
    await comeBack();
  } finally {
    await publisher.close();
  }
  return balanced(await drawUp(stage, sink, published, settleWaitMs), published);
}

function away(stage: Stage, service: Service): Promised {
  return {
    says: `what is published while ${service} is stopped is delivered when it is back`,
    holds: () =>
      publishedMeanwhile(
        stage,
        `away-${service}`,
        () => stage.stop(service),
        () => stage.start(service),
      ),
  };
}

function onlyOne(stage: Stage, service: Service): Promised {
  let others: readonly StackService[] = [];
  return {
    says: `${service} comes up and is ready with all others down; what was published meanwhile is delivered when they return`,
    holds: () =>
      publishedMeanwhile(
        stage,
        `alone-${service}`,
        async () => {
          others = stage.running().filter((one) => one !== service);
          await Promise.all(stage.running().map((one) => stage.stop(one)));
          await stage.start(service);
        },
        async () => {
          await Promise.all(others.map((one) => stage.start(one)));
        },
      ),
  };
}

function endedWindow(stage: Stage): Promised {
  return {
    says: 'a suppression window that ended while subscriptions was stopped holds for what was published before its end, and for nothing after it',
    holds: async () => {
      const trial = await Trial.open(stage, 'window', { subscription: { suppression: { minutes: 1, key: null } } });
      const publisher = await Publisher.open(stage.dev, stage.api);
      const publish = (n: number): Promise<unknown> =>
        publisher.publish({ type: trial.name, way: 'jetstream', perSecond, from: n, to: n + 1 }, nothingPublished());
      const arrived = (count: number): Promise<unknown> =>
        eventually(`${count} at the receiver`, settleWaitMs, async () =>
          (await trial.received()).length >= count ? true : null,
        );
      try {
        await publish(0);
        await arrived(1);
        await stage.stop('subscriptions');
        await pause(20_000);
        await publish(1);
        await pause(50_000);
        await publish(2);
      } finally {
        await stage.start('subscriptions');
        await publisher.close();
      }
      await arrived(2);
      const { items } = await stage.api.get<{ items: Delivery[] }>(
        `/v1/deliveries?connectorId=${trial.connectorId}&limit=10`,
      );
      same(items.map(({ status }) => status).toReversed(), ['delivered', 'suppressed', 'delivered'], 'what became of them'); // prettier-ignore
      return 'published at 0, 20 and 70 s with a window of 60 s, the last two while subscriptions was stopped: 1 suppressed';
    },
  };
}
