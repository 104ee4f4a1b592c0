import { ownMember } from '@waybill/contracts/own-member';
import { JsonNumber, type JsonObject, type JsonTree } from '@waybill/contracts/payload/json-tree';
import { objectIn, setMissing, textIn } from '../body.js';
import { cutMember, jsonBytes } from '../fit.js';
import { isWebAddress } from '../check-url.js';
import { optional } from '../settings.js';
import { fitKey } from '../short-key.js';
import type { Sending } from '../target.js';
import { pagerdutyLimits } from './pagerduty.descriptor.js';

/**
 * Completes an event in place: action and dedup key where the template has none, and everything that PagerDuty would
 * refuse it for (blank fields, unknown severities, dead links, too long a summary). Answers what was changed.
 */
export function completeEvent(event: JsonObject, sending: Sending): string[] {
  const notes: string[] = [];
  const key = event.get('routing_key');
  // `<ROUTING KEY>` is what the original's template asks people to replace. Without the member the secret is sent.
  if (typeof key !== 'string' || /^(?:<.*>)?$/.test(key)) event.delete('routing_key');
  setMissing(event, 'event_action', sending.act);
  completeKey(event, dedupKeyOf(sending), notes);
  setMissing(event, 'client', optional(sending.config, 'client') ?? 'Waybill');
  const clientUrl = optional(sending.config, 'clientUrl');
  if (clientUrl !== null) setMissing(event, 'client_url', clientUrl);

  const payload = objectIn(event, 'payload');
  if (payload !== null) completePayload(payload, sending.notificationType, notes);
  dropDeadLinks(event, notes);
  fitEvent(event, payload, notes);
  return notes;
}

/**
 * The key of the thing; without one the delivery's own, so that a retry never opens a second alert. Null where the thing is
 * acknowledged or resolved and has no key: there is no alert that this could concern.
 */
export function dedupKeyOf({ correlationKey, act, webhookId }: Sending): string | null {
  if (correlationKey === null) return act === 'trigger' ? webhookId : null;
  return correlationKey;
}

function completeKey(event: JsonObject, dedupKey: string | null, notes: string[]): void {
  if (dedupKey !== null) setMissing(event, 'dedup_key', dedupKey);
  const given = event.get('dedup_key');
  const key = given instanceof JsonNumber ? given.text : given;
  if (key === '') event.delete('dedup_key');
  if (typeof key !== 'string' || key === '') {
    notes.push('The template gives no dedup_key: a retry may open a second alert.');
    return;
  }
  event.set('dedup_key', fitKey(key, pagerdutyLimits.dedupKey, 'The dedup_key', notes));
}

function completePayload(payload: JsonObject, notificationType: string, notes: string[]): void {
  if (isBlank(payload.get('summary'))) payload.set('summary', `Notification ${notificationType}`);
  if (isBlank(payload.get('source'))) payload.set('source', 'Waybill');
  payload.set('severity', severityOf(payload.get('severity')));
  cutMember(payload, 'summary', pagerdutyLimits.summary, 'characters', 'The summary', notes);
  const timestamp = timestampOf(payload.get('timestamp'));
  if (timestamp === null) payload.delete('timestamp');
  else payload.set('timestamp', timestamp);
  for (const key of ['component', 'group', 'class'])
    if (payload.has(key) && isBlank(payload.get(key))) payload.delete(key);
  const details = payload.get('custom_details');
  if (details !== undefined && !(details instanceof Map))
    payload.set('custom_details', new Map([['message', details]]));
}

function isBlank(value: JsonTree | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** PagerDuty takes four words in lower case and refuses `Critical`; ratings of the built-in types have others. */
const severities: Readonly<Record<string, string>> = {
  critical: 'critical',
  high: 'critical',
  error: 'error',
  warning: 'warning',
  medium: 'warning',
  info: 'info',
  low: 'info',
};

function severityOf(value: JsonTree | undefined): string {
  return (typeof value === 'string' ? ownMember(severities, value.trim().toLowerCase()) : undefined) ?? 'info';
}

/** From this number on a count of milliseconds; as seconds it would be the year 5138. */
const millisecondsFrom = 1e11;

/** ISO 8601 as it is; a count of seconds or milliseconds since 1970 is turned into it; null where it is neither. */
function timestampOf(value: JsonTree | undefined): string | null {
  const text = value instanceof JsonNumber ? value.text : value;
  if (typeof text !== 'string') return null;
  if (!/^\d+(?:\.\d+)?$/.test(text)) return /^\d{4}-\d{2}-\d{2}/.test(text) ? text : null;
  const count = Number(text);
  const date = new Date(count >= millisecondsFrom ? count : count * 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/**
 * A link without an address or an image without https makes PagerDuty refuse the whole event; one to anything but the web would run
 * what a notification wrote when somebody clicks on it.
 */
function dropDeadLinks(event: JsonObject, notes: string[]): void {
  keep(event, 'links', notes, (link) => isWebAddress(link.get('href')));
  keep(event, 'images', notes, (image) => (textIn(image, 'src') ?? '').startsWith('https://'));
}

function keep(event: JsonObject, key: string, notes: string[], isAlive: (element: JsonObject) => boolean): void {
  const list = event.get(key);
  if (!Array.isArray(list)) return;
  const alive = list.filter((element) => element instanceof Map && isAlive(element));
  // What a notification has no address for is no loss; one that was given and may not stay is.
  if (list.some((element) => element instanceof Map && hasDeadAddress(element) && !isAlive(element)))
    notes.push(`Of the ${key} those that do not lead to the web were left out.`);
  if (alive.length === 0) event.delete(key);
  else event.set(key, alive);
}

function hasDeadAddress(element: JsonObject): boolean {
  return textIn(element, 'href') !== null || textIn(element, 'src') !== null;
}

/** The sentence is Alertmanager's, which people already know how to search for. */
const detailsRemoved = 'Custom details have been removed because the original event exceeds the maximum size of 512KB';

function fitEvent(event: JsonObject, payload: JsonObject | null, notes: string[]): void {
  if (payload === null || eventBytes(event) <= pagerdutyLimits.eventBytes) return;
  payload.set('custom_details', new Map([['error', detailsRemoved]]));
  notes.push(`${detailsRemoved}.`);
}

/** `"routing_key":"…",` with the 32 characters that egress puts in. */
const keyMemberBytes = 49;

/** The size of the event as PagerDuty will get it. */
export function eventBytes(event: JsonObject): number {
  return jsonBytes(event) + (event.has('routing_key') ? 0 : keyMemberBytes);
}
