import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDatabase, type ServiceDatabase } from './databases.js';
import { writeDeploymentFile } from './deployment-file.js';
import { DevFile } from './dev-file.js';
import { freePort, isFree } from './free-port.js';
import { type Ended, type Keeper, type Running } from './keeper.js';
import { type NatsServer, startNatsServer } from './nats-server.js';
import { adminUser, publisherUser, serviceUser } from './nats-users.js';
import { startPostgresServer } from './postgres-server.js';
import { waitUntilReady } from './readiness.js';
import { runOnce } from './run-once.js';
import { natsIssuerPublic, type StackSecrets } from './secrets.js';
import {
  builtServices,
  copyName,
  hasDatabase,
  hasLog,
  mainFile,
  migrateFile,
  serviceEnvironment,
  type StackService,
  stackServices,
  stopWaitMsOf,
  writeEnvFile,
} from './services.js';
import type { Settings } from './settings.js';
import type { StackLock } from './stack-lock.js';

export const tenant = 'default';
const publisherName = 'publisher';

/** A Nest service is up in 2 s here; a first start on a busy machine gets time. */
const readyWaitMs = 60_000;
const migrateWaitMs = 120_000;

export interface StackParts {
  readonly root: string;
  readonly settings: Settings;
  readonly secrets: StackSecrets;
  readonly keeper: Keeper;
  readonly lock: StackLock;
  /** One line for people. */
  say(line: string): void;
}

interface Copy {
  readonly running: Running;
  /** Set when somebody asked for its end, so that it is not reported as a surprise. */
  asked: boolean;
}

/** PostgreSQL, NATS, the receivers and every service as processes of their own, on one data folder. Nothing that ends is started again by itself. */
export class Stack {
  readonly dev: DevFile;
  private readonly copies = new Map<string, Copy>();
  private readonly databases = new Map<StackService, ServiceDatabase>();
  private adminDatabaseUrl = '';
  private nats: NatsServer | null = null;
  private stopPostgres: (() => Promise<void>) | null = null;
  private closing = false;

  constructor(private readonly parts: StackParts) {
    const { ports } = parts.settings;
    this.dev = new DevFile(parts.settings.dataDir, {
      httpUrl: `http://127.0.0.1:${ports.http}`,
      natsUrl: '',
      databaseUrl: '',
      tenant,
      adminKey: parts.secrets.adminKey,
      notaryVkey: '',
      opsUrls: {},
      receiversUrl: `http://127.0.0.1:${ports.receivers}`,
      smtpUrl: `smtp://127.0.0.1:${ports.smtp}`,
      pids: {},
    });
    mkdirSync(this.path('logs'), { recursive: true, mode: 0o700 });
  }

  /** Starts everything in the order in which one stands on the other, and resolves when all of it is ready. */
  async start(): Promise<void> {
    const services = builtServices(this.parts.root);
    await Promise.all([this.startPostgres(), this.startNats(services), this.startReceivers()]);
    const { smtpUrl } = this.dev.content;
    writeDeploymentFile(
      this.path('deployment.json'),
      this.parts.settings,
      smtpUrl,
      this.path('receivers-ca', 'ca.pem'),
    );
    this.parts.say('PostgreSQL, NATS and the receivers are running; migrating');
    await Promise.all(services.filter(hasDatabase).map((service) => this.migrate(service)));
    this.parts.say(`Starting ${services.join(', ')}`);
    await Promise.all(services.map((service) => this.startKnowingNotary(service)));
  }

  /** Who keeps a log believes what the notary signed, so it waits for the notary's key, though not for the notary. */
  private async startKnowingNotary(service: StackService): Promise<void> {
    if (hasLog(service)) await this.notaryVkey();
    await this.startService(service);
  }

  /** The notary makes its key at its first start; from then on a folder that has lost its memory is an alarm, not a new beginning. */
  private async knowNotary(): Promise<void> {
    const vkey = await this.notaryVkey();
    this.dev.change((content) => (content.notaryVkey = vkey));
    writeFileSync(this.path('notary-begun'), `${vkey}\n`);
  }

