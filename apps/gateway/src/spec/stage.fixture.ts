import { connect, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { formatApiKey, type Scope } from '@waybill/contracts/http/api-keys';
import { publishPattern, rpcPattern, type ServiceName } from '@waybill/contracts/subjects';
import { encodeTypeId, type IdPrefix } from '@waybill/decider/type-id';
import { runMigrations } from '@waybill/service-kit/database';
import { problem } from '@waybill/service-kit/problems';
import { startNats, type TestNats } from '@waybill/testkit/start-nats';
import { startPostgres, type TestDatabase } from '@waybill/testkit/start-postgres';
import { createHash } from 'node:crypto';
import { gatewayConfig } from '../config.js';
import { gatewayMigrations } from '../migrations.js';
import { type RunningGateway, startGateway } from '../start-gateway.js';

/** What a stub was asked. */
export interface Heard {
  readonly subject: string;
  readonly text: string;
  readonly headers: Record<string, string>;
}

export type Answer = (heard: Heard) => unknown;

/** Thrown by a stub's answer: the service says no. */
export class Says extends Error {
  constructor(
    readonly code: string,
    message = 'the stub says no',
  ) {
    super(message);
  }
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of the body; undefined when there is none. */
  readonly json: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- specs look into answers of every shape
}

/** A gateway over a real nats-server and PostgreSQL, with stand-ins of the services at the edge of the contract. */
export interface Stage {
  readonly nats: TestNats;
  readonly nc: NatsConnection;
  readonly gateway: RunningGateway;
  readonly heard: Heard[];
  keyOf(tenant: string, ...scopes: Scope[]): string;
  revoke(key: string): void;
  /** Answers a call of a service (the newest answer counts); null: nobody listens. In force when it resolves. */
  answer(service: ServiceName | 'publish', call: string, answer: Answer | null): Promise<void>;
  send(
    method: string,
    path: string,
    options?: { key?: string | null; body?: unknown; text?: string; headers?: Record<string, string> },
  ): Promise<Reply>;
  stop(): Promise<void>;
}

export const idOf = (prefix: IdPrefix, n: number): string => {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, n);
  return encodeTypeId(prefix, bytes);
};

export async function startStage(environment: Record<string, string> = {}): Promise<Stage> {
  const nats = await startNats();
  const database = await (await startPostgres()).createDatabase('gateway');
  await runMigrations({ ownerUrl: database.ownerUrl, appRole: database.appRole, migrations: gatewayMigrations });
  const nc = await connect({ servers: `127.0.0.1:${nats.port}` });
  const config = gatewayConfig.parse({
    DATABASE_URL: database.appUrl,
    NATS_URL: nats.url,
    WAYBILL_OPS_PORT: '0',
    WAYBILL_HTTP_PORT: '0',
    WAYBILL_LOG_LEVEL: 'silent',
    WAYBILL_CONSOLE_DIR: '/nowhere',
    ...environment,
  });
  const gateway = await startGateway(config, () => connect({ servers: `127.0.0.1:${nats.port}` }));
  return stageOf(nats, database, nc, gateway);
}

async function stageOf(
  nats: TestNats,
  database: TestDatabase,
  nc: NatsConnection,
  gateway: RunningGateway,
): Promise<Stage> {
  const heard: Heard[] = [];
  const keys = new Map<string, object>();
  const answers = new Map<string, { act: Answer; subscription: { unsubscribe(): void } }>();
  let made = 0;
  const answer: Stage['answer'] = async (service, call, act) => {
    const subject = service === 'publish' ? publishPattern : rpcPattern(service, call);
    const known = answers.get(subject);
    if (act === null) {
      known?.subscription.unsubscribe();
      answers.delete(subject);
    } else if (known !== undefined) {
      known.act = act;
    } else {
      const callback = (_: Error | null, message: Msg): void =>
        void replyTo(message, answers.get(subject)?.act ?? act, heard);
      answers.set(subject, { act, subscription: nc.subscribe(subject, { callback }) });
    }
    await nc.flush();
  };
  await answer('registry', 'keys.verify', ({ text }) => {
    const { sha256 } = JSON.parse(text) as { sha256: string };
    const principal = keys.get(sha256);
    if (principal === undefined) throw new Says('unauthorized');
    return principal;
  });
  const keyOf: Stage['keyOf'] = (tenant, ...scopes) => {
    made += 1;
    const keyId = idOf('key', made);
    const key = formatApiKey(keyId, String(made).padStart(43, 'k'));
    keys.set(sha256Of(key), { tenant, keyId, scopes, expiresAt: null });
    return key;
  };
  const admin = keyOf('default', 'admin');
  return {
    nats,
    nc,
    gateway,
    heard,
    keyOf,
    revoke: (key) => void keys.delete(sha256Of(key)),
    answer,
    send: (method, path, options = {}) => send(gateway.url + path, method, { key: admin, ...options }),
    stop: async () => {
      await gateway.stop();
      await nc.close();
      await database.drop();
      await nats.stop();
    },
  };
}

async function replyTo(message: Msg, act: Answer, heard: Heard[]): Promise<void> {
  const headers: Record<string, string> = {};
  for (const [name, values] of message.headers ?? []) headers[name] = values[0] ?? '';
  const asked = { subject: message.subject, text: message.string(), headers };
  heard.push(asked);
  try {
    message.respond(JSON.stringify({ ok: (await act(asked)) ?? null }));
  } catch (error) {
    if (!(error instanceof Says)) throw error;
    message.respond(JSON.stringify({ problem: problem(error.code, error.message) }));
  }
}

async function send(
  url: string,
  method: string,
  options: Parameters<Stage['send']>[2] & { key?: string | null },
): Promise<Reply> {
  const body = options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const response = await fetch(url, {
    method,
    headers: {
      ...(options.key === null || options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
