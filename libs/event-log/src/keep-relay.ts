import type { NatsConnection } from '@nats-io/transport-node';
import type { PostgresLog } from './postgres-log.js';
import { Relay } from './relay.js';
import type { ServiceHost } from './service-host.js';

/** Publishes the log for as long as the service runs; an alarm is told on readiness, because somebody has to look. */
export function keepRelay(options: {
  readonly log: PostgresLog;
  readonly connection: NatsConnection;
  readonly host: ServiceHost;
  readonly replicas?: number;
}): Relay {
  const { log, connection, host, replicas } = options;
  let alarm: string | null = null;
  const stop = new AbortController();
  const relay = new Relay({
    log,
    connection,
    onAlarm: (error) => {
      alarm = error.message;
      host.log.fatal({ err: error }, 'relay.stopped');
    },
    onPause: (error) => host.log.warn({ err: error }, 'relay.pause'),
    ...(replicas === undefined ? {} : { replicas }),
  });
  const running = relay.run(stop.signal);
  host.ops.check('relay', () => alarm);
  host.onDrain('relay', async () => {
    stop.abort();
    await running;
  });
  return relay;
}
