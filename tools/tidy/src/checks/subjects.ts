import ts from 'typescript';
import { type Check, type Finding, isCode, isForTests, lineOf, type SourceFile, visit } from '../source-tree.js';

const home = 'libs/contracts/src/subjects.ts';
const subject = /^waybill\.v\d/;
/** Stream names; `WAYBILL_LOG_LEVEL` and other variables are in capitals throughout. */
const stream = /^WAYBILL_(NOTIFICATIONS|LOG)_($|[a-z])/;

/** A subject or stream name written by hand is a contract that nobody finds when it changes. Tests may: they say what the outside sees. */
export const subjects: Check = (tree) =>
  tree.files.filter((file) => isCode(file) && !isForTests(file) && file.path !== home).flatMap(handWritten);

function handWritten(file: SourceFile): Finding[] {
  if (!/waybill\.v\d|WAYBILL_/.test(file.text)) return [];
  const found: Finding[] = [];
  visit(file.ast(), (node) => {
    if (!ts.isStringLiteralLike(node) && node.kind !== ts.SyntaxKind.TemplateHead) return;
    const { text } = node as ts.StringLiteralLike;
    if (!subject.test(text) && !stream.test(text)) return;
    found.push({
      path: file.path,
      line: lineOf(file, node),
      says: `"${text}" is written by hand: use or add a function in ${home}`,
    });
  });
  return found;
}
