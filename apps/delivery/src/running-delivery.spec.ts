import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import type { Delivery } from '@waybill/contracts/http/deliveries';
import { encodeLogEvent, type LogEvent, sealedAtHeader } from '@waybill/contracts/log-event';
import type { ConnectorLimits } from '@waybill/contracts/log/registry';
import { sealedNotificationText } from '@waybill/contracts/log/subscriptions';
import type { Problem } from '@waybill/contracts/problem';
import { logStream, logSubject, logSubjects, publishSubject, rpcSubject } from '@waybill/contracts/subjects';
import { encodeTypeId } from '@waybill/decider/type-id';
import { PostgresLog } from '@waybill/event-log/postgres-log';
import { ReceiversClient } from '@waybill/receivers/client';
import { type Receivers, startReceivers } from '@waybill/receivers/start';
import { keks, readConfig } from '@waybill/service-kit/config';
import { runMigrations } from '@waybill/service-kit/database';
import { problem } from '@waybill/service-kit/problems';
import { createSecretBox, type SealedSecrets } from '@waybill/service-kit/secret-box';
import { type RunningService, startService } from '@waybill/service-kit/start-service';
import { startNats, type TestNats } from '@waybill/testkit/start-nats';
import { startPostgres, type TestDatabase, type TestPostgres } from '@waybill/testkit/start-postgres';
import pg from 'pg';
import { configSchema } from './config.js';
import { deliveryModule } from './delivery.module.js';
import { deliveryMigrations } from './migrations.js';

const kek = (): string => `v1:${randomBytes(32).toString('base64')}`;
const limits: ConnectorLimits = {
  maxConcurrent: 8,
  maxPerSecond: null,
  timeoutMs: 5_000,
  retryDelaysSeconds: [0, 0.2, 0.2],
};

/** Every test names its things by number; the ids are well formed. */
export const idOf = <P extends 'con' | 'sub' | 'ntf'>(prefix: P, number: number): string => {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, number);
  return encodeTypeId(prefix, bytes);
};

const signingSecret = `whsec_${randomBytes(32).toString('base64')}`;

interface ConnectorGiven {
  readonly target: string;
  readonly config: object;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly limits?: Partial<ConnectorLimits>;
  readonly templates?: object;
}

/** The other services' logs, published as their relays do. */
class PublishedLog {
  private position = 0;
  private readonly versions = new Map<string, number>();

  constructor(
    private readonly nats: NatsConnection,
    private readonly log: string,
  ) {}

  async open(): Promise<void> {
    const manager = await jetstreamManager(this.nats);
    await manager.streams.add({ name: logStream(this.log), subjects: [logSubjects(this.log)], allow_direct: true });
  }

  async publish(stream: string, type: string, data: object, sealed: string | null = null): Promise<number> {
    this.position += 1;
    const version = (this.versions.get(stream) ?? 0) + 1;
    this.versions.set(stream, version);
    const envelope = {
      log: this.log, epoch: 1, position: this.position, eventId: crypto.randomUUID(), stream, version, type, schemaVersion: 1,
      tenant: 'default', at: new Date().toISOString(), actor: 'test', correlationId: null, causationId: null, traceparent: null,
    }; // prettier-ignore
    const { text, sealedAt } = encodeLogEvent(envelope, JSON.stringify(data), sealed);
    const sent = headers();
    if (sealedAt !== null) sent.set(sealedAtHeader, String(sealedAt));
    await jetstream(this.nats).publish(logSubject(this.log, 'default', type), text, { headers: sent });
    return this.position;
  }
}

