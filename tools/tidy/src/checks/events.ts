import ts from 'typescript';
import { type Check, type Finding, isCode, lineOf, projectOf, type SourceFile, visit } from '../source-tree.js';

/** Every event that a domain can say is in an example somewhere in the specs: an event nobody has seen is one nobody can replay. */
export const events: Check = (tree) => {
  const specs = tree.files.filter(({ path }) => /\.(spec|fixture)\.tsx?$/.test(path));
  const shown = specs.map(({ text }) => text).join('\n');
  const domains = tree.projects.filter((project) =>
    /"type:domain"/.test(tree.file(`${project}/package.json`)?.text ?? ''),
  );
  return tree.files
    .filter((file) => isCode(file) && !specs.includes(file) && domains.includes(projectOf(file.path)))
    .flatMap(declaredEvents)
    .filter(({ name }) => !new RegExp(`\\b${name}\\b`).test(shown))
    .map(({ name, path, line }): Finding => ({
      path,
      line,
      says: `no spec shows ${name}: give it an example, given or then`,
    }));
};

/** Members `type: 'DeliveryAccepted'` of a type: past tense is how we write an event, so only a type's own literals count. */
function declaredEvents(file: SourceFile): { name: string; path: string; line: number }[] {
  const found: { name: string; path: string; line: number }[] = [];
  visit(file.ast(), (node) => {
    if (!ts.isPropertySignature(node) || node.name.getText() !== 'type' || node.type === undefined) return;
    if (!ts.isLiteralTypeNode(node.type) || !ts.isStringLiteral(node.type.literal)) return;
    const name = node.type.literal.text;
    if (/^[A-Z][A-Za-z]+$/.test(name)) found.push({ name, path: file.path, line: lineOf(file, node) });
  });
  return found;
}
