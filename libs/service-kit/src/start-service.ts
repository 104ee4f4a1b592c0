import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import type { DynamicModule, INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ServiceName } from '@waybill/contracts/subjects';
import { isDatabaseAway } from './database-away.js';
import { randomCopyName } from './ids.js';
import { watchLoad } from './load-watch.js';
import { createLog, type Log, nestLog } from './logger.js';
import { manageMemory } from './memory.js';
import { answerMicro } from './nats-micro.js';
import { type Ops, startOps } from './ops-server.js';
import { defaultGateLimits, type GateLimits, ProblemFilter, RpcGate } from './rpc-gate.js';
import { RpcTransport } from './rpc-transport.js';
import { type Drain, Drains, drainOnSignals } from './drain.js';

/** Between two tries to begin. */
const startAgainMs = 1_000;
const flushAgainMs = 200;

/** What a service's module is given to build itself from. */
export interface Kit {
  readonly name: string;
  /** The name of this copy in leases and logs. */
  readonly copy: string;
  readonly log: Log;
  readonly ops: Ops;
  /** The one connection of the process: rpc, publishing and JetStream. Drained by the kit, after every `onDrain`. */
  readonly nats: NatsConnection;
  /**
   * Called at SIGTERM at once, while what was heard is still being answered: stop what begins work by itself (readers, timers, engines) and
   * finish what it has begun, so that neither waits for the other. In reverse order of registration. Leaves open what a request may use.
   */
  onStop(name: string, drain: Drain): void;
  /** Called after the last request was answered and the last `onStop` is over: close what both stand on. In reverse order of registration. */
  onDrain(name: string, drain: Drain): void;
}

export interface ServiceOptions {
  readonly name: ServiceName;
  readonly description: string;
  readonly version?: string;
  readonly config: {
    readonly WAYBILL_OPS_PORT: number;
    readonly WAYBILL_OPS_HOST: string;
    readonly WAYBILL_LOG_LEVEL: string;
    readonly WAYBILL_COPY?: string | undefined;
  };
  /** Opens the connection and waits for the broker: `() => connectBus(config.NATS_URL, 'registry', config.NATS_CA)`. */
  readonly connect: () => Promise<NatsConnection>;
  /**
   * Builds the module; what it opens here or in `onModuleInit` is ready before the first request is heard. Called again when the database or
   * the broker went away meanwhile, after what it had registered with the kit was stopped.
   */
  readonly module: (kit: Kit) => DynamicModule | Promise<DynamicModule>;
  readonly limits?: GateLimits;
  /** How long the process may take to end after SIGTERM; absent where nothing that it begins lasts longer than `drainTimeoutMs`. */
  readonly drainTimeoutMs?: number;
}

export interface RunningService {
  readonly kit: Kit;
  readonly app: INestMicroservice;
  /** Stops hearing; answers what was heard while what works by itself stops; runs the drains, closes; answers the exit code. For tests; a process drains on SIGTERM. */
  stop(): Promise<number>;
}

/** A start that fails must not leave half a service: it says so and exits with 1. Use this in `main.ts`. */
export async function runService(options: ServiceOptions): Promise<void> {
  manageMemory(watchLoad);
  const log = logOf(options, options.config.WAYBILL_COPY ?? randomCopyName());
  const defect = (error: unknown): void => {
    log.fatal({ err: error }, 'service.defect');
    process.exit(1);
  };
  process.on('uncaughtException', defect).on('unhandledRejection', defect);
  try {
    const service = await startService(options);
    drainOnSignals(service.kit.log, () => service.stop(), options.drainTimeoutMs);
  } catch (error) {
    log.fatal({ err: error }, 'service.start-failed');
    process.exit(1);
  }
}

