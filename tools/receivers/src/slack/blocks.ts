import { characters } from '../bounded.js';
import { isObject } from '../call.js';

type Block = Record<string, unknown>;

/** Slack's block limits (targets.md section 1): id, condition for people, and the check. */
export const blockLimits: readonly (readonly [
  id: string,
  when: string,
  fault: (blocks: readonly Block[]) => boolean,
])[] = [
  ['count', 'more than 50 blocks', (blocks) => blocks.length > 50],
  ['section-text', 'section text empty or over 3000', (blocks) => blocks.some(sectionTextFault)],
  ['fields', 'more than 10 fields', (blocks) => blocks.some((block) => listOf(block, 'fields').length > 10)],
  [
    'field-text',
    'a field over 2000',
    (blocks) => blocks.some((block) => listOf(block, 'fields').some((field) => lengthOf(field) > 2_000)),
  ],
  [
    'header-text',
    'header empty or over 150',
    (blocks) =>
      blocks.some(
        (block) => block['type'] === 'header' && (lengthOf(block['text']) > 150 || lengthOf(block['text']) === 0),
      ),
  ],
  ['context', 'more than 10 context elements', (blocks) => blocks.some((block) => tooMany(block, 'context', 10))],
  ['actions', 'more than 25 actions', (blocks) => blocks.some((block) => tooMany(block, 'actions', 25))],
  ['url-scheme', 'url or image_url without http(s) scheme', (blocks) => blocks.some(hasBadUrl)],
];

function sectionTextFault(block: Block): boolean {
  if (block['type'] !== 'section') return false;
  // A section needs text or fields; with fields alone there is nothing to measure.
  if (block['text'] === undefined) return listOf(block, 'fields').length === 0;
  const length = lengthOf(block['text']);
  return length === 0 || length > 3_000;
}

function tooMany(block: Block, type: string, max: number): boolean {
  return block['type'] === type && listOf(block, 'elements').length > max;
}

function listOf(block: Block, key: string): readonly unknown[] {
  const value = block[key];
  return Array.isArray(value) ? value : [];
}

/** Length of a text object's text; 0 where it is none. */
function lengthOf(value: unknown): number {
  return isObject(value) && typeof value['text'] === 'string' ? characters(value['text']) : 0;
}

function hasBadUrl(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasBadUrl);
  if (!isObject(value)) return false;
  return Object.entries(value).some(([key, inner]) =>
    (key === 'url' || key === 'image_url') && typeof inner === 'string'
      ? !/^https?:\/\//.test(inner)
      : hasBadUrl(inner),
  );
}

/** Characters of all `text` strings in the blocks. */
export function blocksText(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, inner) => sum + blocksText(inner), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [key, inner]) => sum + (key === 'text' && typeof inner === 'string' ? characters(inner) : blocksText(inner)),
    0,
  );
}

export function hasMention(value: unknown): boolean {
  if (typeof value === 'string') return /<!(channel|here|everyone|subteam)[^>]*>|<@[UW][A-Z0-9]*[^>]*>/.test(value);
  if (Array.isArray(value)) return value.some(hasMention);
  return isObject(value) && Object.values(value).some(hasMention);
}
