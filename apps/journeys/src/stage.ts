import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askStack } from '@waybill/dev-stack/control';
import type { DevContent } from '@waybill/dev-stack/dev-file';
import { isFree } from '@waybill/dev-stack/free-port';
import { openSecrets } from '@waybill/dev-stack/secrets';
import { type StackPart, type StackService, stackServices, stopWaitMsOf } from '@waybill/dev-stack/services';
import { ReceiversClient } from '@waybill/receivers/client';
import { Api } from './api.js';
import { eventually } from './story.js';

/** The services that a story may kill; the order in which they are spoken of. */
export const services = ['registry', 'subscriptions', 'delivery', 'gateway'] as const satisfies readonly StackService[];
export type Service = (typeof services)[number];

/** Ports of loopback addresses besides the receivers' that connectors may name: 127.0.0.0/8, so that each may be a host of its own. */
export const sparePorts = { first: 29_900, last: 29_919 } as const;

const portVariables = ['HTTP', 'NATS', 'PG', 'RECEIVERS', 'RECEIVERS_TLS', 'RECEIVERS_MTLS', 'SMTP'].map(
  (name) => `WAYBILL_${name}_PORT`,
);
const startWaitMs = 120_000;
/** The gateway ends first, then all services, then the receivers and the servers, 30 s at most; what is still there is killed, so that a run ends. */
const stopWaitMs = stopWaitMsOf('gateway') + stopWaitMsOf('delivery') + stopWaitMsOf('receivers') + 40_000;
const goneWaitMs = 10_000;

/** A running system of its own in a temporary folder: the whole of `npm start`, used from outside as its users do. */
export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), 'waybill-journeys-'));
  readonly dataDir = join(this.folder, 'data');
  private child: ChildProcess | null = null;
  private ports: Record<string, string> = {};

  /** `long`: the figures of the acceptance; otherwise a form that fits into `npm test`. */
  constructor(readonly long: boolean) {}

  /** What `dev.json` says now. */
  get dev(): DevContent {
    return JSON.parse(readFileSync(join(this.dataDir, 'dev.json'), 'utf8')) as DevContent;
  }

  get api(): Api {
    return new Api(this.dev.httpUrl, this.dev.adminKey);
  }

  get receivers(): ReceiversClient {
    return new ReceiversClient(this.dev.receiversUrl);
  }

  /** The broker with an operator's rights; `dev.json` has a publisher's. */
  get adminNatsUrl(): string {
    const url = new URL(this.dev.natsUrl);
    url.username = 'admin';
    url.password = openSecrets(this.dataDir).password('nats-admin');
    return url.href;
  }

  /** The broker as one service reaches it, out of the environment that the stack has written for it. */
  serviceNatsUrl(service: StackService): string {
    const file = readFileSync(join(this.dataDir, 'env', `${service}.env`), 'utf8');
    return /^NATS_URL='?([^'\n]+)'?$/m.exec(file)?.[1] ?? '';
  }

  /** Starts the stack, on whatever its folder holds; resolves when everything is ready. */
  async begin(): Promise<void> {
    // Not the defaults: while a story has the gateway stopped, another stack on this machine would take 8080.
    for (const variable of portVariables) this.ports[variable] ??= String(await quietPort());
    const child = spawn(process.execPath, [join('tools', 'dev-stack', 'dist', 'start.js')], {
      env: {
        PATH: process.env['PATH'],
        ...this.ports,
        WAYBILL_DATA_DIR: this.dataDir,
        WAYBILL_LOG_LEVEL: 'warn',
        WAYBILL_DEV_EGRESS_ALLOW: `127.0.0.0/8:${sparePorts.first}-${sparePorts.last}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    let said = '';
    for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually('the stack is up', startWaitMs, () => {
      if (child.exitCode !== null) throw new Error(`the stack did not start:\n${said}`);
      return Promise.resolve(
        said.includes('Waybill is running') && existsSync(join(this.dataDir, 'control.json')) ? true : null,
      );
    });
  }

  /** SIGTERM to the whole stack; answers its exit code. Kills it where it does not end. */
  async halt(): Promise<number | null> {
    const { child } = this;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const timer = setTimeout(() => child.kill('SIGKILL'), stopWaitMs);
    child.kill('SIGTERM');
    await gone;
    clearTimeout(timer);
    return child.exitCode;
  }

  /** Everything from the start, with an empty data folder. */
  async beginAnew(): Promise<void> {
    await this.halt();
    rmSync(this.dataDir, { recursive: true, force: true });
    await this.begin();
  }

  /** Stops everything and forgets the folder. */
  async end(): Promise<void> {
    await this.halt();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** `npm run service -- start`: resolves when it is ready. */
  start(part: StackPart, copy = 1): Promise<string> {
    return askStack(this.dataDir, { act: 'start', service: part, copy });
  }

  /** `npm run service -- stop`: SIGTERM, and its end. */
  stop(part: StackPart, copy = 1): Promise<string> {
    return askStack(this.dataDir, { act: 'stop', service: part, copy });
  }

  /** kill -9 of one copy; resolves when the stack has seen it go. */
  async kill(name: string): Promise<void> {
    const pid = this.dev.pids[name];
    if (typeof pid !== 'number') throw new Error(`${name} is not running`);
    process.kill(pid, 'SIGKILL');
    await eventually(`${name} is gone`, goneWaitMs, async () => (this.isRunning(name) ? null : true));
  }

  /** The process of the newest start of a server, `nats` or `postgres`; 0 when none was started. */
  serverPid(name: string): number {
    const processes = JSON.parse(readFileSync(join(this.dataDir, 'processes.json'), 'utf8')) as {
      name: string;
      pid: number;
    }[];
    return processes.findLast((one) => one.name === name)?.pid ?? 0;
  }

  /** kill -9 of the broker; its store stays as it was at that moment. */
  async killNats(): Promise<void> {
    const pid = this.serverPid('nats');
    if (pid === 0) throw new Error('nats is not running');
    process.kill(pid, 'SIGKILL');
    await this.stop('nats');
  }

  /** What a service has written to its log so far. */
  logOf(name: string): string {
    return readFileSync(join(this.dataDir, 'logs', `${name}.log`), 'utf8');
  }

  isRunning(name: string): boolean {
    return typeof this.dev.pids[name] === 'number';
  }

  /** Every service of which the first copy runs now, also those that no story kills. */
  running(): StackService[] {
    return stackServices.filter((service) => this.isRunning(service));
  }

  /** After a story: one copy of everything runs again, whatever the story left. */
  async tidy(): Promise<void> {
    await this.start('nats').catch(() => undefined);
    for (const name of Object.keys(this.dev.pids)) {
      const [, service, copy] = /^([a-z]+)-(\d+)$/.exec(name) ?? [];
      if (service !== undefined) await this.stop(service as StackService, Number(copy));
    }
    const stopped = Object.entries(this.dev.pids).filter(([, pid]) => pid === null);
    for (const [service] of stopped) await this.start(service as StackService);
    await this.receivers.reset();
  }
}

/** A free one below those that the system gives to outgoing connections, so that it is still free after a stop. */
async function quietPort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = 20_000 + Math.floor(Math.random() * 9_900);
    if (await isFree(port)) return port;
  }
  throw new Error('no free port from 20000 to 29899');
}
