import { createHash } from 'node:crypto';
import { type Check, type SourceFile, type SourceTree } from '../source-tree.js';

/** Which migrations have been released, by path and SHA-256; `npm run tidy -- --release` adds those that are new. */
export const releasedFile = 'tools/tidy/released-migrations.json';

/** A migration that has run somewhere runs there never again: what changes in it reaches nobody. */
export const migrations: Check = (tree) => {
  const released = releasedIn(tree);
  return Object.entries(released).flatMap(([path, hash]) => {
    const file = tree.file(path);
    if (file === undefined)
      return [{ path, line: 1, says: 'was released and is gone: put it back, undo it in a new migration' }];
    return hashOf(file) === hash
      ? []
      : [{ path, line: 1, says: 'was released and has changed: put it back, write a new migration' }];
  });
};

/** The record with every migration of today in it. */
export function recordOf(tree: SourceTree): Record<string, string> {
  const today = tree.files.filter(({ path }) => /\/migrations\/.*\.(ts|sql)$/.test(path) && !/\.spec\.ts$/.test(path));
  return { ...Object.fromEntries(today.map((file) => [file.path, hashOf(file)])), ...releasedIn(tree) };
}

function releasedIn(tree: SourceTree): Record<string, string> {
  return JSON.parse(tree.file(releasedFile)?.text ?? '{}') as Record<string, string>;
}

const hashOf = (file: SourceFile): string => createHash('sha256').update(file.text).digest('hex');
