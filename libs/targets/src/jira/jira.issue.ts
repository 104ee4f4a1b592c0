import { ownMember } from '@waybill/contracts/own-member';
import {
  JsonNumber,
  type JsonObject,
  type JsonTree,
  stringifyTree,
  treeOf,
} from '@waybill/contracts/payload/json-tree';
import { escapeLine } from '@waybill/template/escape';
import { objectIn, setMissing } from '../body.js';
import { cut, cutNote, measure } from '../cut.js';
import { cutMember, shortenLongest } from '../fit.js';
import { optional, section } from '../settings.js';
import type { Sending } from '../target.js';
import { adfOfText, cleanAdf, isAdf, wikiOf } from './adf.js';
import type { Deployment } from './jira-site.js';

/** Jira runs on the JVM, so its characters are taken for UTF-16 units, the stricter reading (targets.md section 11). */
export const jiraLimits = { summary: 255, text: 32_767, label: 255 } as const;

/** Grafana keeps as much back of a serialised document, because Jira counts it in a form of its own. */
const adfReserve = 87;

/** An issue to create, and which of its fields only the room has put there: Jira may refuse those, and the ticket comes without. */
export interface Issue {
  readonly body: JsonObject;
  readonly fields: JsonObject;
  readonly optionalFields: ReadonlySet<string>;
}

/** The template's result as an issue; null where it has neither `fields` nor a summary to make one of. */
export function readIssue(body: JsonObject | null): { body: JsonObject; fields: JsonObject } | null {
  if (body === null) return null;
  const fields = objectIn(body, 'fields');
  if (fields !== null) return { body, fields };
  return body.has('summary') ? { body: new Map([['fields', body]]), fields: body } : null;
}

/**
 * Completes an issue in place from the connector's settings, where the template is silent, and makes it fit: one line of
 * summary, no empty nodes, texts cut to the limits, labels without blanks. Adds what it changed to `notes`.
 */
export function completeIssue(
  issue: { readonly body: JsonObject; readonly fields: JsonObject },
  sending: Sending,
  deployment: Deployment,
  notes: string[],
): Issue {
  const { body, fields } = issue;
  const { config } = sending;
  const optionalFields = new Set<string>();
  const issueType = optional(config, 'issueType') ?? 'Task';
  const projectKey = optional(config, 'projectKey');
  if (projectKey !== null) setMissing(fields, 'project', new Map([['key', projectKey]]));
  setMissing(fields, 'issuetype', new Map([[/^\d+$/.test(issueType) ? 'id' : 'name', issueType]]));
  for (const [key, value] of Object.entries(section(config, 'fields'))) setMissing(fields, key, treeOf(value));
  if (resolvePriority(fields, section(config, 'priorityMap'), notes)) optionalFields.add('priority');
  fitTexts(fields, sending.notificationType, deployment, notes);
  addLabel(fields, searchLabel(sending.webhookId), optionalFields, notes);
  return { body, fields, optionalFields };
}

/** By this label an issue is found again when nobody knows whether it was made. TypeIDs have no blanks, others lose theirs. */
export function searchLabel(webhookId: string): string {
  return `waybill-${webhookId.replace(/[^A-Za-z0-9_-]/g, '-')}`;
}

/** Ratings of the built-in types, by the names that a new Jira site has; the original's templates map them so. */
const usualPriorities: Readonly<Record<string, string>> = {
  critical: 'Highest',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  info: 'Low',
};

/**
 * A priority that the template gives as a text is a rating: it becomes a priority of Jira by the connector's map, by number
 * where that gives digits, else by name. True where it was resolved here; objects of the template stay as they are.
 */
function resolvePriority(fields: JsonObject, map: Readonly<Record<string, unknown>>, notes: string[]): boolean {
  const rating = fields.get('priority');
  if (typeof rating !== 'string') return false;
  fields.delete('priority');
  const key = rating.trim().toLowerCase();
  if (key === '') return false;
  const own = Object.entries(map).find(([name]) => name.toLowerCase() === key)?.[1];
  const priority = typeof own === 'string' && own !== '' ? own : ownMember(usualPriorities, key);
  if (priority === undefined) {
    notes.push(
      `No priority is set, because neither the connector's map nor the usual one knows "${cut(rating, 40, 'characters').text}".`,
    );
    return false;
  }
  fields.set('priority', new Map([[/^\d+$/.test(priority) ? 'id' : 'name', priority]]));
  return true;
}

function fitTexts(fields: JsonObject, notificationType: string, deployment: Deployment, notes: string[]): void {
  fitSummary(fields, notificationType, notes);
  for (const key of ['description', 'environment']) {
    const value = fields.get(key);
    if (value === undefined) continue;
    const text = fitLongText(value, deployment, `The ${key}`, notes);
    if (text === null) fields.delete(key);
    else fields.set(key, text);
  }
}

/** Jira refuses a summary with a line end, without a text, or that is no text at all. */
export function fitSummary(fields: JsonObject, notificationType: string, notes: string[]): void {
  const value = fields.get('summary');
  const text = value instanceof JsonNumber ? value.text : typeof value === 'string' ? value : '';
  const line = escapeLine(text).trim();
  fields.set('summary', line === '' ? `Notification ${notificationType}` : line);
  cutMember(fields, 'summary', jiraLimits.summary, 'utf16', 'The summary', notes);
}

/** A long text in the form of the deployment, cleaned and within the limit; null where nothing is left of it. */
export function fitLongText(value: JsonTree, deployment: Deployment, what: string, notes: string[]): JsonTree | null {
  if (deployment === 'data-center') {
    const { text, lengthBefore } = cut(isAdf(value) ? cleanWiki(value) : plainText(value), jiraLimits.text, 'utf16');
    if (lengthBefore !== null) notes.push(cutNote(what, lengthBefore, jiraLimits.text, 'utf16'));
    return text === '' ? null : text;
  }
  const document = isAdf(value) ? value : adfOfText(plainText(value));
  cleanAdf(document);
  if (!hasContent(document)) return null;
  const size = () => measure(stringifyTree(document), 'utf16');
  const before = size();
  const max = jiraLimits.text - adfReserve;
  if (before > max) {
    shortenLongest(document, new Set(['text']), max, 'utf16', size);
    notes.push(cutNote(what, before, max, 'utf16'));
  }
  return document;
}

function cleanWiki(document: JsonObject): string {
  cleanAdf(document);
  return wikiOf(document);
}

function hasContent(document: JsonObject): boolean {
  const content = document.get('content');
  return Array.isArray(content) && content.length > 0;
}

function plainText(value: JsonTree): string {
  if (typeof value === 'string') return value;
  return value === null ? '' : stringifyTree(value);
}

function fitLabel(label: string, notes: string[]): string {
  const { text, lengthBefore } = cut(label, jiraLimits.label, 'utf16');
  if (lengthBefore !== null) notes.push(cutNote('A label', lengthBefore, jiraLimits.label, 'utf16'));
  return text;
}

function addLabel(fields: JsonObject, label: string, optionalFields: Set<string>, notes: string[]): void {
  const own = fields.get('labels');
  const labels = Array.isArray(own)
    ? own.filter((one): one is string => typeof one === 'string' && one.trim() !== '')
    : [];
  const whole = labels.map((one) => one.trim().replace(/[\s\x00-\x1f\x7f]+/g, '-'));
  if (whole.some((one, at) => one !== labels[at])) notes.push('Blanks in labels, which Jira refuses, became hyphens.');
  const fitting = whole.map((one) => fitLabel(one, notes));
  fields.set('labels', [...fitting, label]);
  if (labels.length === 0) optionalFields.add('labels');
}
