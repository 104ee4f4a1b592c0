import { notificationStream } from '@waybill/contracts/subjects';
import { balanced, drawUp, openSink } from './account.js';
import { atBroker } from './broker.js';
import { nothingPublished, Publisher } from './publisher.js';
import type { Stage } from './stage.js';
import { hold, type Promised } from './story.js';

const perSecond = 400;
const settleWaitMs = 60_000;

/**
 * nats-server passes over messages of a queue when it compacts a block at the wrong moment (ADR 0016). Its consumer can be told to do the same
 * since 2.14, so that it happens when the story wants it.
 */
export function passedOver(stage: Stage, count: number, after: number): Promised {
  const rest = after === 0 ? 'and nothing comes after them' : `and ${after} come after them`;
  return {
    says: `the broker's consumer passes over ${count} notifications, ${rest}: all are delivered, once each`,
    holds: async () => {
      const sink = await openSink(stage, `passed-over-${after}-${Date.now()}`);
      const published = nothingPublished();
      const publisher = await Publisher.open(stage.dev, stage.api);
      try {
        await moveIntakeOn(stage, count);
        await publisher.publish(
          { type: sink.type, way: 'jetstream', perSecond, from: 0, to: count + after },
          published,
        );
        return balanced(await drawUp(stage, sink, published, settleWaitMs), published);
      } finally {
        await publisher.close();
      }
    },
  };
}

function moveIntakeOn(stage: Stage, count: number): Promise<void> {
  return atBroker(stage, async ({ consumers, streams }) => {
    const stream = notificationStream(stage.dev.tenant);
    const { state } = await streams.info(stream);
    hold(state.messages === 0, `${state.messages} messages are left in the queue`);
    await consumers.reset(stream, 'intake', state.last_seq + count + 1);
  });
}