/** One or more copies of the service with a real PostgreSQL, nats-server and receivers; registry and subscriptions are played. */
export class RunningDelivery {
  readonly copies = new Map<string, RunningService>();
  readonly received: ReceiversClient;
  private readonly sealed = new Map<string, SealedSecrets>();
  private readonly shapes = new Map<string, object>();
  /** Which publishes the tenant's own rules refuse. */
  refusesPublish: (body: object) => boolean = () => false;
  readonly asked: { call: string; body: Record<string, unknown>; actor: string }[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly nats: TestNats,
    readonly client: NatsConnection,
    readonly receivers: Receivers,
    private readonly registry: PublishedLog,
    private readonly subscriptions: PublishedLog,
    readonly environment: Readonly<Record<string, string>>,
  ) {
    this.received = new ReceiversClient(receivers.httpUrl);
  }

  static async start(of?: TestPostgres): Promise<RunningDelivery> {
    const server = of ?? (await startPostgres());
    const [database, nats, receivers] = await Promise.all([
      server.createDatabase('delivery'),
      startNats(),
      startReceivers({ httpPort: 0, smtpPort: 0 }),
    ]);
    await runMigrations({ ownerUrl: database.ownerUrl, appRole: database.appRole, migrations: deliveryMigrations });
    const client = await connect({ servers: nats.url });
    const allow = [receivers.httpUrl, receivers.smtpUrl]
      .map((url) => new URL(url).port)
      .map((port) => `127.0.0.1/32:${port}-${port}`);
    const environment = {
      DATABASE_URL: database.appUrl,
      NATS_URL: nats.url,
      WAYBILL_OPS_PORT: '0',
      WAYBILL_LOG_LEVEL: process.env['WAYBILL_LOG_LEVEL'] ?? 'silent',
      WAYBILL_LOG_KEK: kek(),
      WAYBILL_SECRETS_KEK: kek(),
      WAYBILL_LEASE_MS: '1000',
      WAYBILL_CONFIG: JSON.stringify({ egress: { allow } }),
    };
    const logs = [new PublishedLog(client, 'registry-0'), new PublishedLog(client, 'subscriptions-0')] as const;
    for (const log of logs) await log.open();
    const delivery = new RunningDelivery(database, nats, client, receivers, ...logs, environment);
    delivery.playOthers();
    return delivery;
  }

  async serve(copy = 'one', more: Record<string, string> = {}): Promise<RunningService> {
    const config = readConfig(configSchema, { ...this.environment, WAYBILL_COPY: copy, ...more });
    const service = await startService({
      name: 'delivery',
      description: 'test',
      config,
      connect: () => connect({ servers: this.nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 }),
      module: (kit) => deliveryModule(config, kit),
    });
    this.copies.set(copy, service);
    return service;
  }

  async stopCopy(copy: string): Promise<number> {
    const service = this.copies.get(copy);
    this.copies.delete(copy);
    return (await service?.stop()) ?? 0;
  }

  async stop(): Promise<void> {
    for (const copy of [...this.copies.keys()]) await this.stopCopy(copy);
    await this.client.close();
    await this.receivers.close();
    await this.nats.stop();
    await this.database.drop();
  }

  /** A connector to the receiver of webhooks of this name. */
  webhook(number: number, name: string, over: { limits?: Partial<ConnectorLimits> } = {}): Promise<string> {
    const config = { url: `${this.receivers.httpUrl}/webhook/${name}` };
    return this.connector(number, { target: 'webhook', config, secrets: { signingSecret }, ...over });
  }

  jira(number: number, over: { limits?: Partial<ConnectorLimits> } = {}): Promise<string> {
    const config = {
      baseUrl: `${this.receivers.httpUrl}/jira`,
      projectKey: 'OPS',
      onUpdate: 'comment',
      resolveTransition: 'Done',
    };
    return this.connector(number, {
      target: 'jira',
      config,
      secrets: { email: 'agent@example.com', apiToken: 'good-token' },
      ...over,
    });
  }

