// Adds to package-lock.json the packages of other platforms that a registry mirror did not know when the lock was made.
// npm drops what it cannot find, and `npm ci` then refuses the lock on every machine, for packages that it would never install.
// The entries carry no integrity, because nobody here has seen the packages; npm on that platform takes them from its own registry.
// Use: node tools/build/complete-lock.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';

const file = 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8'));
const systems = {
  darwin: 'darwin',
  linux: 'linux',
  win32: 'win32',
  android: 'android',
  freebsd: 'freebsd',
  openharmony: 'openharmony',
};
const processors = {
  arm64: 'arm64',
  x64: 'x64',
  ia32: 'ia32',
  arm: 'arm',
  ppc64: 'ppc64',
  s390x: 's390x',
  riscv64: 'riscv64',
  loong64: 'loong64',
};

const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
  Object.entries(entry.optionalDependencies ?? {})
    .filter(
      ([name]) =>
        path !== '' && !lock.packages[`node_modules/${name}`] && !lock.packages[`${path}/node_modules/${name}`],
    )
    .map(([name, version]) => ({ name, version, dev: entry.dev === true })),
);
const known = missing
  .map((one) => ({ ...one, ...platformOf(one.name) }))
  .filter(({ os, version }) => os !== undefined && /^\d/.test(version));

if (process.argv.includes('--check')) {
  for (const { name } of known) console.log(`${file} lacks ${name}: run node tools/build/complete-lock.mjs`);
  process.exit(known.length === 0 ? 0 : 1);
}
for (const { name, version, dev, os, cpu } of known) {
  lock.packages[`node_modules/${name}`] = { version, cpu: [cpu], ...(dev ? { dev } : {}), optional: true, os: [os] };
}
const sorted = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
lock.packages = sorted;
if (known.length > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${known.length} entries added`);

function platformOf(name) {
  const parts = name.split(/[-/]/);
  const os = parts.map((part) => systems[part]).find((found) => found !== undefined);
  const cpu = parts.map((part) => processors[part]).find((found) => found !== undefined);
  return os !== undefined && cpu !== undefined ? { os, cpu } : {};
}
