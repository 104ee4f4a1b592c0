import type { PostgresLog } from '@waybill/event-log/postgres-log';
import { Relay } from '@waybill/event-log/relay';
import type { Kit } from '@waybill/service-kit/start-service';
import { Gauge } from 'prom-client';

/**
 * Publishes the log to its stream while the service runs. A stream that contradicts the log stops the relay for good: `/readyz` says so
 * until an operator has decided, because publishing on would hide which of the two is true.
 */
export function relayLog(kit: Kit, log: PostgresLog, replicas: number): void {
  const stop = new AbortController();
  let alarm: string | null = null;
  const relay = new Relay({
    log,
    connection: kit.nats,
    replicas,
    onAlarm: (error) => {
      alarm = error.message;
      kit.log.fatal({ err: error, kind: error.kind, position: error.position }, 'relay.alarm');
    },
    onPause: (error) => kit.log.warn({ err: error }, 'relay.paused'),
  });
  const running = relay.run(stop.signal);
  kit.ops.check('relay', () => alarm);
  new Gauge({
    name: 'waybill_relay_lag_positions',
    help: 'Events of the log that its stream does not hold yet',
    registers: [kit.ops.metrics],
    collect() {
      this.set(Math.max(0, log.knownPosition - relay.position));
    },
  });
  kit.onDrain('relay', async () => {
    stop.abort();
    await running;
  });
}