  private async notaryVkey(): Promise<string> {
    const file = this.path('notary', 'vkey');
    for (const until = Date.now() + readyWaitMs; !existsSync(file);) {
      if (Date.now() > until) throw new Error(`the notary has made no key; see ${this.logFile('notary')}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return readFileSync(file, 'utf8').trim();
  }

  /** Starts one copy of a service and waits until it is ready. Refuses one that runs. */
  async startService(service: StackService, copy = 1): Promise<number> {
    const name = copyName(service, copy);
    if (this.copies.has(name)) throw new Error(`${name} is running already`);
    if (!stackServices.includes(service)) throw new Error(`there is no service ${service}`);
    const opsPort = await this.opsPortOf(name);
    const environment = await this.environmentOf(service, copy, opsPort);
    writeEnvFile(this.parts.settings.dataDir, name, environment);
    const logFile = this.logFile(name);
    const running = await this.keep(name, [mainFile(this.parts.root, service)], environment);
    this.dev.change(({ opsUrls }) => (opsUrls[name] = `http://127.0.0.1:${opsPort}`));
    // A notary with an alarm is not ready, and is needed all the more.
    const probe = service === 'notary' ? 'healthz' : 'readyz';
    await waitUntilReady(name, `http://127.0.0.1:${opsPort}/${probe}`, running, { timeoutMs: readyWaitMs, logFile });
    if (service === 'notary') await this.knowNotary();
    return running.pid;
  }

  /** Asks one copy to drain and end. Refuses one that does not run. */
  async stopService(service: StackService, copy = 1): Promise<Ended> {
    const name = copyName(service, copy);
    const found = this.copies.get(name);
    if (found === undefined) throw new Error(`${name} is not running`);
    found.asked = true;
    return found.running.stop();
  }

  /** Stops or starts the broker alone, with its store as it is on disk; the services wait for it. Answers its pid, 0 once stopped. */
  async turnNats(on: boolean): Promise<number> {
    const { nats } = this;
    if (nats === null) throw new Error('this stack uses a NATS of your own: stop and start it yourself');
    const runs = nats.pid() !== 0;
    if (runs === on) throw new Error(`nats is ${on ? 'running' : 'stopped'} already`);
    await (on ? nats.restart() : nats.stop());
    if (on) this.parts.lock.record('nats', nats.pid());
    return nats.pid();
  }

  /** Everything ends in order: who takes requests first, what they stand on last. */
  async stop(): Promise<void> {
    this.closing = true;
    this.dev.remove();
    const services = [...this.copies.keys()].filter((name) => name !== 'receivers');
    const fronts = services.filter((name) => name.startsWith('gateway'));
    await Promise.all(fronts.map((name) => this.end(name)));
    await Promise.all(services.map((name) => this.end(name)));
    await this.end('receivers');
    await Promise.all([this.nats?.stop(), this.stopPostgres?.()]);
  }

  /** At once and without a word to anybody: what is recorded is safe, what was being done will be found unfinished. */
  async kill(): Promise<void> {
    this.closing = true;
    await Promise.all([...this.copies.values()].map(({ running }) => running.stop('SIGKILL')));
    await this.parts.keeper.close();
  }

  private async end(name: string): Promise<void> {
    await this.copies.get(name)?.running.stop();
  }

  private async startPostgres(): Promise<void> {
    const { settings, secrets, keeper, lock } = this.parts;
    if (settings.databaseUrl !== null) {
      this.adminDatabaseUrl = settings.databaseUrl;
      this.dev.content.databaseUrl = settings.databaseUrl;
    } else {
      const password = secrets.password('postgres');
      const server = await startPostgresServer({
        keeper,
        dataDir: this.path('postgres'),
        port: settings.ports.postgres,
        password,
        logFile: this.logFile('postgres'),
      });
      lock.record('postgres', server.pid);
      this.stopPostgres = () => server.stop();
      this.adminDatabaseUrl = server.socketUrl();
      this.dev.content.databaseUrl = server.url();
    }
  }

  private async startNats(services: readonly StackService[]): Promise<void> {
    const { settings, secrets, keeper, lock } = this.parts;
    if (settings.natsUrl !== null) {
      this.dev.content.natsUrl = settings.natsUrl;
      return;
    }
    const users = [
      adminUser(secrets.password('nats-admin')),
      ...services.map((service) => serviceUser(service, secrets.password(`nats-${service}`))),
      publisherUser(publisherName, tenant, secrets.password(`nats-publisher-${tenant}`)),
    ];
    const server = await startNatsServer({
      keeper,
      dataDir: this.path('nats'),
      port: settings.ports.nats,
      users,
      issuer: natsIssuerPublic(secrets.natsIssuer),
      logFile: this.logFile('nats'),
    });
    lock.record('nats', server.pid());
    this.nats = server;
    this.dev.content.natsUrl = server.url(publisherName);
  }

  private async migrate(service: StackService): Promise<void> {
    const { root, secrets, settings } = this.parts;
    const passwords = { owner: secrets.password(`${service}-owner`), app: secrets.password(`${service}-app`) };
    const database = await ensureDatabase(this.adminDatabaseUrl, service, passwords);
    this.databases.set(service, database);
    const environment = {
      ...(await this.environmentOf(service, 1, 0)),
      MIGRATE_DATABASE_URL: database.ownerUrl,
      WAYBILL_APP_ROLE: database.appRole,
    };
    // Apart from the service's own file: the owner's password is none of a running service's business.
    writeEnvFile(settings.dataDir, `${service}.migrate`, environment);
    await runOnce(`migration of ${service}`, process.execPath, [migrateFile(root, service)], {
      cwd: root,
      timeoutMs: migrateWaitMs,
      env: { ...processEnvironment(), ...environment },
    });
  }

  private async environmentOf(service: StackService, copy: number, opsPort: number): Promise<Record<string, string>> {
    const { settings, secrets } = this.parts;
    const database = this.databases.get(service);
    if (database === undefined && hasDatabase(service)) throw new Error(`${service} has no database`);
    return serviceEnvironment({
      service,
      copy,
      opsPort,
      databaseUrl: database?.appUrl ?? '',
      natsUrl: this.nats?.url(service) ?? this.dev.content.natsUrl,
      // A second gateway listens beside the first.
      httpPort: copy === 1 ? settings.ports.http : await freePort(),
      deploymentFile: this.path('deployment.json'),
      logKekFile: secrets.kekFile(`${service}-log`),
      secretsKekFile: secrets.kekFile('connector-secrets'),
      dataDir: settings.dataDir,
      logLevel: settings.logLevel,
      bootstrapAdminKey: secrets.adminKey,
      // A broker of the user's own knows its users itself.
      natsIssuer: this.nats === null ? null : secrets.natsIssuer,
      notaryVkeyFile: existsSync(this.path('notary', 'vkey')) ? this.path('notary', 'vkey') : null,
      notaryBegins: !existsSync(this.path('notary-begun')),
    });
  }

  /** The port it had before, so that whoever read `dev.json` still finds it. */
  private async opsPortOf(name: string): Promise<number> {
    const before = Number(URL.parse(this.dev.content.opsUrls[name] ?? '')?.port ?? 0);
    return before > 0 && (await isFree(before)) ? before : freePort();
  }

  private async startReceivers(): Promise<void> {
    const { root, settings } = this.parts;
    const environment = {
      WAYBILL_RECEIVERS_PORT: String(settings.ports.receivers),
      WAYBILL_RECEIVERS_TLS_PORT: String(settings.ports.receiversTls),
      WAYBILL_SMTP_PORT: String(settings.ports.smtp),
      WAYBILL_RECEIVERS_MTLS_PORT: String(settings.ports.receiversMtls),
      WAYBILL_RECEIVERS_CA_DIR: this.path('receivers-ca'),
    };
    const running = await this.keep('receivers', [join(root, 'tools', 'receivers', 'dist', 'main.js')], environment);
    const logFile = this.logFile('receivers');
    await waitUntilReady('receivers', `${this.dev.content.receiversUrl}/_received`, running, {
      timeoutMs: readyWaitMs,
      logFile,
    });
  }

  /** One Node process of ours, kept and written down. */
  private async keep(
    name: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
  ): Promise<Running> {
    const running = await this.parts.keeper.start({
      id: name,
      command: process.execPath,
      args,
      cwd: this.parts.root,
      env: { ...processEnvironment(), ...environment },
      logFile: this.logFile(name),
      stopWaitMs: stopWaitMsOf(name),
    });
    const copy: Copy = { running, asked: false };
    this.copies.set(name, copy);
    this.parts.lock.record(name, running.pid);
    if (name !== 'receivers') this.dev.change(({ pids }) => (pids[name] = running.pid));
    void running.ended.then((ended) => this.gone(name, copy, ended));
    return running;
  }

  private gone(name: string, copy: Copy, { code, signal }: Ended): void {
    if (this.copies.get(name) !== copy) return;
    this.copies.delete(name);
    if (this.closing) return;
    // A further copy that is gone is not missing from anywhere.
    this.dev.change(({ pids }) => {
      if (/-\d+$/.test(name)) delete pids[name];
      else if (name !== 'receivers') pids[name] = null;
    });
    const how = signal ?? `exit ${code ?? '?'}`;
    if (copy.asked || !this.dev.isPublished) return;
    this.parts.say(`${name} has ended (${how}); start it again with: npm run service -- start ${name}`);
  }

  private logFile(name: string): string {
    return this.path('logs', `${name}.log`);
  }

  private path(...parts: string[]): string {
    return join(this.parts.settings.dataDir, ...parts);
  }
}

/** What any process of ours needs from the machine; everything else it is told by name. */
function processEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', TZ: 'UTC' };
}
