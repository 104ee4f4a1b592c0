import type { JsonObject, JsonTree } from '@waybill/contracts/payload/json-tree';
import { objectIn } from '../body.js';
import { isWebAddress } from '../check-url.js';
import { measure } from '../cut.js';
import { cutList, cutMember, shortenLongest, textPlaces } from '../fit.js';
import { slackLimits } from './slack.descriptor.js';

/** The members of blocks that hold texts people read. */
const textKeys: ReadonlySet<string> = new Set(['text', 'alt_text']);

/**
 * Makes a message fit into Slack's limits, in place, and answers what was changed. Slack refuses a whole message for one
 * empty block (`invalid_blocks`), which every notification without that field would run into, so empty ones are left out.
 */
export function fitMessage(message: JsonObject): string[] {
  const notes: string[] = [];
  cutMember(message, 'text', slackLimits.text, 'characters', 'The text', notes);
  cutList(message, 'attachments', slackLimits.attachments, 'attachments', notes);
  if (Array.isArray(message.get('blocks'))) fitBlocks(message, notes);
  closeMarkup(message);
  return notes;
}

function fitBlocks(message: JsonObject, notes: string[]): void {
  const blocks = message.get('blocks') as JsonTree[];
  const kept = blocks.filter((block) => fitBlock(block, notes));
  if (kept.length < blocks.length)
    notes.push(`${blocks.length - kept.length} empty blocks, which Slack refuses, were left out.`);
  message.set('blocks', kept);
  cutList(message, 'blocks', slackLimits.blocks, 'blocks', notes);
  fitTogether(message.get('blocks') ?? [], notes);
}

/** False for a block that has nothing to show. */
function fitBlock(block: JsonTree, notes: string[]): boolean {
  if (!(block instanceof Map)) return true;
  switch (block.get('type')) {
    case 'section':
      return fitSection(block, notes);
    case 'header': {
      const text = objectIn(block, 'text');
      if (text === null || isBlank(text)) return text === null;
      cutMember(text, 'text', slackLimits.headerText, 'characters', 'The header', notes);
      return true;
    }
    case 'context': {
      dropElements(block, isBlank);
      cutList(block, 'elements', slackLimits.contextElements, 'context elements', notes);
      return hasElements(block);
    }
    case 'actions': {
      if (dropElements(block, hasBadLink) > 0)
        notes.push('Buttons without a web address, for which Slack refuses the message, were left out.');
      cutList(block, 'elements', slackLimits.actionElements, 'action elements', notes);
      return hasElements(block);
    }
    case 'image':
      return isWebAddress(block.get('image_url')) || block.has('slack_file');
    default:
      return true;
  }
}

function fitSection(section: JsonObject, notes: string[]): boolean {
  const text = objectIn(section, 'text');
  if (text !== null) {
    if (isBlank(text)) section.delete('text');
    else cutMember(text, 'text', slackLimits.sectionText, 'characters', 'The text of a section', notes);
  }
  cutList(section, 'fields', slackLimits.fields, 'fields', notes);
  const fields = section.get('fields');
  if (Array.isArray(fields)) {
    for (const field of fields) if (field instanceof Map) fitField(field, notes);
    if (fields.length === 0) section.delete('fields');
  }
  return section.has('text') || section.has('fields');
}

/** Fields stand in pairs, so an empty one keeps its place with a dash. */
function fitField(field: JsonObject, notes: string[]): void {
  if (isBlank(field)) field.set('text', '–');
  else cutMember(field, 'text', slackLimits.fieldText, 'characters', 'A field', notes);
}

function isBlank(element: JsonTree): boolean {
  if (!(element instanceof Map) || !element.has('text')) return false;
  const text = element.get('text');
  return typeof text === 'string' && text.trim() === '';
}

function hasBadLink(element: JsonTree): boolean {
  return element instanceof Map && element.has('url') && !isWebAddress(element.get('url'));
}

/** Answers how many were left out. */
function dropElements(block: JsonObject, isBad: (element: JsonTree) => boolean): number {
  const elements = block.get('elements');
  if (!Array.isArray(elements)) return 0;
  const kept = elements.filter((element) => !isBad(element));
  block.set('elements', kept);
  return elements.length - kept.length;
}

function hasElements(block: JsonObject): boolean {
  const elements = block.get('elements');
  return !Array.isArray(elements) || elements.length > 0;
}

/** Above about 13,200 characters in all blocks together Slack answers `msg_blocks_too_long` (bolt-js#2509). */
function fitTogether(blocks: JsonTree, notes: string[]): void {
  const size = () => textPlaces(blocks, textKeys).reduce((sum, { text }) => sum + measure(text, 'characters'), 0);
  const before = size();
  if (before <= slackLimits.blocksText) return;
  shortenLongest(blocks, textKeys, slackLimits.blocksText, 'characters', size);
  notes.push(
    `The longest texts were cut, because all blocks together had ${before} characters and Slack takes ${slackLimits.blocksText}.`,
  );
}

/** A cut may leave half of `&amp;` or of `<https://…|text>`, which would show as rubbish or swallow what follows. */
function closeMarkup(blocks: JsonTree): void {
  for (const { text, write } of textPlaces(blocks, textKeys)) {
    if (!text.endsWith('…')) continue;
    const open = text.lastIndexOf('<');
    const whole = open > text.lastIndexOf('>') ? text.slice(0, open) + '…' : text;
    write(whole.replace(/&(?:a|am|amp|l|lt|g|gt)?…$/, '…'));
  }
}
