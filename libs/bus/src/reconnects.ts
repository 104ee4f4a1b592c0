import type { NatsConnection } from '@nats-io/transport-node';

const told = new WeakMap<NatsConnection, Set<() => void>>();

/** Calls `reconnected` each time that the connection was lost and is back. Answers how to stop. One listener of the connection for all. */
export function onReconnect(nc: NatsConnection, reconnected: () => void): () => void {
  let all = told.get(nc);
  if (all === undefined) {
    told.set(nc, (all = new Set()));
    void tell(nc, all);
  }
  all.add(reconnected);
  return () => void all.delete(reconnected);
}

async function tell(nc: NatsConnection, all: ReadonlySet<() => void>): Promise<void> {
  for await (const { type } of nc.status()) if (type === 'reconnect') for (const reconnected of [...all]) reconnected();
}
