import { connect, type NatsConnection } from '@nats-io/transport-node';

/**
 * Opens the one NATS connection of a process and keeps it for ever: a broker that is away is waited for, at start too,
 * because a service must come up with everything else down.
 * `NATS_URL` carries user and password (`nats://user:password@host:4222`).
 */
export async function connectBus(natsUrl: string, name: string): Promise<NatsConnection> {
  const url = new URL(natsUrl);
  return connect({
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
}
