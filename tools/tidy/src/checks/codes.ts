import ts from 'typescript';
import { type Check, type Finding, isCode, isForTests, lineOf, type SourceFile, visit } from '../source-tree.js';

const home = 'libs/contracts/src/codes/';
const page = 'docs/codes.md';
/** Where codes come from: what an outsider meets is said by these rooms. */
const speakers =
  /^(apps\/(registry|subscriptions|delivery|gateway|notary)|libs)\/(?!.*(\.contract|-bench|contract-events)\.ts$)/;
const code = /^[a-z][a-z0-9]*(_[a-z0-9]+)+$/;
const eventType = /^([A-Z][a-z]+){2,}$/;
/** Whose first argument is a code. */
const sayers =
  /^(Refused|EgressFault|JsonRefused|SecretBoxFault|TemplateFailed|gaveUp|notYet|problem|refusedLater|refusedNever)$/;

/**
 * Every code and event type that a service can say is listed in `libs/contracts/src/codes` with its meaning, and the page says the same:
 * whoever automates on a code must be able to look it up.
 */
export const codes: Check = (tree) => {
  const lists = tree.files.filter(({ path }) => path.startsWith(home) && !/\.spec\.ts$/.test(path));
  const listed = new Set(lists.flatMap(listedIn));
  const shown = tree.file(page)?.text ?? '';
  const said = tree.files
    .filter((file) => isCode(file) && !isForTests(file) && speakers.test(file.path) && !file.path.startsWith(home))
    .flatMap((file) => [...saidIn(file), ...eventsSaidIn(file)]);
  return [
    ...said
      .filter(({ name }) => !listed.has(name))
      .map(({ name, path, line }): Finding => ({
        path,
        line,
        says: `"${name}" is not listed in ${home}: add it with its meaning`,
      })),
    ...[...listed]
      .filter((name) => !shown.includes(`\`${name}\``))
      .map((name): Finding => ({ path: page, line: 1, says: `\`${name}\` is missing: npm run codes` })),
  ];
};

interface Said {
  readonly name: string;
  readonly path: string;
  readonly line: number;
}

/** The names of members of the lists' objects. */
function listedIn(file: SourceFile): string[] {
  const found: string[] = [];
  visit(file.ast(), (node) => {
    // A member of a member says something of a code and is none.
    if (!ts.isPropertyAssignment(node) || !isList(node.parent)) return;
    const name = ts.isStringLiteral(node.name) ? node.name.text : node.name.getText();
    if (/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name) || eventType.test(name)) found.push(name);
  });
  return found;
}

/** The object that a constant of the file is. */
function isList(node: ts.Node): boolean {
  let outer = node.parent;
  while (ts.isSatisfiesExpression(outer) || ts.isAsExpression(outer)) outer = outer.parent;
  return ts.isVariableDeclaration(outer);
}

/** Codes as the first argument of who says them, as members of a type of codes, and as `reason` and `code` of what is recorded or answered. */
function saidIn(file: SourceFile): Said[] {
  const found: Said[] = [];
  const say = (node: ts.Node | undefined): void => {
    if (node === undefined) return;
    for (const literal of literalsOf(node))
      if (code.test(literal.text)) found.push({ name: literal.text, path: file.path, line: lineOf(file, literal) });
  };
  visit(file.ast(), (node) => {
    if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
      if (sayers.test(lastName(node.expression))) say(node.arguments?.[0]);
    } else if (ts.isTypeAliasDeclaration(node)) {
      if (/(Code|Reason|Refusal)$/.test(node.name.text)) say(node.type);
    } else if (ts.isPropertyAssignment(node) && /^(reason|code)$/.test(node.name.getText())) say(node.initializer);
  });
  return found;
}

const lastName = (node: ts.Expression): string =>
  ts.isPropertyAccessExpression(node) ? node.name.text : node.getText();

/** `a ? 'x' : 'y'` and `a ?? 'x'` say either; a call or a comparison inside says nothing of its own. */
function literalsOf(node: ts.Node): ts.StringLiteralLike[] {
  if (ts.isStringLiteralLike(node)) return [node];
  if (ts.isLiteralTypeNode(node)) return literalsOf(node.literal);
  if (ts.isUnionTypeNode(node)) return node.types.flatMap(literalsOf);
  if (ts.isConditionalExpression(node)) return [...literalsOf(node.whenTrue), ...literalsOf(node.whenFalse)];
  if (ts.isParenthesizedExpression(node)) return literalsOf(node.expression);
  if (ts.isBinaryExpression(node) && /^(\?\?|\|\|)$/.test(node.operatorToken.getText()))
    return [...literalsOf(node.left), ...literalsOf(node.right)];
  return [];
}

/** Events that domains declare (a type with `type` and `data`), and those that are appended by hand. */
function eventsSaidIn(file: SourceFile): Said[] {
  const found: Said[] = [];
  const say = (node: ts.Node | undefined): void => {
    for (const { text } of node === undefined ? [] : literalsOf(node))
      if (eventType.test(text)) found.push({ name: text, path: file.path, line: lineOf(file, node as ts.Node) });
  };
  visit(file.ast(), (node) => {
    if (ts.isObjectLiteralExpression(node)) {
      const members = new Map(
        node.properties.filter(ts.isPropertyAssignment).map((one) => [one.name.getText(), one.initializer] as const),
      );
      if (members.has('schemaVersion')) say(members.get('type'));
    } else if (ts.isTypeLiteralNode(node)) {
      const members = new Map(
        node.members.filter(ts.isPropertySignature).map((one) => [one.name.getText(), one.type] as const),
      );
      if (members.has('data')) say(members.get('type'));
    }
  });
  return found;
}
