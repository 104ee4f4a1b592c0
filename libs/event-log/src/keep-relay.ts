import type { NatsConnection } from '@nats-io/transport-node';
import type { PostgresLog } from './postgres-log.js';
import { Relay } from './relay.js';
import type { ServiceHost } from './service-host.js';

/** A service that stops carries on what it has just recorded, at most for so long. */
const leaveMs = 500;

/**
 * Publishes the log for as long as the service runs. A stream that contradicts the log stops the relay for good: readiness says so until
 * an operator has decided, because publishing on would hide which of the two is true.
 */
export function keepRelay(options: {
  readonly log: PostgresLog;
  readonly connection: NatsConnection;
  readonly host: ServiceHost;
  /** Copies of the stream. Not optional: whoever left it out would take away what an operator's setting has made. */
  readonly replicas: number;
  readonly gatherMs?: number;
}): Relay {
  const { log, connection, host, replicas, gatherMs } = options;
  let alarm: string | null = null;
  const stop = new AbortController();
  const relay = new Relay({
    log,
    connection,
    onAlarm: (error) => {
      alarm = error.message;
      host.log.fatal({ err: error, kind: error.kind, position: error.position }, 'relay.stopped');
    },
    onPause: (error) => host.log.warn({ err: error }, 'relay.pause'),
    replicas,
    gatherMs,
  });
  const running = relay.run(stop.signal);
  host.ops.check('relay', () => alarm);
  host.ops.gauge('waybill_relay_lag_positions', 'Events of the log that its stream does not hold yet', () =>
    Math.max(0, log.knownPosition - relay.position),
  );
  host.onDrain('relay', async () => {
    await relay.caughtUp(0, leaveMs);
    stop.abort();
    await running;
  });
  return relay;
}
