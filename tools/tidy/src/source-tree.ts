import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';

/** One file as the checks see it; paths are relative to the repository, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** The parsed TypeScript; parsed once, when the first check asks. Only for files for which `isCode` holds. */
  ast(): ts.SourceFile;
}

export interface SourceTree {
  readonly files: readonly SourceFile[];
  /** The rooms that have a package.json: `libs/delivery`. */
  readonly projects: readonly string[];
  file(path: string): SourceFile | undefined;
}

/** What a check found, and what to do about it. */
export interface Finding {
  readonly path: string;
  /** Counts from 1; 1 where the whole file is meant. */
  readonly line: number;
  readonly says: string;
  /** Worth knowing, but no failure. */
  readonly note?: true;
}

export type Check = (tree: SourceTree) => Finding[];

const skipped = new Set(['node_modules', 'dist', 'coverage', 'test-results', '.waybill', '.nx', '.git']);
const read = /\.(ts|tsx|mjs|cjs|js|json|md|sql|yml|yaml)$|^Dockerfile/;

/** Reads the whole repository (half a second for a thousand files). */
export function readTree(root: string): SourceTree {
  const files: { path: string; text: string }[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name)) walk(path);
      } else if (read.test(entry.name) && entry.name !== 'package-lock.json')
        files.push({ path, text: readFileSync(join(root, path), 'utf8') });
    }
  };
  walk('');
  return treeOf(files);
}

/** The same for files in memory: for the tests of the checks. */
export function treeOf(given: readonly { path: string; text: string }[]): SourceTree {
  const files = given.map(({ path, text }): SourceFile => {
    let parsed: ts.SourceFile | undefined;
    return { path, text, ast: () => (parsed ??= ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)) };
  });
  const byPath = new Map(files.map((file) => [file.path, file]));
  const projects = files
    .map(({ path }) => /^((?:apps|libs|tools)\/[^/]+)\/package\.json$/.exec(path)?.[1])
    .filter((path) => path !== undefined);
  return { files, projects, file: (path) => byPath.get(path) };
}

export const isCode = ({ path }: SourceFile): boolean =>
  /^(apps|libs|tools)\/[^/]+\/src\/.*\.tsx?$/.test(path) && !path.endsWith('.d.ts');
/** Written by a program and read by the compiler: nobody follows it from top to bottom, and its source is under the law. */
export const isGenerated = ({ path }: SourceFile): boolean => path.endsWith('.generated.ts');
/** Specs, what specs share, and the testkit: no part of the product. */
export const isForTests = ({ path }: SourceFile): boolean =>
  /\.(spec|fixture)\.tsx?$/.test(path) || /^(libs\/testkit|apps\/journeys)\//.test(path);
export const projectOf = (path: string): string => path.split('/').slice(0, 2).join('/');
export const nameOf = (path: string): string => basename(path);

/** Visits every node below one. */
export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  node.forEachChild((child) => visit(child, see));
}

export function lineOf(file: SourceFile, node: ts.Node): number {
  return file.ast().getLineAndCharacterOfPosition(node.getStart(file.ast())).line + 1;
}

/** A finding for every line that matches. */
export function linesThat(file: SourceFile, pattern: RegExp, says: string): Finding[] {
  if (!pattern.test(file.text)) return [];
  return file.text
    .split('\n')
    .flatMap((text, at) => (pattern.test(text) ? [{ path: file.path, line: at + 1, says }] : []));
}
