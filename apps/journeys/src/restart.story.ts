import { balanced, drawUp, openSink, type Sink } from './account.js';
import { nothingPublished, Publisher } from './publisher.js';
import type { Stage } from './stage.js';
import { same, type Story } from './story.js';

/** The whole stack ends and begins again on its folder. */
export const restart: Story = {
  name: 'restart',
  about: 'the stack is stopped by SIGTERM with work left over, and started again on the same folder',
  tell: (stage) => {
    const published = nothingPublished();
    let sink: Sink;
    let atOnce: Sink;
    let before: unknown;
    const receipts: Receipt[] = [];
    return [
      {
        says: 'SIGTERM ends the stack with exit code 0 while notifications wait for a stopped service',
        holds: async () => {
          sink = await openSink(stage, `restart-${Date.now()}`);
          // A type of its own for what arrives before the stack ends: the receivers remember nothing of the time before they are started.
          atOnce = await openSink(stage, `at-once-${Date.now()}`);
          before = await everything(stage);
          const publisher = await Publisher.open(stage.dev, stage.api);
          receipts.push(await stage.api.post<Receipt>('/v1/notifications', once(atOnce.type)));
          const arrived = nothingPublished();
          arrived.taken.add(0);
          balanced(await drawUp(stage, atOnce, arrived, settleWaitMs), arrived);
          await stage.stop('subscriptions');
          await publisher
            .publish({ type: sink.type, way: 'jetstream', perSecond, from: 0, to: waiting }, published)
            .finally(() => publisher.close());
          same(await stage.halt(), 0, 'the exit code');
          return `${waiting} notifications left in the broker`;
        },
      },
      {
        says: 'started on the same folder it has all data and the same addresses, and delivers what was left over',
        holds: async () => {
          await stage.begin();
          const figures = balanced(await drawUp(stage, sink, { ...published }, settleWaitMs), published);
          same(await everything(stage), before, 'connectors and subscriptions');
          return figures;
        },
      },
      {
        says: 'what was published before is the same notification with the same receipt, over HTTP and over JetStream, though the broker has forgotten its window',
        holds: async () => {
          const publisher = await Publisher.open(stage.dev, stage.api);
          const again = nothingPublished();
          await publisher
            .publish({ type: sink.type, way: 'jetstream', perSecond, from: 0, to: waiting }, again)
            .finally(() => publisher.close());
          receipts.push(await stage.api.post<Receipt>('/v1/notifications', once(atOnce.type)));
          const [first, later] = receipts as [Receipt, Receipt];
          same({ ...later, duplicate: false }, { ...first }, 'the receipt');
          same(later.duplicate, true, 'whether the second was known');
          // Published last, so that everything before it has been decided.
          const items = await stage.api.all<{ id: string }>(`/v1/notifications?type=${sink.type}`);
          same(items.length, published.taken.size, 'notifications of the type');
          return balanced(await drawUp(stage, sink, published, settleWaitMs), published);
        },
      },
    ];
  },
};

interface Receipt {
  readonly notificationId: string;
  readonly position: number;
  readonly duplicate: boolean;
}

const once = (type: string) => ({
  type,
  id: `${type}-once`,
  source: 'journeys',
  payload: { n: 0, text: 'once' },
});

const perSecond = 300;
const waiting = 60;
const settleWaitMs = 60_000;

async function everything(stage: Stage): Promise<unknown> {
  const { httpUrl, natsUrl, receiversUrl, adminKey } = stage.dev;
  const [connectors, subscriptions] = await Promise.all(
    ['/v1/connectors', '/v1/subscriptions'].map((path) => stage.api.all<{ id: string; version: number }>(path)),
  );
  const marks = (items: readonly { id: string; version: number }[] = []): string[] =>
    items.map(({ id, version }) => `${id} ${version}`);
  return {
    httpUrl,
    natsUrl,
    receiversUrl,
    adminKey,
    connectors: marks(connectors),
    subscriptions: marks(subscriptions),
  };
}
