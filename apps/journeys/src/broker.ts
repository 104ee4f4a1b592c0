import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { Stage } from './stage.js';

/** Asks or tells the broker's streams something, as its administrator, over a connection of its own. */
export async function atBroker<T>(stage: Stage, what: (manager: JetStreamManager) => Promise<T>): Promise<T> {
  const { host, username, password } = new URL(stage.adminNatsUrl);
  const nc = await connect({ servers: host, user: username, pass: password });
  try {
    return await what(await jetstreamManager(nc, { checkAPI: false }));
  } finally {
    await nc.close();
  }
}
