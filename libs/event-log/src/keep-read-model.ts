import type { PostgresLog } from './postgres-log.js';
import { Projection } from './projection.js';
import type { ReadModel } from './read-model.js';
import type { ServiceHost } from './service-host.js';

/** A start waits so long for the tables to be there. */
const tablesTimeoutMs = 30_000;

/**
 * Keeps a read model up with the log for as long as the service runs; resolves when there are tables to ask.
 * A fold that fails stands still and is told on readiness: skipping an event would be a hole for ever.
 */
export async function keepReadModel(options: {
  readonly log: PostgresLog;
  readonly connectionString: string;
  readonly model: ReadModel;
  readonly host: ServiceHost;
  /** See `ProjectionOptions`. */
  readonly paceMs?: number;
}): Promise<Projection> {
  const { log, connectionString, model, host } = options;
  const projection = new Projection({ log, connectionString, model, paceMs: options.paceMs ?? 0 });
  const stop = new AbortController();
  const name = `read model ${model.name}`;
  let fault: string | null = null;
  const running = projection.run(stop.signal).catch((error: unknown) => {
    fault = error instanceof Error ? error.message : String(error);
    host.log.fatal({ err: error, model: model.name }, 'read-model.stopped');
  });
  host.ops.check(name, () => fault);
  host.onDrain(name, async () => {
    stop.abort();
    await running;
  });
  await Promise.race([projection.whenCaughtUp(0, tablesTimeoutMs), running]);
  return projection;
}
