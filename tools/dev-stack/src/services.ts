import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attemptMsMax } from '@waybill/contracts/attempt-time';
import { drainTimeoutMs } from '@waybill/contracts/drain';
import { logKeepers, type ServiceName } from '@waybill/contracts/subjects';

export type StackService = ServiceName | 'gateway';

/** A busy machine is late with everything: whoever supervises waits so much longer than the process gives itself. */
const stopSlackMs = 10_000;

/** How long a process of ours may take to end after SIGTERM before it is killed; delivery finishes the attempts that it has begun. */
export const stopWaitMsOf = (name: string): number =>
  (/^delivery(-|$)/.test(name) ? attemptMsMax : 0) + drainTimeoutMs + stopSlackMs;

/** What of a running stack can be stopped and started alone. */
export type StackPart = StackService | 'nats';

/** In the order they are started; stopped the other way round. */
export const stackServices: readonly StackService[] = ['registry', 'subscriptions', 'delivery', 'notary', 'gateway'];

/** Who seals with what: only registry and delivery hold the key of the connectors' secrets (design.md section 3.10). */
const holdsSecretsKek: ReadonlySet<StackService> = new Set(['registry', 'delivery']);
const keepsLog: ReadonlySet<StackService> = new Set(logKeepers);
export const hasLog = (service: StackService): boolean => keepsLog.has(service);
/** The notary keeps what it knows in a folder of its own, out of reach of whoever can write to the databases. */
export const hasDatabase = (service: StackService): boolean => service !== 'notary';

/** What the environment of one copy of a service is made of. */
export interface ServiceSurroundings {
  readonly service: StackService;
  /** 1 for the copy that is always there. */
  readonly copy: number;
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly opsPort: number;
  readonly httpPort: number;
  readonly deploymentFile: string;
  readonly logKekFile: string;
  readonly secretsKekFile: string;
  readonly dataDir: string;
  readonly logLevel?: string | undefined;
  readonly bootstrapAdminKey: string;
  /** Null where the broker does not ask registry. */
  readonly natsIssuer?: string | null;
  /** Null before the notary has made its key. */
  readonly notaryVkeyFile?: string | null;
  /** True at the first start of a data folder: the notary may begin to remember. */
  readonly notaryBegins?: boolean;
}

/**
 * What bounds the memory of a service from outside; deploy/Dockerfile says the same of its images. Node gives what is young up to 128 MiB; the C
 * library keeps up to 32 MiB of what was given back, in up to eight arenas a core. Each arena keeps its own holes: with two of them delivery
 * held 45 MiB more after a load.
 */
export const memoryEnvironment = {
  NODE_OPTIONS: '--max-semi-space-size=16',
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '131072',
} as const;

/**
 * Delivery has a third of a second of work in hand at any moment. With 16 MiB for what is young most of that is copied, some of it twice:
 * a tenth of the speed of the whole system (3,500 and 3,960 deliveries/s at fan-out 5, two cores, with 64); 128 are another twentieth, and half as
 * many of the pauses in which everybody waits. At rest it gives them back.
 */
export const deliveryNodeOptions = '--max-semi-space-size=128';

/**
 * Secrets pass through the gateway and are not to be found in its memory later: the C library overwrites what is given back to it (mallopt(3),
 * M_PERTURB), and keeps no small pieces aside, which it would not overwrite. The rest is done by libs/service-kit/src/transit.ts.
 */
export const transitEnvironment = { MALLOC_PERTURB_: '165', GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0' } as const;

/** The environment of one service process, complete: it is configured by nothing else. */
export function serviceEnvironment(given: ServiceSurroundings): Record<string, string> {
  const { service } = given;
  return {
    NODE_ENV: 'development',
    ...(hasDatabase(service) ? { DATABASE_URL: given.databaseUrl } : {}),
    NATS_URL: given.natsUrl,
    WAYBILL_OPS_PORT: String(given.opsPort),
    WAYBILL_CONFIG_FILE: given.deploymentFile,
    WAYBILL_COPY: copyName(service, given.copy),
    ...(hasLog(service) ? { WAYBILL_LOG_KEK_FILE: given.logKekFile } : {}),
    ...(hasLog(service) && given.notaryVkeyFile ? { WAYBILL_NOTARY_VKEY_FILE: given.notaryVkeyFile } : {}),
    ...(holdsSecretsKek.has(service) ? { WAYBILL_SECRETS_KEK_FILE: given.secretsKekFile } : {}),
    ...(service === 'registry' ? { WAYBILL_BOOTSTRAP_ADMIN_KEY: given.bootstrapAdminKey } : {}),
    ...(service === 'registry' && given.natsIssuer ? { WAYBILL_NATS_ISSUER: given.natsIssuer } : {}),
    ...(service === 'gateway' ? { WAYBILL_HTTP_PORT: String(given.httpPort) } : {}),
    ...(service === 'notary' ? notaryEnvironment(given) : {}),
    ...memoryEnvironment,
    ...(service === 'delivery' ? { NODE_OPTIONS: deliveryNodeOptions } : {}),
    ...(service === 'gateway' ? transitEnvironment : {}),
    ...(given.logLevel === undefined ? {} : { WAYBILL_LOG_LEVEL: given.logLevel }),
  };
}

function notaryEnvironment({ dataDir, notaryBegins }: ServiceSurroundings): Record<string, string> {
  return { WAYBILL_NOTARY_DIR: join(dataDir, 'notary'), WAYBILL_NOTARY_INIT: String(notaryBegins === true) };
}

/** The name of a copy in pids, logs and leases: `delivery`, `delivery-2`. */
export const copyName = (service: string, copy: number): string => (copy === 1 ? service : `${service}-${copy}`);

/** Those services whose app exists in this checkout; refuses when one of them has not been built. */
export function builtServices(root: string): StackService[] {
  const present = stackServices.filter((service) => existsSync(join(root, 'apps', service, 'src', 'main.ts')));
  const unbuilt = present.filter((service) => !existsSync(mainFile(root, service)));
  if (unbuilt.length > 0) throw new Error(`not built: ${unbuilt.join(', ')}; run npm run build`);
  return present;
}

export const mainFile = (root: string, service: string): string => join(root, 'apps', service, 'dist', 'main.js');
export const migrateFile = (root: string, service: string): string => join(root, 'apps', service, 'dist', 'migrate.js');

/** Writes `<data dir>/env/<name>.env` so that a person can start the same service by hand (`set -a; . file`, or `node --env-file`). */
export function writeEnvFile(dataDir: string, name: string, environment: Readonly<Record<string, string>>): void {
  const folder = join(dataDir, 'env');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lines = Object.entries(environment).map(([key, value]) => `${key}=${quoted(value)}`);
  writeFileSync(join(folder, `${name}.env`), `${lines.join('\n')}\n`, { mode: 0o600 });
}

/** Single quotes mean the same to a shell and to `node --env-file`; a value of ours never holds one. */
function quoted(value: string): string {
  if (value.includes("'") || value.includes('\n'))
    throw new Error('a value for an env file holds a quote or a line break');
  return /^[\w@%+=:,./-]*$/.test(value) ? value : `'${value}'`;
}
