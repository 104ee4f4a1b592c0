import { ownMember } from '@waybill/contracts/own-member';
import { JsonNumber, type JsonObject, type JsonTree } from '@waybill/contracts/payload/json-tree';
import { escapeFor } from '@waybill/template/escape';
import { objectIn, textIn } from '../body.js';
import { isLinkAddress } from '../check-url.js';

/**
 * Atlassian Document Format is what Jira Cloud takes for long texts; wiki markup is what Data Center and the service desk
 * API take. Default templates write ADF, because a text node is text and cannot become markup, and it is turned into
 * escaped wiki markup where the other is wanted.
 */
export function isAdf(value: JsonTree | undefined): value is JsonObject {
  return value instanceof Map && value.get('type') === 'doc';
}

/** Plain text as a document: blank lines part paragraphs, single line ends stay line ends. */
export function adfOfText(text: string): JsonObject {
  const paragraphs = text
    .replaceAll('\r\n', '\n')
    .split(/\n[ \t]*\n/)
    .map(paragraphOf);
  const content = paragraphs.filter((paragraph) => paragraph !== null);
  return node('doc', content, [['version', new JsonNumber('1')]]);
}

function paragraphOf(text: string): JsonObject | null {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length === 0) return null;
  const content = lines.flatMap((line, at) =>
    at === 0 ? [textNode(line)] : [new Map<string, JsonTree>([['type', 'hardBreak']]), textNode(line)],
  );
  return node('paragraph', content);
}

function textNode(text: string): JsonObject {
  return new Map<string, JsonTree>([
    ['type', 'text'],
    ['text', text],
  ]);
}

function node(
  type: string,
  content: readonly JsonTree[],
  more: readonly (readonly [string, JsonTree])[] = [],
): JsonObject {
  return new Map<string, JsonTree>([['type', type], ...more, ['content', [...content]]]);
}

/** Nodes that Jira refuses or shows as holes when nothing is left in them. */
const emptiable: ReadonlySet<JsonTree | undefined> = new Set([
  'paragraph',
  'heading',
  'listItem',
  'bulletList',
  'orderedList',
  'blockquote',
  'codeBlock',
  'panel',
]);

/**
 * Takes out of a document, in place, what Jira refuses it for: empty text nodes, links without an address, and the nodes
 * that are empty after that. Fields that a notification does not have leave exactly these behind. True where anything is left.
 */
export function cleanAdf(tree: JsonObject): boolean {
  if (tree.get('type') === 'text') {
    cleanMarks(tree);
    return textIn(tree, 'text') !== null;
  }
  const content = tree.get('content');
  if (!Array.isArray(content)) return !emptiable.has(tree.get('type'));
  const kept = content.filter((child) => !(child instanceof Map) || cleanAdf(child));
  tree.set('content', kept);
  return kept.length > 0 || !emptiable.has(tree.get('type'));
}

function cleanMarks(text: JsonObject): void {
  const marks = text.get('marks');
  if (!Array.isArray(marks)) return;
  const isLink = (mark: JsonTree): mark is JsonObject => mark instanceof Map && mark.get('type') === 'link';
  const kept = marks.filter((mark) => !isLink(mark) || isLinkAddress(hrefOf(mark)));
  if (kept.length === marks.length) return;
  if (kept.length > 0) text.set('marks', kept);
  // A link that may not stay (`javascript:`) leaves its text.
  else if (marks.some((mark) => isLink(mark) && hrefOf(mark) !== null)) text.delete('marks');
  // "See the incident" without a link says nothing.
  else text.set('text', '');
}

function hrefOf(mark: JsonObject): string | null {
  const attrs = objectIn(mark, 'attrs');
  return attrs === null ? null : textIn(attrs, 'href');
}

/** A document as wiki markup in which every text is escaped. What wiki markup has no word for gives its text alone. */
export function wikiOf(tree: JsonTree): string {
  return blocks(tree).trim();
}

function blocks(tree: JsonTree): string {
  if (!(tree instanceof Map)) return '';
  const content = childrenOf(tree);
  switch (tree.get('type')) {
    case 'paragraph':
      return `${inline(content)}\n\n`;
    case 'heading':
      return `h${levelOf(tree)}. ${inline(content)}\n\n`;
    case 'bulletList':
      return `${content.map((item) => `* ${wikiOf(item)}\n`).join('')}\n`;
    case 'orderedList':
      return `${content.map((item) => `# ${wikiOf(item)}\n`).join('')}\n`;
    case 'blockquote':
      return `{quote}\n${content.map(blocks).join('').trim()}\n{quote}\n\n`;
    case 'codeBlock':
      // The one thing that ends a code block is the macro itself.
      return `{code}\n${plain(content).replace(/\{(?=code)/gi, '{ ')}\n{code}\n\n`;
    case 'rule':
      return '----\n\n';
    case 'text':
    case 'hardBreak':
      return inline([tree]);
    default:
      return content.map(blocks).join('');
  }
}

function childrenOf(tree: JsonObject): readonly JsonTree[] {
  const content = tree.get('content');
  return Array.isArray(content) ? content : [];
}

function levelOf(heading: JsonObject): string {
  const level = objectIn(heading, 'attrs')?.get('level');
  return level instanceof JsonNumber && /^[1-6]$/.test(level.text) ? level.text : '3';
}

function inline(content: readonly JsonTree[]): string {
  return content.map((child) => (child instanceof Map ? inlineNode(child) : '')).join('');
}

/** Text as wiki markup that shows it as it is. */
export const escapeWiki = escapeFor('jira-wiki', '');
const wikiMarks: Readonly<Record<string, string>> = { strong: '*', em: '_', strike: '-', underline: '+' };

function inlineNode(child: JsonObject): string {
  if (child.get('type') === 'hardBreak') return '\n';
  if (child.get('type') !== 'text') return inline(childrenOf(child));
  const marks = child.get('marks');
  let text = escapeWiki(textIn(child, 'text') ?? '');
  for (const mark of Array.isArray(marks) ? marks : []) {
    if (!(mark instanceof Map)) continue;
    const sign = ownMember(wikiMarks, textIn(mark, 'type') ?? '');
    const href = mark.get('type') === 'link' ? hrefOf(mark) : null;
    if (href !== null) text = fitsWikiLink(href) ? `[${text}|${href}]` : text;
    else if (sign !== undefined && text.trim() !== '') text = sign + text + sign;
  }
  return text;
}

/** Only addresses of the web, without what would end the link; anything else is no link, only its text. */
function fitsWikiLink(href: string): boolean {
  return /^https?:\/\/[^\s|\]]+$/.test(href);
}

function plain(content: readonly JsonTree[]): string {
  return content
    .map((child) =>
      child instanceof Map
        ? child.get('type') === 'hardBreak'
          ? '\n'
          : (textIn(child, 'text') ?? plain(childrenOf(child)))
        : '',
    )
    .join('');
}
