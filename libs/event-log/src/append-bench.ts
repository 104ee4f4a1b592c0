import type { AppendRequest, EventLog } from './log.js';

export interface AppendBenchOptions {
  /** Opens one more instance of the same, empty log; each stands for a process of its own. */
  readonly open: () => Promise<EventLog>;
  readonly instances: number;
  /** Writers over all instances; each keeps `inFlight` appends under way. */
  readonly writers: number;
  readonly inFlight: number;
  /** Clear bytes of one event. */
  readonly eventBytes: number;
  readonly seconds: number;
}

export interface AppendBenchResult {
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  /** Positions that the tailing reader saw too late, twice or not at all; anything but 0 is a broken promise. */
  readonly outOfOrder: number;
}

/**
 * Appends as fast as it goes for a while, one event an append, while a reader tails from the start; then checks that positions are
 * contiguous and that the reader saw each exactly once and in order. Throws when a promise is broken.
 */
export async function benchAppends(options: AppendBenchOptions): Promise<AppendBenchResult> {
  const logs: EventLog[] = [];
  for (let n = 0; n < options.instances; n += 1) logs.push(await options.open());
  const reader = await options.open();
  const stop = new AbortController();
  const reading = readAlong(reader, stop.signal);
  const latencies: number[] = [];
  const positions: number[] = [];
  const start = performance.now();
  const endMs = start + options.seconds * 1000;
  await Promise.all(
    Array.from({ length: options.writers * options.inFlight }, async (_, writer) => {
      const log = logs[writer % logs.length] as EventLog;
      for (let n = 0; performance.now() < endMs; n += 1) {
        const before = performance.now();
        const { events } = await log.append(requestOf(writer, n, options.eventBytes));
        latencies.push(performance.now() - before);
        positions.push(events[0]?.position ?? 0);
      }
    }),
  );
  const elapsedMs = performance.now() - start;
  assertContiguous(positions);
  const outOfOrder = await reading.until(positions.length);
  stop.abort();
  await Promise.all([...logs, reader].map((log) => log.close()));
  if (outOfOrder > 0) throw new Error(`the reader saw ${outOfOrder} positions out of order`);
  latencies.sort((a, b) => a - b);
  const percentile = (share: number): number =>
    Math.round((latencies[Math.floor(latencies.length * share)] ?? 0) * 10) / 10;
  return {
    events: positions.length,
    eventsPerSecond: Math.round((positions.length / elapsedMs) * 1000),
    latencyMs: { p50: percentile(0.5), p99: percentile(0.99) },
    outOfOrder,
  };
}

/** Three events a stream, as a delivery that succeeds at once has them. */
function requestOf(writer: number, n: number, bytes: number): AppendRequest {
  const data = { number: n, filling: 'x'.repeat(Math.max(0, bytes - 30)) };
  const event = { type: 'DeliveryAccepted', schemaVersion: 1, data, meta: { actor: 'service:bench' } };
  const stream = `delivery-${writer}-${Math.floor(n / 3)}`;
  return { streams: [{ stream, tenant: 'default', expected: n % 3, events: [event] }] };
}

function readAlong(log: EventLog, signal: AbortSignal): { until(count: number): Promise<number> } {
  let last = 0;
  let outOfOrder = 0;
  const reading = (async () => {
    for await (const batch of log.tail({ after: 0, batchMax: 2000, signal })) {
      for (const event of batch) {
        if (event.position !== last + 1) outOfOrder += 1;
        last = event.position;
      }
    }
  })();
  return {
    until: async (count) => {
      const deadline = performance.now() + 60_000;
      while (last < count && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
      void reading;
      return last === count ? outOfOrder : outOfOrder + Math.abs(count - last);
    },
  };
}

function assertContiguous(positions: number[]): void {
  positions.sort((a, b) => a - b);
  positions.forEach((position, at) => {
    if (position !== at + 1) throw new Error(`position ${position} stands where ${at + 1} should`);
  });
}