  async connector(number: number, over: ConnectorGiven): Promise<string> {
    const connectorId = idOf('con', number);
    const secrets = over.secrets ?? {};
    const place = { tenant: 'default', connectorId, secretVersion: 1 };
    this.sealed.set(
      connectorId,
      createSecretBox(keks.parse(this.environment['WAYBILL_SECRETS_KEK'])).seal(secrets, place),
    );
    const mark = { fingerprint: '', setAt: '', setBy: '' };
    const shape = {
      connectorId,
      name: `connector ${number}`,
      target: over.target,
      enabled: true,
      config: over.config,
      templates: over.templates ?? {},
      limits: { ...limits, ...over.limits },
      secrets: Object.fromEntries(Object.keys(secrets).map((name) => [name, mark])),
      secretVersion: Object.keys(secrets).length === 0 ? 0 : 1,
    };
    this.shapes.set(connectorId, shape);
    await this.known(await this.registry.publish(`connector-${connectorId}`, 'ConnectorCreated', shape));
    return connectorId;
  }

  /** Changes members of a connector, and waits until every copy knows it. */
  async change(connectorId: string, over: { config?: object; templates?: object }): Promise<void> {
    const shape = { ...this.shapes.get(connectorId), ...over };
    this.shapes.set(connectorId, shape);
    const changed = { ...shape, changed: Object.keys(over) };
    await this.known(await this.registry.publish(`connector-${connectorId}`, 'ConnectorUpdated', changed));
  }

  /** Waits until every copy has read registry’s log up to a position. */
  async known(position: number): Promise<void> {
    for (const _copy of this.copies)
      await this.ask('caught-up', { log: 'registry-0', position, timeoutMs: 5_000 }, '_');
  }

  registryEvent(connectorId: string, type: string, data: object = {}): Promise<number> {
    return this.registry.publish(`connector-${connectorId}`, type, { connectorId, reason: null, ...data });
  }

  subscriptionEvent(subscriptionId: string, type: string): Promise<number> {
    const at = new Date().toISOString();
    return this.subscriptions.publish(`subscription-${subscriptionId}`, type, {
      id: subscriptionId,
      at,
      by: 'key:key_a',
      reason: null,
    });
  }

  /** Routes a notification to connectors, as subscriptions decided it; with `until` a window of the subscription holds it back. */
  async route(
    number: number,
    connectorIds: readonly string[],
    over: { payload?: object; type?: string; subscriptionId?: string; correlationKey?: string; until?: string } = {},
  ): Promise<number> {
    const subscriptionId = over.subscriptionId ?? idOf('sub', 1);
    const notificationId = idOf('ntf', number);
    const { until } = over;
    const taken = { subscriptionId, subscriptionVersion: 1, connectorIds };
    const data = {
      notificationId, type: over.type ?? 'demo', source: 'test', id: String(number), time: new Date().toISOString(), via: 'request', decidedOn: 1,
      chosen: until === undefined ? [taken] : [], suppressed: until === undefined ? [] : [{ ...taken, until }], opened: [], payloadMac: '', payloadBytes: 2, warnings: [],
    }; // prettier-ignore
    const keys =
      over.correlationKey === undefined
        ? null
        : { correlation: { [subscriptionId]: over.correlationKey }, suppression: {} };
    const sealed = sealedNotificationText(JSON.stringify(over.payload ?? { n: number }), keys);
    return this.subscriptions.publish(`notification-${notificationId}`, 'NotificationRouted', data, sealed);
  }

  async reply(call: string, input: object, tenant = 'default'): Promise<{ ok?: unknown; problem?: Problem }> {
    const sent = headers();
    sent.set('Waybill-Actor', 'key:key_a');
    const subject = rpcSubject('delivery', tenant, call);
    return (await this.client.request(subject, JSON.stringify(input), { timeout: 20_000, headers: sent })).json();
  }

  async ask<T = Record<string, unknown>>(call: string, input: object = {}, tenant = 'default'): Promise<T> {
    const { ok, problem } = await this.reply(call, input, tenant);
    if (problem !== undefined) throw new Error(JSON.stringify(problem));
    return ok as T;
  }

