import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { logStream } from '@waybill/contracts/subjects';
import { balanced, drawUp, openSink, type Sink } from './account.js';
import { atBroker } from './broker.js';
import { nothingPublished, Publisher } from './publisher.js';
import type { Stage } from './stage.js';
import { eventually, hold, type Promised, same, type Story } from './story.js';

/** NATS loses everything; PostgreSQL has the record. */
export const brokerWiped: Story = {
  name: 'broker-wiped',
  about: "NATS is stopped, JetStream's folder is deleted, NATS is started again",
  tell: (stage) => {
    const count = stage.long ? 1_000 : 200;
    const before = nothingPublished();
    const after = nothingPublished();
    let sink: Sink;
    return [
      {
        says: `${count} notifications that are recorded, and not yet read by delivery, are delivered after the loss of the broker's store`,
        holds: async () => {
          sink = await openSink(stage, `wiped-${Date.now()}`);
          await stage.stop('delivery');
          // A receipt says that it is recorded; a PubAck would be as durable as the store that is about to go.
          await publish(stage, sink, before, 0, count);
          await wipe(stage);
          await stage.start('delivery');
          return balanced(await drawUp(stage, sink, before, settleWaitMs), before);
        },
      },
      ...logs.map((log) => refilled(stage, log)),
      {
        says: 'new notifications flow over JetStream again',
        holds: async () => {
          const fresh = await openSink(stage, `wiped-after-${Date.now()}`);
          const publisher = await Publisher.open(stage.dev, stage.api);
          try {
            await publisher.publish({ type: fresh.type, way: 'jetstream', perSecond, from: 0, to: 100 }, after);
          } finally {
            await publisher.close();
          }
          return balanced(await drawUp(stage, fresh, after, settleWaitMs), after);
        },
      },
      {
        says: 'the services that ran through it are the same processes and ready',
        holds: async () => {
          const names = ['registry', 'subscriptions', 'gateway'];
          const answers = await Promise.all(
            names.map(async (name) => (await fetch(`${stage.dev.opsUrls[name] ?? ''}/readyz`)).status),
          );
          same(answers, [200, 200, 200], 'readiness');
          return names.map((name) => `${name} ${stage.dev.pids[name] ?? 'gone'}`).join(', ');
        },
      },
    ];
  },
};

const logs = ['registry-0', 'subscriptions-0', 'delivery-0'] as const;
const perSecond = 400;
const settleWaitMs = 90_000;
const refillWaitMs = 60_000;
/** Each costs a page of the log, so that a few, evenly spread with both ends, stand for all. */
const comparedMax = { long: 200, short: 40 };

async function publish(
  stage: Stage,
  sink: Sink,
  into: ReturnType<typeof nothingPublished>,
  from: number,
  to: number,
): Promise<void> {
  const publisher = await Publisher.open(stage.dev, stage.api);
  await publisher
    .publish({ type: sink.type, way: 'request', perSecond, from, to }, into)
    .finally(() => publisher.close());
}

async function wipe(stage: Stage): Promise<void> {
  const store = join(stage.dataDir, 'nats', 'jetstream');
  await stage.stop('nats');
  hold(existsSync(store), `JetStream keeps its store elsewhere than in ${store}`);
  rmSync(store, { recursive: true });
  await stage.start('nats');
}

function refilled(stage: Stage, log: (typeof logs)[number]): Promised {
  return {
    says: `the stream of ${log} is refilled, and the message with sequence n is the event at position n`,
    holds: () =>
      atBroker(stage, async (manager) => {
        const state = await eventually(`${logStream(log)} as long as its log`, refillWaitMs, async () => {
          const { position } = await stage.api.get<{ position: number }>(`/v1/log/${log}/head`);
          const found = await manager.streams.info(logStream(log)).catch(() => null);
          return found !== null && found.state.last_seq >= position ? found.state : null;
        });
        hold(state.messages === state.last_seq - state.first_seq + 1, `the stream has holes: ${JSON.stringify(state)}`);
        const sequences = spread(state.first_seq, state.last_seq, stage.long ? comparedMax.long : comparedMax.short);
        for (const sequence of sequences) {
          const message = await manager.streams.getMessage(logStream(log), { seq: sequence });
          const event = JSON.parse(message?.string() ?? '{}') as { position?: number; eventId?: string };
          hold(event.position === sequence, `sequence ${sequence} holds position ${event.position ?? '?'}`);
          const { items } = await stage.api.get<{ items: { eventId: string; position: number }[] }>(
            `/v1/log/${log}/events?after=${sequence - 1}&limit=1`,
          );
          // The API shows the tenant's own events; one of nobody's is compared by its position alone.
          if (items[0]?.position === sequence) same(event.eventId, items[0].eventId, `the event at ${sequence}`);
        }
        return `sequences ${state.first_seq} to ${state.last_seq} without a hole, ${sequences.length} compared with the log`;
      }),
  };
}

/** All of them, or evenly spread ones with both ends. */
function spread(first: number, last: number, most: number): number[] {
  const total = last - first + 1;
  const step = Math.max(1, Math.ceil(total / most));
  const chosen = Array.from({ length: Math.ceil(total / step) }, (_, index) => first + index * step);
  return chosen.at(-1) === last ? chosen : [...chosen, last];
}
