import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { showLoopDelay } from './loop-delay.js';

/** Answers null when all is well, or what is wrong in a few words. */
export type ReadinessCheck = () => Promise<string | null> | string | null;

/** Health and metrics of one process, on a port of their own so that a busy API never hides them. */
export interface Ops {
  /** Where all metrics of the process are registered. */
  readonly metrics: Registry;
  readonly port: number;
  /** Adds a check to `/readyz`; a name used again replaces the earlier check. */
  check(name: string, check: ReadinessCheck): void;
  /** Adds words to `/readyz` that an operator should read though the service is ready; null where there is nothing to say. */
  notice(name: string, words: () => string | null): void;
  /** Adds a number that is read when somebody asks for `/metrics`; with a label, one number for each of its values. */
  gauge(name: string, help: string, read: () => number): void;
  gauge(name: string, help: string, read: () => ReadonlyMap<string, number>, label: string): void;
  close(): Promise<void>;
}

/** Its own look at the event loop comes never: see `loop-delay.ts`. */
const neverMs = 2 ** 31 - 1;
/** A check that hangs must not make the probe hang: Kubernetes gives up after 1 s by default. */
const checkTimeoutMs = 900;

/**
 * Serves `/healthz` (the process runs), `/readyz` (every check passes, otherwise 503 with what is wrong) and `/metrics` (Prometheus text).
 * Rejects when the port is taken.
 */
export async function startOps(options: { service: string; host: string; port: number }): Promise<Ops> {
  const metrics = new Registry();
  metrics.setDefaultLabels({ service: options.service });
  collectDefaultMetrics({ register: metrics, eventLoopMonitoringPrecision: neverMs });
  const checks = new Map<string, ReadinessCheck>();
  const notices = new Map<string, () => string | null>();
  const server = createServer((request, response) => {
    answer(request.url ?? '/', response, metrics, { checks, notices }).catch(() => response.destroy());
  });
  await listening(server, options.port, options.host);
  const stopShowing = showLoopDelay(metrics);
  return {
    metrics,
    port: (server.address() as AddressInfo).port,
    check: (name, check) => void checks.set(name, check),
    notice: (name, words) => void notices.set(name, words),
    gauge: (name: string, help: string, read: () => number | ReadonlyMap<string, number>, label?: string) =>
      void new Gauge({
        name,
        help,
        labelNames: label === undefined ? [] : [label],
        registers: [metrics],
        collect() {
          const found = read();
          if (typeof found === 'number') return this.set(found);
          this.reset();
          for (const [value, number] of found) this.set({ [label ?? '']: value }, number);
        },
      }),
    close: () => {
      stopShowing();
      return closed(server);
    },
  };
}

interface Asked {
  readonly checks: ReadonlyMap<string, ReadinessCheck>;
  readonly notices: ReadonlyMap<string, () => string | null>;
}

async function answer(
  url: string,
  response: ServerResponse,
  metrics: Registry,
  { checks, notices }: Asked,
): Promise<void> {
  const path = url.split('?')[0];
  if (path === '/healthz') return send(response, 200, 'application/json', '{"alive":true}');
  if (path === '/metrics') return send(response, 200, metrics.contentType, await metrics.metrics());
  if (path !== '/readyz') return send(response, 404, 'text/plain', 'healthz, readyz and metrics are here\n');
  const results = await Promise.all([...checks].map(async ([name, check]) => [name, await resultOf(check)] as const));
  const ready = results.every(([, result]) => result === null);
  const said = [...notices].map(([name, words]) => [name, words()] as const).filter(([, words]) => words !== null);
  const body = {
    ready,
    checks: Object.fromEntries(results),
    ...(said.length === 0 ? {} : { notices: Object.fromEntries(said) }),
  };
  send(response, ready ? 200 : 503, 'application/json', JSON.stringify(body));
}

async function resultOf(check: ReadinessCheck): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${checkTimeoutMs} ms`), checkTimeoutMs);
  });
  try {
    return await Promise.race([Promise.resolve(check()), late]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve());
  });
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}
