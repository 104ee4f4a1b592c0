import ts from 'typescript';
import {
  type Check,
  type Finding,
  isCode,
  isForTests,
  lineOf,
  projectOf,
  type SourceFile,
  visit,
} from '../source-tree.js';

const forbiddenNames = new Set([
  'process',
  'console',
  'crypto',
  'fetch',
  'setTimeout',
  'setInterval',
  'performance',
  'require',
]);
const forbiddenPackages = /^(node:|@nestjs\/|@nats-io\/|typeorm$|pg$|undici$|nodemailer$|pino$|rxjs$)/;

/** A domain has no clock, no chance and no machine: the same arguments give the same answer today and in a replay. */
export const pureDomains: Check = (tree) => {
  const domains = new Set(
    tree.projects.filter((project) => /"type:(domain|kernel)"/.test(tree.file(`${project}/package.json`)?.text ?? '')),
  );
  return tree.files
    .filter((file) => isCode(file) && !isForTests(file) && domains.has(projectOf(file.path)))
    .flatMap(impurities);
};

function impurities(file: SourceFile): Finding[] {
  const found: Finding[] = [];
  const report = (node: ts.Node, what: string): void =>
    void found.push({
      path: file.path,
      line: lineOf(file, node),
      says: `${what} in a domain: let the app do it and hand in the result`,
    });
  visit(file.ast(), (node) => {
    const what = impurityOf(node);
    if (what !== null) report(node, what);
  });
  return found;
}

function impurityOf(node: ts.Node): string | null {
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments ?? []).length === 0)
    return 'new Date()';
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText();
    if (text === 'Date.now' || text === 'Math.random') return text;
  }
  if (
    ts.isImportDeclaration(node) &&
    ts.isStringLiteral(node.moduleSpecifier) &&
    forbiddenPackages.test(node.moduleSpecifier.text)
  ) {
    return `import of ${node.moduleSpecifier.text}`;
  }
  if (ts.isIdentifier(node) && forbiddenNames.has(node.text) && isUse(node)) return node.text;
  return null;
}

/** A name of our own that happens to be the same (a property, a parameter, a declaration) is no use of the machine. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return ts.isCallExpression(parent) && parent.expression === node;
}