/**
 * Starts a Nest application that answers the service's calls over NATS: plain JSON in, `{"ok"}` or `{"problem"}` out, bounded, drained.
 * Health is served first, so that a service waiting for its broker can be seen waiting. Rejects when the ops port is taken or the module fails.
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { name, config } = options;
  const copy = config.WAYBILL_COPY ?? randomCopyName();
  const log = logOf(options, copy);
  const ops = await startOps({ service: name, host: config.WAYBILL_OPS_HOST, port: config.WAYBILL_OPS_PORT });
  let phase: string | null = 'waiting for NATS';
  ops.check('service', () => phase);
  const nats = await options.connect();
  ops.check('nats', () => natsState(nats));
  phase = 'starting';
  const { module, kit, works, drains } = await built(options, { name, copy, log, ops, nats });
  const transport = new RpcTransport(nats, name);
  const gate = new RpcGate(log, ops.metrics, options.limits ?? defaultGateLimits);
  const app = await NestFactory.createMicroservice(module, {
    strategy: transport,
    logger: nestLog(log),
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter(log));
  app.useGlobalInterceptors(gate);
  await app.listen();
  const micro = answerMicro(nats, {
    name,
    version: options.version ?? '0.1.0',
    description: options.description,
    queue: name,
    patterns: transport.patterns(),
    stats: gate.stats,
  });
  await hasHeard(nats);
  phase = null;
  log.info({ opsPort: ops.port }, 'service.started');

  const stop = once(async () => {
    phase = 'draining';
    log.info('service.draining');
    const worksCode = works.run();
    await micro.stop();
    await transport.stopHearing();
    await gate.allAnswered();
    const code = Math.max(await worksCode, await drains.run());
    if (!nats.isClosed()) await nats.flush().catch(() => undefined);
    await app.close();
    await ops.close();
    log.info({ code }, 'service.stopped');
    return code;
  });
  return { kit, app, stop };
}

interface Built {
  readonly module: DynamicModule;
  readonly kit: Kit;
  readonly works: Drains;
  readonly drains: Drains;
}

/** The database or the broker may go away in the middle of a start as at any other time: what was begun is stopped, and it begins again. */
async function built(options: ServiceOptions, parts: Omit<Kit, 'onStop' | 'onDrain'>): Promise<Built> {
  const { log, ops, nats } = parts;
  for (;;) {
    const [works, drains] = [new Drains(log), new Drains(log)];
    const kit: Kit = {
      ...parts,
      onStop: (what, drain) => works.add(what, drain),
      onDrain: (what, drain) => drains.add(what, drain),
    };
    const own = new Set((await ops.metrics.getMetricsAsJSON()).map((metric) => metric.name));
    try {
      return { module: await options.module(kit), kit, works, drains };
    } catch (error) {
      if (nats.isClosed() || !isExpectedAway(error)) throw error;
      log.warn({ err: error }, 'service.starts-again');
      await works.run();
      await drains.run();
      for (const metric of await ops.metrics.getMetricsAsJSON())
        if (!own.has(metric.name)) ops.metrics.removeSingleMetric(metric.name);
      await delay(startAgainMs);
    }
  }
}

/** What passes by itself: PostgreSQL, its log, or the broker is away. By name, because event-log and bus are machines that this one does not import. */
function isExpectedAway(error: unknown): boolean {
  return isDatabaseAway(error) || (error instanceof Error && awayNames.has(error.name));
}
const awayNames: ReadonlySet<string> = new Set([
  'LogUnavailable',
  'RequestError',
  'NoRespondersError',
  'TimeoutError',
  'ConnectionError',
]);

/** Resolves when the broker knows what this process listens to; while it is away the client keeps that, and says it when it is back. */
async function hasHeard(nats: NatsConnection): Promise<void> {
  for (;;) {
    try {
      return await nats.flush();
    } catch (error) {
      if (nats.isClosed()) throw error;
      await delay(flushAgainMs);
    }
  }
}

function logOf({ name, config }: ServiceOptions, copy: string): Log {
  return createLog({ service: name, copy, level: config.WAYBILL_LOG_LEVEL });
}

async function natsState(nats: NatsConnection): Promise<string | null> {
  if (nats.isClosed()) return 'closed';
  await nats.flush();
  return null;
}

function once<T>(act: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => (running ??= act());
}
