import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { logStream } from '@waybill/contracts/subjects';

/** The messages in the windows of the logs that still hold one of the texts, in whatever form: log, sequence and type of event. */
export async function windowsHolding(adminNatsUrl: string, ...texts: readonly string[]): Promise<string[]> {
  const url = new URL(adminNatsUrl);
  const nc = await connect({
    servers: url.host,
    user: decodeURIComponent(url.username),
    pass: decodeURIComponent(url.password),
  });
  try {
    const manager = await jetstreamManager(nc);
    const found: string[] = [];
    for (const log of ['subscriptions-0', 'delivery-0']) {
      const { first_seq: first, last_seq: last } = (await manager.streams.info(logStream(log))).state;
      for (let sequence = first; sequence <= last; sequence += 1) {
        const message = await manager.streams.getMessage(logStream(log), { seq: sequence }).catch(() => null);
        const said = message?.string() ?? '';
        if (message !== null && texts.some((text) => said.includes(text)))
          found.push(`${log}:${sequence} ${message.subject.slice(message.subject.lastIndexOf('.') + 1)}`);
      }
    }
    return found;
  } finally {
    await nc.close();
  }
}
