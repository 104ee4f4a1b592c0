// Compiles src to dist, project by project, and copies what is not TypeScript (SQL, templates, help texts).
// One process for the whole tree instead of one per project: starting a compiler twenty times costs more than compiling.
// Use: node tools/build/build.mjs [project folder ...]   (no folder: every app, lib and tool)
import { mkdir, readdir, readFile, rm, stat, writeFile, copyFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { transform } from '@swc/core';
import { writeRooms } from './write-rooms.mjs';

const projects = process.argv.slice(2).length > 0 ? process.argv.slice(2) : await everyProject();
let compiled = 0;
writeRooms();
for (const project of projects) compiled += await buildProject(project);
if (process.env.WAYBILL_QUIET !== '1') console.log(`built ${projects.length} projects, ${compiled} files changed`);

async function everyProject() {
  const found = [];
  for (const room of ['libs', 'tools', 'apps']) {
    for (const name of await readdir(room).catch(() => [])) {
      // The console is bundled by its own build.
      if (name === 'console') continue;
      if (await exists(join(room, name, 'src'))) found.push(join(room, name));
    }
  }
  return found;
}

async function buildProject(project) {
  const source = join(project, 'src');
  const target = join(project, 'dist');
  const kept = new Set();
  let changed = 0;
  for (const file of await filesBelow(source)) {
    if (/\.spec\.ts$/.test(file)) continue;
    const isCode = file.endsWith('.ts') && !file.endsWith('.d.ts');
    const out = join(target, relative(source, file).replace(/\.ts$/, isCode ? '.js' : '.ts'));
    kept.add(out);
    if (isCode) kept.add(`${out}.map`);
    if (!(await isNewer(file, out))) continue;
    changed += 1;
    await mkdir(dirname(out), { recursive: true });
    if (isCode) await compile(file, out);
    else await copyFile(file, out);
  }
  // A file whose source is gone would still be importable.
  for (const file of await filesBelow(target)) if (!kept.has(file)) await rm(file);
  return changed;
}

async function compile(file, out) {
  const { code, map } = await transform(await readFile(file, 'utf8'), {
    filename: file,
    sourceMaps: true,
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      target: 'es2023',
      transform: { legacyDecorator: true, decoratorMetadata: true },
      keepClassNames: true,
    },
    module: { type: 'es6' },
  });
  await writeFile(out, `${code}\n//# sourceMappingURL=${out.split('/').at(-1)}.map\n`);
  await writeFile(`${out}.map`, map ?? '');
}

async function filesBelow(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function isNewer(source, out) {
  const [from, to] = await Promise.all([stat(source), stat(out).catch(() => null)]);
  return to === null || from.mtimeMs > to.mtimeMs;
}

async function exists(path) {
  return (await stat(path).catch(() => null)) !== null;
}
