import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { natsProgram } from './binaries.js';
import { answers, freePort } from './free-port.js';
import { type Keeper, type Running } from './keeper.js';
import { natsConfigText, type NatsUser } from './nats-config.js';
import { writeSecret } from './postgres-server.js';

export interface NatsOptions {
  readonly keeper: Keeper;
  /** Holds the configuration (it has passwords: mode 0600) and JetStream's store. */
  readonly dataDir: string;
  /** Default: a free one. */
  readonly port?: number | undefined;
  readonly users?: readonly NatsUser[] | undefined;
  /** See `NatsConfig`. */
  readonly issuer?: string | undefined;
  /** Default 200 ms: what a power cut may take from a publisher who asked for no receipt; recorded notifications are in PostgreSQL. */
  readonly syncInterval?: string | undefined;
  /** The server's certificate; without it there is no TLS, with it nothing else. */
  readonly tls?: { readonly certPem: string; readonly keyPem: string } | undefined;
  readonly logFile?: string | undefined;
  readonly removeAfter?: readonly string[] | undefined;
}

export interface NatsServer {
  readonly port: number;
  /** Of the process that runs now. */
  pid(): number;
  /** With a user's credentials, or without where everybody may connect. */
  url(user?: string): string;
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** On the same port with the same store; starts a stopped one too. */
  restart(): Promise<void>;
  /** As after the loss of its disk: same port, empty store. */
  wipe(): Promise<void>;
}

/** The default of nats-server; a log event is at most 512 KiB, a reply of ours at most 900 KB. */
export const payloadBytesMax = 1024 * 1024;
const startWaitMs = 30_000;
const bindTriesMax = 5;

/** Starts nats-server with JetStream on the loopback address. */
export async function startNatsServer(options: NatsOptions): Promise<NatsServer> {
  const program = natsProgram();
  const storeDir = join(options.dataDir, 'jetstream');
  mkdirSync(storeDir, { recursive: true, mode: 0o700 });
  const configFile = join(options.dataDir, 'nats.conf');
  let running: Running | null = null;

  const launch = async (port: number): Promise<boolean> => {
    const { users = [], issuer, syncInterval = '200ms' } = options;
    const tls = writeTls(options);
    writeSecret(configFile, natsConfigText({ port, storeDir, users, issuer, syncInterval, payloadBytesMax, tls }));
    running = await options.keeper.start({
      id: `nats-${port}`,
      command: program,
      args: ['-c', configFile],
      env: {},
      logFile: options.logFile,
      stopSignal: 'SIGTERM',
      stopWaitMs: 15_000,
      removeAfter: options.removeAfter,
    });
    return isReady(running, port);
  };
  const stop = async (signal?: NodeJS.Signals): Promise<void> => {
    await running?.stop(signal);
    running = null;
  };

  let port = 0;
  for (let attempt = 1; ; attempt += 1) {
    port = options.port ?? (await freePort());
    if (await launch(port)) break;
    await stop('SIGKILL');
    if (options.port !== undefined || attempt === bindTriesMax)
      throw new Error(`nats-server did not start on port ${port}${seeLog(options)}`);
  }
  const start = async (): Promise<void> => {
    if (!(await launch(port))) throw new Error(`nats-server did not start again on port ${port}${seeLog(options)}`);
  };
  return {
    port,
    pid: () => running?.pid ?? 0,
    url: (user) => {
      const found = options.users?.find((one) => one.user === user);
      const credentials =
        found === undefined ? '' : `${encodeURIComponent(found.user)}:${encodeURIComponent(found.password)}@`;
      return `nats://${credentials}127.0.0.1:${port}`;
    },
    stop,
    restart: async () => {
      await stop();
      await start();
    },
    wipe: async () => {
      await stop('SIGKILL');
      rmSync(storeDir, { recursive: true, force: true });
      mkdirSync(storeDir, { mode: 0o700 });
      await start();
    },
  };
}

function writeTls({ dataDir, tls }: NatsOptions): { certFile: string; keyFile: string } | undefined {
  if (tls === undefined) return undefined;
  const files = { certFile: join(dataDir, 'nats-cert.pem'), keyFile: join(dataDir, 'nats-key.pem') };
  writeSecret(files.certFile, tls.certPem);
  writeSecret(files.keyFile, tls.keyPem);
  return files;
}

async function isReady(running: Running, port: number): Promise<boolean> {
  let ended = false;
  void running.ended.then(() => (ended = true));
  for (const until = Date.now() + startWaitMs; Date.now() < until && !ended;) {
    // The listener opens after JetStream has read its store. Whoever else holds the port would answer too, and then ours ends.
    if (await answers(port)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return !ended;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

const seeLog = (options: NatsOptions): string => (options.logFile === undefined ? '' : `; see ${options.logFile}`);
