import type { StackService } from '@waybill/dev-stack/services';
import { balanced, drawUp, openSink } from './account.js';
import { nothingPublished, Publisher } from './publisher.js';
import { type Service, services, type Stage } from './stage.js';
import type { Promised, Story } from './story.js';

/** Services come and go one by one. */
export const alone: Story = {
  name: 'alone',
  about: 'each service is stopped while the others run, and then runs while the others are stopped',
  tell: (stage) => [
    ...services.map((service) => away(stage, service)),
    ...services.map((service) => onlyOne(stage, service)),
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
