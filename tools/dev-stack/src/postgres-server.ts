import { spawn, type SpawnOptions } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { postgresFolder, type Unprivileged, unprivilegedUser } from './binaries.js';
import { freePort } from './free-port.js';
import { type Keeper, type Running } from './keeper.js';

export interface PostgresOptions {
  readonly keeper: Keeper;
  /** Made when it does not exist; belongs to the unprivileged user afterwards when we are root. */
  readonly dataDir: string;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** Password of the superuser `postgres`; without one every local connection is trusted, which is for tests only. */
  readonly password?: string | undefined;
  /** False gives up what a power cut would need (fsync): for tests. `synchronous_commit` stays on either way. */
  readonly durable?: boolean | undefined;
  readonly logFile?: string | undefined;
  /** More settings, by their PostgreSQL names. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
  /** Removed by the keeper when everything has ended. */
  readonly removeAfter?: readonly string[] | undefined;
}

export interface PostgresServer {
  readonly port: number;
  readonly pid: number;
  readonly ended: Promise<unknown>;
  /** The URL of a database for a role; without arguments the superuser's of the database `postgres`. */
  url(database?: string, role?: string, password?: string): string;
  /** The same through the socket in the data folder, for programs on this machine: a fifth less CPU a delivery than over TCP (measured). */
  socketUrl(database?: string, role?: string, password?: string): string;
  /** Waits for running statements to be rolled back, writes a checkpoint, ends. */
  stop(): Promise<void>;
}

/** A fresh checkout on a slow disk needs seconds, recovery after a crash some more. */
const startWaitMs = 60_000;
const bindTriesMax = 5;
/** `sun_path` of Linux, the closing zero taken off. */
const socketPathBytesMax = 107;

/** Starts PostgreSQL 18 on the loopback address; makes the data folder first where there is none. Refuses a folder of another major version. */
export async function startPostgresServer(options: PostgresOptions): Promise<PostgresServer> {
  const runAs = unprivilegedUser();
  const programs = join(postgresFolder(runAs), 'bin');
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  if (!existsSync(join(options.dataDir, 'PG_VERSION'))) await initialise(programs, runAs, options);
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const running = await options.keeper.start(serverProcess(programs, runAs, port, options));
    const fault = await readiness(running, options.dataDir);
    if (fault === null) return serverAt(port, running, options);
    await running.stop('SIGKILL');
    // A free port can be taken by another process before PostgreSQL takes it.
    if (options.port !== undefined || attempt === bindTriesMax)
      throw new Error(`PostgreSQL did not start: ${fault}${logTail(options.logFile)}`);
  }
}

