import { posix } from 'node:path';
import { type Check, type Finding, type SourceFile, type SourceTree } from '../source-tree.js';

/** How long a page may be before nobody reads it to its end. */
const linesMax: Readonly<Record<string, number>> = { 'README.md': 150, 'ARCHITECTURE.md': 200 };
const adr = /^docs\/adr\/\d{4}-[a-z0-9-]+\.md$/;
const adrLinesMax = 60;

/** Pages for people: their length, the shape of decisions, and links that lead somewhere. */
export const pages: Check = (tree) =>
  tree.files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap((file) => [...tooLong(file), ...decision(file), ...links(tree, file)]);

function tooLong(file: SourceFile): Finding[] {
  const most = adr.test(file.path) ? adrLinesMax : linesMax[file.path];
  const lines = file.text.trimEnd().split('\n').length;
  return most !== undefined && lines > most
    ? [
        {
          path: file.path,
          line: 1,
          says: `has ${lines} lines: move detail into docs/ and link to it (at most ${most})`,
        },
      ]
    : [];
}

function decision(file: SourceFile): Finding[] {
  if (!file.path.startsWith('docs/adr/')) return [];
  if (!adr.test(file.path)) return [{ path: file.path, line: 1, says: 'is not named like 0007-what-was-decided.md' }];
  return /^(Accepted|Superseded by \[?\d{4}).*\d{4}-\d{2}-\d{2}/m.test(file.text)
    ? []
    : [{ path: file.path, line: 1, says: 'needs a line with its status and date: "Accepted, 2026-11-24"' }];
}

function links(tree: SourceTree, file: SourceFile): Finding[] {
  const paths = new Set(tree.files.flatMap(({ path }) => [path, ...foldersOf(path)]));
  return file.text.split('\n').flatMap((text, at) =>
    [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)/g)]
      .map(([, target = '']) => posix.join(posix.dirname(file.path), target).replace(/\/$/, ''))
      .filter((target) => /\.(md|ts|sql|json|yml|mjs)$|^[^.]*$/.test(target) && !paths.has(target))
      .map((target) => ({
        path: file.path,
        line: at + 1,
        says: `links to ${target}, which is not there: mend the link or write the page`,
      })),
  );
}

function foldersOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
}
