import ts from 'typescript';
import { type Check, type Finding, isForTests, isGenerated, lineOf, type SourceFile, visit } from '../source-tree.js';

/** Where the console keeps every text that people read. */
const catalogue = 'apps/console/src/words/';
const rooms = 'apps/console/src/';

/** Attributes whose value is read out or shown. */
const shown = new Set([
  'label', 'title', 'description', 'placeholder', 'aria-label', 'alt', 'error', 'nothingFound', 'legend', 'summary',
]); // prettier-ignore

/** Two letters in a row: a word, and no sign such as ✓ or ·. */
const word = /\p{L}{2}/u;
/** Three words in a row are a sentence, wherever they stand; class names, paths and styles are none. */
const sentence = /(?<![\w-])[A-Za-z’']{2,} [A-Za-z’']{2,} [A-Za-z’']{2,}(?![\w-])/;

/** English in the console that its catalogue does not know. A key on a keyboard is no English. */
export const catalogueOnly: Check = (tree) =>
  tree.files
    .filter((file) => /\.tsx?$/.test(file.path) && file.path.startsWith(rooms) && !file.path.startsWith(catalogue))
    .filter((file) => !isForTests(file) && !isGenerated(file))
    .flatMap(literalsIn);

function literalsIn(file: SourceFile): Finding[] {
  const found: Finding[] = [];
  visit(file.ast(), (node) => {
    const text = textOf(node);
    if (text === null) return;
    const isRead = isShownAt(node) ? word.test(text) && !isKey(text) : sentence.test(text) && !isFont(text);
    if (!isRead) return;
    const says = `says "${text.trim().slice(0, 60)}" itself: give the text a name in ${catalogue} and use that`;
    found.push({ path: file.path, line: lineOf(file, node), says });
  });
  return found;
}

function textOf(node: ts.Node): string | null {
  if (ts.isJsxText(node) || ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  return ts.isTemplateExpression(node)
    ? [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('…')
    : null;
}

/** Between tags, or the value of an attribute that people read, also through `? :` and `||`. */
function isShownAt(node: ts.Node): boolean {
  if (ts.isJsxText(node)) return true;
  let at: ts.Node = node.parent;
  while (ts.isConditionalExpression(at) || ts.isParenthesizedExpression(at)) at = at.parent;
  if (ts.isJsxExpression(at)) at = ts.isJsxAttribute(at.parent) ? at.parent : at;
  if (ts.isJsxAttribute(at)) return shown.has(at.name.getText());
  return ts.isJsxExpression(at);
}

/** What stands on a key: `Ctrl K`. */
const isKey = (text: string): boolean => /^\s*(Ctrl|Enter|Esc|Tab)( \w)?\s*$/.test(text);

/** Names of fonts read like words. */
const isFont = (text: string): boolean => /\b(monospace|sans-serif)\b/.test(text);