function serverAt(port: number, running: Running, options: PostgresOptions): PostgresServer {
  const url: PostgresServer['url'] = (
    database = 'postgres',
    role = 'postgres',
    password = role === 'postgres' ? options.password : undefined,
  ) => {
    const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
    return `postgres://${encodeURIComponent(role)}${secret}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  };
  return {
    port,
    pid: running.pid,
    ended: running.ended,
    url,
    socketUrl: (...of) =>
      hasSocket(options.dataDir) ? `${url(...of)}?host=${encodeURIComponent(options.dataDir)}` : url(...of),
    stop: async () => void (await running.stop()),
  };
}

/** A path that is too long for the system cannot be named by whoever wants to connect. */
function hasSocket(dataDir: string): boolean {
  return process.platform === 'linux' && Buffer.byteLength(join(dataDir, '.s.PGSQL.65535')) <= socketPathBytesMax;
}

/**
 * As root, the program runs as another user, who may be unable to reach the data folder by its path (a clone below a 0700 folder).
 * The folder is entered before the user is changed, and named by the process's own link to it, which needs no permission on what lies above.
 */
function placeOf(runAs: Unprivileged | null, dataDir: string): { dataPath: string; cwd: string } {
  return runAs !== null && process.platform === 'linux'
    ? { dataPath: '/proc/self/cwd', cwd: dataDir }
    : { dataPath: dataDir, cwd: dataDir };
}

async function initialise(programs: string, runAs: Unprivileged | null, options: PostgresOptions): Promise<void> {
  // What a killed first start left behind is not a database yet.
  rmSync(options.dataDir, { recursive: true, force: true });
  mkdirSync(options.dataDir, { mode: 0o700 });
  if (runAs !== null) chownSync(options.dataDir, runAs.uid, runAs.gid);
  const { dataPath, cwd } = placeOf(runAs, options.dataDir);
  const args = [
    '-D',
    dataPath,
    '--username=postgres',
    '--encoding=UTF8',
    '--no-locale',
    `--auth=${options.password === undefined ? 'trust' : 'scram-sha-256'}`,
  ];
  if (options.durable === false) args.push('--no-sync');
  const passwordFile = options.password === undefined ? null : passwordFileFor(runAs, options.password);
  if (passwordFile !== null) args.push(`--pwfile=${passwordFile}`);
  try {
    await runInitdb(join(programs, 'initdb'), args, { cwd, env: serverEnv, ...(runAs ?? {}) });
  } finally {
    if (passwordFile !== null) rmSync(passwordFile, { force: true });
  }
}

async function runInitdb(program: string, args: readonly string[], options: SpawnOptions): Promise<void> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`initdb failed (${String(code)}): ${said.slice(-2000)}`);
}

/** Readable by the one user that runs initdb, for the second that it takes: initdb wants a file. */
function passwordFileFor(runAs: Unprivileged | null, password: string): string {
  const file = join(tmpdir(), `waybill-${randomUUID()}`);
  writeFileSync(file, `${password}\n`, { mode: 0o600, flag: 'wx' });
  if (runAs !== null) chownSync(file, runAs.uid, runAs.gid);
  return file;
}

const serverEnv = { LC_ALL: 'C', TZ: 'UTC' };

function serverProcess(programs: string, runAs: Unprivileged | null, port: number, options: PostgresOptions) {
  const { dataPath, cwd } = placeOf(runAs, options.dataDir);
  const durable = options.durable !== false;
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    // The data folder, which is where the program runs and nobody else may look.
    unix_socket_directories: hasSocket(options.dataDir) ? '.' : '',
    synchronous_commit: 'on',
    fsync: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    max_connections: '200',
    shared_buffers: '128MB',
    max_wal_size: '2GB',
    timezone: 'UTC',
    // Plans are short here; compiling them costs more than it gives.
    jit: 'off',
    ...options.settings,
  };
  // A stale lock file names a pid that may by now be some other process of the same user.
  removeStaleLock(options.dataDir);
  return {
    id: `postgres-${port}`,
    command: join(programs, 'postgres'),
    args: ['-D', dataPath, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    cwd,
    env: serverEnv,
    uid: runAs?.uid,
    gid: runAs?.gid,
    logFile: options.logFile,
    stopSignal: 'SIGINT' as const,
    stopWaitMs: 30_000,
    removeAfter: options.removeAfter,
  };
}

/** Null when the server takes connections (a standby: to read), else what was wrong. PostgreSQL writes its state into the eighth line of its lock file. */
async function readiness(running: Running, dataDir: string): Promise<string | null> {
  let ended = false;
  void running.ended.then(() => (ended = true));
  for (const until = Date.now() + startWaitMs; Date.now() < until;) {
    if (ended) return 'it ended at once';
    const lines = lockFile(dataDir);
    if (['ready', 'standby'].includes(lines[7]?.trim() ?? '') && Number(lines[0]) === running.pid) return null;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  return `it was not ready after ${startWaitMs / 1000} s`;
}

function lockFile(dataDir: string): string[] {
  const file = join(dataDir, 'postmaster.pid');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
}

function removeStaleLock(dataDir: string): void {
  const pid = Number(lockFile(dataDir)[0]);
  if (!Number.isInteger(pid) || pid <= 0 || process.platform !== 'linux') return;
  const program = existsSync(`/proc/${pid}/comm`) ? readFileSync(`/proc/${pid}/comm`, 'utf8').trim() : '';
  if (program !== 'postgres') rmSync(join(dataDir, 'postmaster.pid'), { force: true });
}

function logTail(logFile: string | undefined): string {
  if (logFile === undefined || !existsSync(logFile) || statSync(logFile).size === 0) return '';
  return `\n${readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n')}`;
}

/** Runs statements one after the other on one connection. */
export async function runSql(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Writes a file only its owner can read. */
export function writeSecret(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
}
