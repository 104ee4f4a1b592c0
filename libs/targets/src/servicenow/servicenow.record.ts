import { ownMember } from '@waybill/contracts/own-member';
import { JsonNumber, type JsonObject, type JsonTree, treeOf } from '@waybill/contracts/payload/json-tree';
import { escapeLine, escapeServicenowJournal } from '@waybill/template/escape';
import { setMissing } from '../body.js';
import { cutMember } from '../fit.js';
import { optional, section } from '../settings.js';
import { nameOfKey } from '../short-key.js';
import type { Sending } from '../target.js';
import { servicenowLimits } from './servicenow.descriptor.js';

/**
 * What `correlation_id` may hold and a query may ask for: `^` or a line end would change the query (FXinnovation#31), `javascript:` be run
 * in it, and `NULL` find the records without one.
 */
const safeId = /^(?!javascript:|NULL$)[A-Za-z0-9._:-]{1,100}$/i;

/**
 * The value of `correlation_id`: the key of the thing where it is safe to ask for, a stable name of it where it is not, and
 * the delivery's own id where the thing has no key. Never empty: an empty one has closed somebody else's incident (kibana#217004).
 */
export function correlationId({ correlationKey, webhookId }: Sending, notes: string[]): string {
  const key = correlationKey ?? webhookId;
  if (safeId.test(key)) return key;
  return nameOfKey(key, 'The correlation_id', 'the key is longer than 100 characters or holds signs of a query', notes);
}

/** Completes a record in place, where the template is silent, and makes it fit. Answers what was changed. */
export function completeRecord(record: JsonObject, sending: Sending): string[] {
  const notes: string[] = [];
  for (const [key, value] of Object.entries(section(sending.config, 'fields'))) setMissing(record, key, treeOf(value));
  const own = record.get('correlation_id');
  if (typeof own !== 'string' || !safeId.test(own)) record.set('correlation_id', correlationId(sending, notes));
  for (const key of ['impact', 'urgency', 'severity']) rate(record, key);
  const summary = record.get('short_description');
  const line = typeof summary === 'string' ? escapeLine(summary) : summary instanceof JsonNumber ? summary.text : '';
  record.set('short_description', line.trim() === '' ? `Notification ${sending.notificationType}` : line);
  flatten(record, 'description');
  cutMember(record, 'short_description', servicenowLimits.shortDescription, 'characters', 'short_description', notes);
  cutMember(record, 'description', servicenowLimits.description, 'characters', 'description', notes);
  return notes;
}

/** Control characters other than tab and line end have no place in a text field. */
function flatten(record: JsonObject, key: string): void {
  const value = record.get(key);
  if (typeof value === 'string') record.set(key, value.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g, ' '));
}

const ratings: Readonly<Record<string, string>> = { critical: '1', high: '1', medium: '2' };

/** 1 to 3 as they are; a rating of a notification becomes one, unknown words the least; nothing where it is empty. */
function rate(record: JsonObject, key: string): void {
  const value = record.get(key);
  if (typeof value !== 'string' || /^[123]$/.test(value)) return;
  const word = value.trim().toLowerCase();
  if (word === '') record.delete(key);
  else record.set(key, ownMember(ratings, word) ?? '3');
}

/** State, code and notes in one, because data policies demand them together; null where the connector resolves nothing. */
export function resolution({ config }: Sending): ReadonlyMap<string, JsonTree> | null {
  if (config['resolve'] === undefined || config['resolve'] === null) return null;
  const resolve = section(config, 'resolve');
  return new Map([
    ['state', optional(resolve, 'state') ?? '6'],
    ['close_code', optional(resolve, 'closeCode') ?? 'Solution provided'],
    ['close_notes', optional(resolve, 'closeNotes') ?? 'The source reports that this is over.'],
  ]);
}

/** What a known record is told: a work note, its fields, or nothing. The correlation id stays what it is. */
export function news(record: JsonObject, onUpdate: string, notes: string[]): ReadonlyMap<string, JsonTree> {
  if (onUpdate === 'none') return new Map();
  if (onUpdate === 'edit') return new Map([...record].filter(([key]) => key !== 'correlation_id' && key !== 'state'));
  const texts = ['short_description', 'description']
    .map((key) => record.get(key))
    .filter((text) => typeof text === 'string');
  const note = new Map<string, JsonTree>([['work_notes', escapeServicenowJournal(texts.join('\n\n'))]]);
  cutMember(note, 'work_notes', servicenowLimits.description, 'characters', 'The work note', notes);
  return note;
}
