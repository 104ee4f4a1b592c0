import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Delivery } from '@waybill/contracts/http/deliveries';
import type { DeliveryHold } from '@waybill/contracts/http/delivery-hold';
import type { Why } from '@waybill/contracts/http/why';
import pg from 'pg';
import { openSink, type Sink } from './account.js';
import { runProgram } from './program.js';
import { nothingPublished, Publisher } from './publisher.js';
import type { Stage } from './stage.js';
import { eventually, hold, same, type Story } from './story.js';

/** A backup of everything is put back: what it does not know is the one thing that must not go out again by itself. */
export const restore: Story = {
  name: 'restore',
  about:
    'all databases and what the notary remembers are copied, the system works on, and the copy is put back with an empty broker',
  tell: (stage) => {
    let sink: Sink;
    return [
      {
        says: `what was pending at the backup, and was sent after it, is not sent by the restored system until an operator releases it`,
        holds: async () => {
          sink = await openSink(stage, `restored-${Date.now()}`);
          await stage.stop('delivery');
          await publish(stage, sink, 0, count);
          await stopAll(stage);
          await copyEverything(stage, { from: '', to: backup });
          await startAll(stage);
          await ended(stage, sink, count);
          await stopAll(stage);
          await putBack(stage);
          await startAll(stage);
          const { since } = await held(stage, 'database_changed');
          await publish(stage, sink, count, 1);
          await eventually('everything is accepted', settleWaitMs, async () =>
            (await deliveriesOf(stage, sink)).length === count + 1 ? true : null,
          );
          const rows = await deliveriesOf(stage, sink);
          same([...new Set(rows.map(({ status }) => status))], ['pending'], 'what is held');
          same(await received(stage, sink), count, 'calls of the receiver');
          return `held since ${since ?? '?'}: ${rows.length} pending, ${count} calls, all of before the restore`;
        },
      },
      {
        says: 'once released all of it is delivered under the ids of before, and each is explained as a possible duplicate of the restore',
        holds: async () => {
          same((await stage.api.post<DeliveryHold>('/v1/delivery-hold/release', {})).held, false, 'held');
          await ended(stage, sink, count + 1);
          const ids = await stage.receivers.ids({ target: 'webhook', name: sink.name, min: 1 });
          same(ids.length, count + 1, 'webhook-ids');
          const rows = (await deliveriesOf(stage, sink)).toReversed();
          for (const { id } of rows.slice(0, count)) {
            const why = await stage.api.get<Why>(`/v1/why/${id}`);
            hold(why.words.includes('this may be a duplicate'), `${id} is explained without the restore: ${why.words}`);
          }
          return `${await received(stage, sink)} calls under ${ids.length} ids, ${count} of them labelled`;
        },
      },
      {
        says: 'delivery:hold before a start holds, and delivery:release lets go, whether or not the service runs',
        holds: async () => {
          await stage.stop('delivery');
          await runProgram(stage, 'delivery', 'hold', ['--by', 'eve']);
          await publish(stage, sink, count + 1, 1);
          await stage.start('delivery');
          const { holds } = await held(stage, 'restored');
          const before = await received(stage, sink);
          await stage.stop('delivery');
          await runProgram(stage, 'delivery', 'release', ['--by', 'eve']);
          await stage.start('delivery');
          await ended(stage, sink, count + 2);
          same(await received(stage, sink), before + 1, 'calls of the receiver');
          return `held by ${holds[0]?.by ?? '?'}, and one more call after the release`;
        },
      },
    ];
  },
};

const count = 20;
const settleWaitMs = 60_000;
const backup = '_backup';
const databases = ['registry', 'subscriptions', 'delivery', 'gateway'] as const;
const services = [...databases, 'notary'] as const;

async function publish(stage: Stage, { type }: Sink, from: number, many: number): Promise<void> {
  const publisher = await Publisher.open(stage.dev, stage.api);
  await publisher
    .publish({ type, way: 'request', perSecond: 100, from, to: from + many }, nothingPublished())
    .finally(() => publisher.close());
}

const deliveriesOf = (stage: Stage, { connectorId }: Sink): Promise<Delivery[]> =>
  stage.api.all(`/v1/deliveries?connectorId=${connectorId}`);

async function received(stage: Stage, { name }: Sink): Promise<number> {
  return (await stage.receivers.received({ target: 'webhook', name })).length;
}

async function ended(stage: Stage, sink: Sink, many: number): Promise<void> {
  await eventually(`${many} are delivered`, settleWaitMs, async () => {
    const rows = await deliveriesOf(stage, sink);
    return rows.length === many && rows.every(({ status }) => status === 'delivered') ? true : null;
  });
}

async function held(stage: Stage, reason: string): Promise<DeliveryHold> {
  const standing = await stage.api.get<DeliveryHold>('/v1/delivery-hold');
  same([standing.held, ...standing.holds.map((one) => one.reason)], [true, reason], 'the hold');
  return standing;
}

async function stopAll(stage: Stage): Promise<void> {
  for (const service of [...services].reverse()) if (stage.isRunning(service)) await stage.stop(service);
}

async function startAll(stage: Stage): Promise<void> {
  for (const service of services) if (!stage.isRunning(service)) await stage.start(service);
}

/** What `pg_dump` of each database and a copy of the notary's folder lead to; nobody may be connected meanwhile. */
async function copyEverything(stage: Stage, { from, to }: { from: string; to: string }): Promise<void> {
  for (const service of databases)
    await asSuperuser(stage, [
      `create database waybill_${service}${to} template waybill_${service}${from} owner waybill_${service}_owner`,
      `revoke all on database waybill_${service}${to} from public`,
      `grant connect, create on database waybill_${service}${to} to waybill_${service}_app`,
    ]);
  const notary = join(stage.dataDir, 'notary');
  cpSync(`${notary}${from}`, `${notary}${to}`, { recursive: true });
}

async function putBack(stage: Stage): Promise<void> {
  for (const service of databases) await asSuperuser(stage, [`drop database waybill_${service} with (force)`]);
  rmSync(join(stage.dataDir, 'notary'), { recursive: true });
  await copyEverything(stage, { from: backup, to: '' });
  await stage.stop('nats');
  rmSync(join(stage.dataDir, 'nats', 'jetstream'), { recursive: true });
  await stage.start('nats');
}

async function asSuperuser(stage: Stage, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: stage.dev.databaseUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