  async refusal(call: string, input: object = {}): Promise<Problem> {
    const { ok, problem } = await this.reply(call, input);
    if (problem === undefined) throw new Error(`not refused: ${JSON.stringify(ok)}`);
    return problem;
  }

  /** The copy that reads the routing log now. */
  async readerCopy(): Promise<string> {
    const held = `select owner from log_leases where name = 'reader:subscriptions-0' and until > now()`;
    const [row] = await this.eventually(
      () => this.sql<{ owner: string }>(held),
      (rows) => rows.length > 0,
    );
    return row?.owner ?? '';
  }

  async deliveriesOf(number: number): Promise<Delivery[]> {
    const { items } = await this.ask<{ items: Delivery[] }>('deliveries.list', { notificationId: idOf('ntf', number) });
    return items;
  }

  /** The one delivery of a notification once it is what the test waits for; rejects with what it is when that takes too long. */
  async until(number: number, status: Delivery['status'], timeoutMs = 15_000): Promise<Delivery> {
    const [row] = await this.eventually(
      () => this.deliveriesOf(number),
      (rows) => rows[0]?.status === status,
      timeoutMs,
    );
    return this.ask<Delivery>('deliveries.get', { id: row?.id });
  }

  async eventually<T>(look: () => Promise<T>, isSo: (found: T) => boolean, timeoutMs = 15_000): Promise<T> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const found = await look();
      if (isSo(found)) return found;
      if (Date.now() > until) throw new Error(`it did not come to that: ${JSON.stringify(found)}`);
      await delay(25);
    }
  }

  /** Asks the database what no call tells. */
  async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.database.superuserUrl });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Writes into the service's log as another worker would. */
  async append(
    stream: string,
    expected: 'none' | number,
    events: readonly { type: string; data: object }[],
  ): Promise<void> {
    const { DATABASE_URL = '', WAYBILL_LOG_KEK = '' } = this.environment;
    const log = await PostgresLog.open({
      connectionString: DATABASE_URL,
      kek: WAYBILL_LOG_KEK,
      log: 'delivery-0',
      applicationName: 'another worker',
    });
    const news = events.map((event) => ({ ...event, schemaVersion: 1, meta: { actor: 'test' } }));
    await log.append({ streams: [{ stream, tenant: 'default', expected, events: news }] });
    await log.close();
  }

  /** All events of the service's log, oldest first. */
  async events(): Promise<LogEvent[]> {
    const all: LogEvent[] = [];
    for (;;) {
      const page = await this.ask<{ events: { text: string }[]; head: number }>(
        'log.read',
        { after: all.length, limit: 1_000 },
        '_',
      );
      all.push(...page.events.map(({ text }) => JSON.parse(text) as LogEvent));
      if (all.length >= page.head || page.events.length === 0) return all;
    }
  }

  private playOthers(): void {
    const answer = (
      subject: string,
      call: string,
      answerTo: (body: Record<string, unknown>) => object | null,
    ): void => {
      this.client.subscribe(subject, {
        callback: (_error, message) => {
          const body = message.json<Record<string, unknown>>();
          this.asked.push({ call, body, actor: message.headers?.get('Waybill-Actor') ?? '' });
          const ok = answerTo(body);
          message.respond(
            JSON.stringify(ok === null ? { problem: problem('payload_not_valid', 'It does not fit.') } : { ok }),
          );
        },
      });
    };
    answer(
      rpcSubject('registry', 'default', 'connectors.sealed-secrets'),
      'connectors.sealed-secrets',
      ({ connectorId }) => ({
        sealed: this.sealed.get(connectorId as string) ?? null,
      }),
    );
    answer(rpcSubject('registry', 'default', 'connectors.disable'), 'connectors.disable', () => ({}));
    answer(publishSubject('default'), 'publish', (body) =>
      this.refusesPublish(body) ? null : { notificationId: idOf('ntf', 999_999), duplicate: false },
    );
  }
}
