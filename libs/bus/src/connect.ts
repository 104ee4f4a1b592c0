import { connect, type NatsConnection } from '@nats-io/transport-node';

/**
 * Opens the one NATS connection of a process and keeps it for ever: a broker that is away is waited for, at start too,
 * because a service must come up with everything else down.
 * `NATS_URL` carries user and password (`nats://user:password@host:4222`).
 */
export async function connectBus(natsUrl: string, name: string): Promise<NatsConnection> {
  const url = new URL(natsUrl);
  const nc = await connect({
    servers: `${url.hostname}:${url.port || '4222'}`,
    name,
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }),
    maxReconnectAttempts: -1,
    waitOnFirstConnect: true,
    reconnectTimeWait: 500,
    // Replies of one service must not be readable by another: each user may subscribe to its own inbox only.
    inboxPrefix: `_INBOX_${url.username === '' ? 'anonymous' : decodeURIComponent(url.username)}`,
    noAsyncTraces: true,
  });
  void watch(nc);
  return nc;
}

const away = new WeakSet<NatsConnection>();

/** Whether the broker is known to be away: what is asked now would be sent when it is back, after everybody has stopped waiting. */
export const isAway = (nc: NatsConnection): boolean => away.has(nc);

async function watch(nc: NatsConnection): Promise<void> {
  for await (const { type } of nc.status()) {
    if (type === 'disconnect') away.add(nc);
    if (type === 'reconnect') away.delete(nc);
  }
}
