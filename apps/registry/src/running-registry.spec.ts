import { randomBytes } from 'node:crypto';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { formatApiKey } from '@waybill/contracts/http/api-keys';
import type { Problem } from '@waybill/contracts/problem';
import { rpcSubject } from '@waybill/contracts/subjects';
import { PostgresLog } from '@waybill/event-log/postgres-log';
import { keks, readConfig } from '@waybill/service-kit/config';
import { runMigrations } from '@waybill/service-kit/database';
import { newId } from '@waybill/service-kit/ids';
import { createSecretBox, type SealedSecrets } from '@waybill/service-kit/secret-box';
import { type RunningService, startService } from '@waybill/service-kit/start-service';
import { startNats, type TestNats } from '@waybill/testkit/start-nats';
import { startPostgres, type TestDatabase } from '@waybill/testkit/start-postgres';
import { pino } from 'pino';
import { configSchema } from './config.js';
import { registryMigrations } from './migrations.js';
import { registryModule } from './registry.module.js';

const kek = (): string => `v1:${randomBytes(32).toString('base64')}`;
export const bootstrapKey = formatApiKey(newId('key'), 'B'.repeat(43));

/** What a create or an update answers; more members than these. */
export interface Written {
  id: string;
  version: number;
  position: number;
  generatedSecrets?: Record<string, string>;
  [member: string]: unknown;
}

/** The body of a webhook connector; secrets given as `token` need the bearer kind. */
export const webhook = (more: object = {}): object => ({
  name: 'SOC',
  target: 'webhook',
  config: { url: 'https://hooks.example.com/in' },
  ...more,
});
export const withToken = (token: string): object =>
  webhook({ secrets: { token }, config: { url: 'https://h.example.com/', auth: { kind: 'bearer' } } });

/** The whole service with a real PostgreSQL and nats-server, asked like every client of NATS asks. */
export class RunningRegistry {
  service!: RunningService;
  /** What it logged as an error, in order. */
  readonly errors: Record<string, unknown>[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly nats: TestNats,
    readonly client: NatsConnection,
    private readonly environment: Record<string, string>,
  ) {}

  static async start(): Promise<RunningRegistry> {
    const server = await startPostgres();
    const [database, nats] = await Promise.all([server.createDatabase('registry'), startNats()]);
    await runMigrations({ ownerUrl: database.ownerUrl, appRole: database.appRole, migrations: registryMigrations });
    const environment = {
      DATABASE_URL: database.appUrl,
      NATS_URL: nats.url,
      WAYBILL_OPS_PORT: '0',
      WAYBILL_LOG_LEVEL: 'silent',
      WAYBILL_LOG_KEK: kek(),
      WAYBILL_SECRETS_KEK: kek(),
      WAYBILL_BOOTSTRAP_ADMIN_KEY: bootstrapKey,
    };
    const registry = new RunningRegistry(database, nats, await connect({ servers: nats.url }), environment);
    await registry.serve();
    return registry;
  }

  async serve(): Promise<void> {
    const config = readConfig(configSchema, this.environment);
    const log = pino({ level: 'error', messageKey: 'event' }, { write: (line) => void this.errors.push(JSON.parse(line)) }); // prettier-ignore
    this.service = await startService({
      name: 'registry',
      description: 'test',
      config,
      connect: () => connect({ servers: this.nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 }),
      module: (kit) => registryModule(config, { ...kit, log }),
    });
  }

  async stop(): Promise<void> {
    await this.service?.stop();
    await this.client.close();
    await this.nats.stop();
    await this.database.drop();
  }

  async reply(call: string, input: object = {}, tenant = 'default'): Promise<{ ok?: unknown; problem?: Problem }> {
    const sent = headers();
    sent.set('Waybill-Actor', 'key:key_a');
    const subject = rpcSubject('registry', tenant, call);
    return (await this.client.request(subject, JSON.stringify(input), { timeout: 5_000, headers: sent })).json();
  }

  async ask<T = Written>(call: string, input: object = {}, tenant = 'default'): Promise<T> {
    const { ok, problem } = await this.reply(call, input, tenant);
    if (problem !== undefined) throw new Error(JSON.stringify(problem));
    return ok as T;
  }

  async refusal(call: string, input: object = {}, tenant = 'default'): Promise<Problem> {
    const { ok, problem } = await this.reply(call, input, tenant);
    if (problem === undefined) throw new Error(`not refused: ${JSON.stringify(ok)}`);
    return problem;
  }

  /** Asks again until it is what the test waits for. */
  async eventually<T>(look: () => Promise<T>, wanted: (found: T) => boolean, timeoutMs = 10_000): Promise<T> {
    for (const until = Date.now() + timeoutMs; ;) {
      const found = await look();
      if (wanted(found)) return found;
      if (Date.now() > until) throw new Error(`still ${JSON.stringify(found)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The secrets of a connector in clear, opened as delivery opens them. */
  async secretsOf(connectorId: string, secretVersion: number): Promise<Record<string, string>> {
    const { sealed } = await this.ask<{ sealed: SealedSecrets }>('connectors.sealed-secrets', {
      connectorId,
      secretVersion,
    });
    const box = createSecretBox(keks.parse(this.environment['WAYBILL_SECRETS_KEK']));
    return box.open(sealed, { tenant: 'default', connectorId, secretVersion });
  }

  /** Writes into the service's log as an older version of it would have. */
  async append(stream: string, expected: number, type: string, data: object): Promise<void> {
    const { DATABASE_URL = '', WAYBILL_LOG_KEK = '' } = this.environment;
    const log = await PostgresLog.open({
      connectionString: DATABASE_URL,
      kek: WAYBILL_LOG_KEK,
      log: 'registry-0',
      applicationName: 'an older version',
    });
    const event = { type, data, schemaVersion: 1, meta: { actor: 'test' } };
    await log.append({ streams: [{ stream, tenant: 'default', expected, events: [event] }] });
    await log.close();
  }
}
