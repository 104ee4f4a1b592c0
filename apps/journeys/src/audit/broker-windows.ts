import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { logStream } from '@waybill/contracts/subjects';

/** How many messages in the windows of the logs still hold a text, in whatever form. */
export async function windowsHold(adminNatsUrl: string, secret: string): Promise<number> {
  const url = new URL(adminNatsUrl);
  const nc = await connect({
    servers: url.host,
    user: decodeURIComponent(url.username),
    pass: decodeURIComponent(url.password),
  });
  try {
    const manager = await jetstreamManager(nc);
    let found = 0;
    for (const log of ['subscriptions-0', 'delivery-0']) {
      const { first_seq: first, last_seq: last } = (await manager.streams.info(logStream(log))).state;
      for (let sequence = first; sequence <= last; sequence += 1) {
        const message = await manager.streams.getMessage(logStream(log), { seq: sequence }).catch(() => null);
        if (message !== null && message.string().includes(secret)) found += 1;
      }
    }
    return found;
  } finally {
    await nc.close();
  }
}
