import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { notificationSubject } from '@waybill/contracts/subjects';

/** Publishes one payload as any service would: a JetStream publish, stored by the broker when this resolves. */
export async function publishOverNats(natsUrl: string, tenant: string, type: string, payload: unknown): Promise<void> {
  const url = new URL(natsUrl);
  const credentials =
    url.username === '' ? {} : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  const client = await connect({ servers: url.host, ...credentials, reconnect: false, timeout: 5000 });
  try {
    await jetstream(client, { timeout: 10_000 }).publish(notificationSubject(tenant, type), JSON.stringify(payload));
  } finally {
    await client.close();
  }
}
