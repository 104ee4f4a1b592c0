import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NatsConnection } from '@nats-io/transport-node';
import { openDatabase } from '@waybill/service-kit/database';
import { Drains } from '@waybill/service-kit/drain';
import { randomCopyName } from '@waybill/service-kit/ids';
import { createLog, type Log, nestLog } from '@waybill/service-kit/logger';
import { startOps } from '@waybill/service-kit/ops-server';
import { Transit } from '@waybill/service-kit/transit';
import { Gauge, type Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { bodyBytesMax, type GatewayConfig, listenBacklog, queryTimeoutMs } from './config.js';
import { readConsole } from './console/console-files.js';
import { admission } from './edge/admission.js';
import { BoundedAdapter } from './edge/bounded-adapter.js';
import { KnownKeys, verifyByRegistry } from './edge/known-keys.js';
import { HttpProblemFilter } from './edge/problem.filter.js';
import { notice } from './edge/notice.js';
import { requestLog } from './edge/request-log.js';
import { nameRequest } from './edge/response-headers.js';
import { GatewayModule, type GatewayParts } from './gateway.module.js';
import { PostgresAnswerStore } from './idempotency/answer-store.js';
import { RepeatableRequests } from './idempotency/repeatable-requests.js';
import { LiveClients } from './live/live.controller.js';
import { methodsOf } from './route-table.js';
import { PostgresSessionStore } from './sessions/session-store.js';
import { Sessions } from './sessions/sessions.js';

export interface RunningGateway {
  readonly log: Log;
  readonly url: string;
  readonly opsPort: number;
  /** Answers what was asked, ends the feeds, closes everything; answers the exit code. */
  stop(): Promise<number>;
}

const sweepEveryMs = 600_000;

/**
 * Starts the HTTP API. Health is served first, so that a gateway that waits for its broker or its database can be seen waiting.
 * Rejects when a port is taken; a service that is away is no fault here, its routes answer 503. `secrets` hears of what passes through and is to
 * be forgotten.
 */
export async function startGateway(
  config: GatewayConfig,
  connect: () => Promise<NatsConnection>,
  secrets = new Transit(),
): Promise<RunningGateway> {
  const log = createLog({
    service: 'gateway',
    copy: config.WAYBILL_COPY ?? randomCopyName(),
    level: config.WAYBILL_LOG_LEVEL,
  });
  const ops = await startOps({ service: 'gateway', host: config.WAYBILL_OPS_HOST, port: config.WAYBILL_OPS_PORT });
  let phase: string | null = 'waiting for NATS';
  ops.check('service', () => phase);
  const nats = await connect();
  phase = 'waiting for PostgreSQL';
  const database = await openDatabase({
    url: config.DATABASE_URL,
    applicationName: 'waybill-gateway',
    queryTimeoutMs,
    onRetry: (error) => log.warn({ err: error }, 'gateway.database-away'),
  });
  ops.check('database', () => database.query('select 1').then(() => null));
  ops.check('nats', () => nats.flush().then(() => null));

  const store = new PostgresAnswerStore(database);
  const sessions = new PostgresSessionStore(database);
  const parts = partsOf(config, log, nats, database);
  const { liveClients } = parts;
  countFeeds(liveClients, ops.metrics);
  const app = await createApp(log, parts, [notice(secrets), requestLog(log, ops.metrics)]);
  await app.init();
  await listen(app.getHttpServer(), config);
  const sweepAll = (): Promise<unknown> => Promise.all([store.sweep(), sessions.sweep()]);
  const sweep = setInterval(
    () => void sweepAll().catch((error: unknown) => log.warn({ err: error }, 'gateway.sweep-failed')),
    sweepEveryMs,
  );
  phase = null;
  const url = urlOf(app.getHttpServer(), config.WAYBILL_HTTP_HOST);
  log.info({ url, opsPort: ops.port }, 'service.started');

  const drains = new Drains(log);
  drains.add('ops', () => ops.close());
  drains.add('nats', () => nats.close());
  drains.add('database', () => database.destroy());
  drains.add('sweep', () => clearInterval(sweep));
  drains.add('http', () => closeHttp(app));
  drains.add('live', () => liveClients.end());
  let stopping: Promise<number> | undefined;
  const drain = async (): Promise<number> => {
    phase = 'draining';
    log.info('service.draining');
    const code = await drains.run();
    log.info({ code }, 'service.stopped');
    return code;
  };
  const stop = (): Promise<number> => (stopping ??= drain());
  return { log, url, opsPort: ops.port, stop };
}

function partsOf(config: GatewayConfig, log: Log, nats: NatsConnection, database: DataSource): GatewayParts {
  return {
    config,
    log,
    nats,
    keys: new KnownKeys(verifyByRegistry(nats), Date.now),
    database,
    sessions: new Sessions(new PostgresSessionStore(database)),
    repeatable: new RepeatableRequests(new PostgresAnswerStore(database), (error) =>
      log.error({ err: error }, 'gateway.answer-not-kept'),
    ),
    liveClients: new LiveClients(),
    consoleFiles: readConsole(config.WAYBILL_CONSOLE_DIR),
  };
}

function countFeeds(clients: LiveClients, metrics: Registry): void {
  const gauge = { name: 'waybill_live_feeds', help: 'Open live feeds', registers: [metrics] };
  new Gauge({
    ...gauge,
    collect() {
      this.set(clients.count);
    },
  });
}

async function createApp(
  log: Log,
  parts: GatewayParts,
  watching: readonly ReturnType<typeof requestLog>[],
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(GatewayModule.with(parts), new BoundedAdapter(), {
    // Ours keeps the bytes; the stock one would parse them and lose the spelling of numbers.
    bodyParser: false,
    logger: nestLog(log),
    abortOnError: false,
  });
  app.disable('x-powered-by');
  // An ETag is a version here, never a hash of the body.
  app.set('etag', false);
  app.set('query parser', false);
  app.use(nameRequest, ...watching, admission());
  app.useBodyParser('raw', { limit: bodyBytesMax, inflate: false, type: () => true });
  app.useGlobalFilters(new HttpProblemFilter(log, methodsOf));
  return app;
}

/** Not `app.listen`, which knows no backlog. Rejects when the port is taken. */
function listen(server: Server, config: GatewayConfig): Promise<void> {
  const { WAYBILL_HTTP_PORT: port, WAYBILL_HTTP_HOST: host } = config;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: listenBacklog }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Lets what is being answered end; connections that only wait are closed at once. */
async function closeHttp(app: NestExpressApplication): Promise<void> {
  const server = app.getHttpServer();
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeIdleConnections();
  await closed;
  await app.close();
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
