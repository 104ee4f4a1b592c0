import ts from 'typescript';
import {
  type Check,
  type Finding,
  isCode,
  isForTests,
  isGenerated,
  lineOf,
  type SourceFile,
  visit,
} from '../source-tree.js';

export const fileLinesWanted = 300;
export const fileLinesMax = 400;
export const functionLinesMax = 70;

/** Files that do not fit a head, functions that do not fit a screen. */
export const length: Check = (tree) =>
  tree.files
    .filter((file) => isCode(file) && !isGenerated(file))
    .flatMap((file) => [...fileLength(file), ...functionLengths(file)]);

function fileLength(file: SourceFile): Finding[] {
  const lines = file.text.trimEnd().split('\n').length;
  if (lines <= fileLinesWanted) return [];
  const says = `has ${lines} lines: find the two things in it and give each its file (wanted ${fileLinesWanted}, at most ${fileLinesMax})`;
  return [{ path: file.path, line: 1, says, ...(lines <= fileLinesMax ? { note: true as const } : {}) }];
}

function functionLengths(file: SourceFile): Finding[] {
  const found: Finding[] = [];
  visit(file.ast(), (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
    // What groups tests (describe, a contract suite) is not a function that somebody follows.
    if (isForTests(file) && /\b(it|test)(\.each)?\(/.test(node.body.getText())) return;
    const lines = lineAt(file, node.end) - lineOf(file, node) + 1;
    if (lines <= functionLinesMax) return;
    const says = `a function of ${lines} lines: take out the steps and name them (at most ${functionLinesMax})`;
    found.push({ path: file.path, line: lineOf(file, node), says });
  });
  return found;
}

function lineAt(file: SourceFile, position: number): number {
  return file.ast().getLineAndCharacterOfPosition(position).line + 1;
}
