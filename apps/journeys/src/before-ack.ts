import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { notificationStream } from '@waybill/contracts/subjects';
import { openSilentProxy } from '@waybill/testkit/silent-proxy';
import { balanced, drawUp, openSink } from './account.js';
import { StoredLog } from './audit/stored-log.js';
import { atBroker } from './broker.js';
import { nothingPublished, Publisher } from './publisher.js';
import type { Stage } from './stage.js';
import { eventually, hold, type Promised, same } from './story.js';

const count = 40;
const perSecond = 400;
const waitMs = 30_000;
const settleWaitMs = 120_000;

/**
 * The last of the named fault points (`libs/event-log/src/fault-points.ts`): what came from the queue is in the log, and the queue was not
 * told. The intake runs behind a proxy that keeps what it says to the broker to itself, is seen to have recorded, and dies.
 */
export function killedBeforeAck(stage: Stage): Promised {
  return {
    says: `beforeAck: subscriptions is killed after its append and before its ack of ${count} notifications; each is recorded and delivered once`,
    holds: async () => {
      const sink = await openSink(stage, `before-ack-${Date.now()}`);
      const published = nothingPublished();
      await stage.stop('subscriptions');
      const broker = new URL(stage.adminNatsUrl);
      const proxy = await openSilentProxy(Number(broker.port));
      const service = behind(stage, proxy.port);
      const publisher = await Publisher.open(stage.dev, stage.api);
      const log = await StoredLog.open(stage.dev.databaseUrl, 'subscriptions');
      const batch = { type: sink.type, way: 'jetstream', perSecond } as const;
      try {
        await publisher.publish({ ...batch, from: 0, to: 1 }, published);
        await eventually('it works behind the proxy', waitMs, async () =>
          (await routed(log, sink.type)) === 1 ? 1 : null,
        );
        await eventually('it has acknowledged', waitMs, async () =>
          (await queued(stage)).messages === 0 ? true : null,
        );
        proxy.silence('requests');
        await publisher.publish({ ...batch, from: 1, to: 1 + count }, published);
        await eventually('everything is recorded', waitMs, async () =>
          (await routed(log, sink.type)) === 1 + count ? true : null,
        );
        same(await queued(stage), { messages: count, unacknowledged: count }, 'what the queue holds');
        hold(service.exitCode === null, 'it ended before it was killed');
        const gone = new Promise((resolve) => service.once('exit', resolve));
        service.kill('SIGKILL');
        await gone;
        await stage.start('subscriptions');
        const figures = balanced(await drawUp(stage, sink, published, settleWaitMs), published);
        await eventually('the queue is empty', waitMs, async () =>
          (await queued(stage)).messages === 0 ? true : null,
        );
        same(await routed(log, sink.type), 1 + count, 'events that record them');
        return figures;
      } finally {
        service.kill('SIGKILL');
        await Promise.all([publisher.close(), log.close(), proxy.close()]);
        if (!stage.isRunning('subscriptions')) await stage.start('subscriptions');
      }
    },
  };
}

/** The service as the stack starts it, except for the way to the broker. */
function behind(stage: Stage, port: number) {
  const file = join(stage.dataDir, 'env', 'subscriptions.env');
  const url = new URL(stage.serviceNatsUrl('subscriptions'));
  url.port = String(port);
  return spawn(process.execPath, [`--env-file=${file}`, join('apps', 'subscriptions', 'dist', 'main.js')], {
    // What stands in the environment wins over the file.
    env: { PATH: process.env['PATH'], NATS_URL: url.href },
    stdio: 'ignore',
  });
}

async function routed(log: StoredLog, type: string): Promise<number> {
  const rows = await log.query(
    `SELECT 1 FROM log_events WHERE type = 'NotificationRouted' AND convert_from(data, 'UTF8')::jsonb ->> 'type' = $1`,
    [type],
  );
  return rows.length;
}

function queued(stage: Stage): Promise<{ messages: number; unacknowledged: number }> {
  return atBroker(stage, async ({ consumers, streams }) => {
    const stream = notificationStream(stage.dev.tenant);
    const { state } = await streams.info(stream);
    // An intake that finds what its predecessor left makes its consumer anew: for a moment there is none.
    const consumer = await consumers.info(stream, 'intake').catch(() => null);
    return { messages: state.messages, unacknowledged: consumer?.num_ack_pending ?? Number.NaN };
  });
}
