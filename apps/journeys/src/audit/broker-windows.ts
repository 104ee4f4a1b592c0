import { jetstream, jetstreamManager } from '@nats-io/jetstream';
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
      const { messages, last_seq: last } = (await manager.streams.info(logStream(log))).state;
      if (messages === 0) continue;
      const consumer = await jetstream(nc).consumers.get(logStream(log));
      let read = 0;
      for await (const message of await consumer.consume()) {
        read += 1;
        const said = message.string();
        if (texts.some((text) => said.includes(text)))
          found.push(`${log}:${message.seq} ${message.subject.slice(message.subject.lastIndexOf('.') + 1)}`);
        if (message.seq >= last || message.info.pending === 0) break;
      }
      if (read < messages) throw new Error(`${log}: only ${read} of ${messages} messages were read`);
    }
    return found;
  } finally {
    await nc.close();
  }
}
