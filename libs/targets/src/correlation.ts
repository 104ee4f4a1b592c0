import { ownMember } from '@waybill/contracts/own-member';
import { stableName } from './hash.js';
import { JsonNumber, type JsonTree, lookup } from '@waybill/contracts/payload/json-tree';

/** Longer keys are of no use to any target (PagerDuty takes 255 characters); the rooms name what their target cannot take. */
export const correlationCharactersMax = 512;

/**
 * The paths whose values, joined with a colon, name the thing a notification is about, by target and notification type.
 * They count where the subscription has no correlation key of its own. Where one value is missing there is no key.
 */
const keyPaths: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  pagerduty: {
    incident: ['incidentId'],
    observation: ['extra.observation_id'],
    // PagerDuty closes its alerts itself, and a trigger after that opens a new one, so the same fault may share a key.
    health: ['asset_key', 'alert_type'],
  },
  jira: { incident: ['incidentId'], observation: ['extra.observation_id'] },
  'jira-service-management': { incident: ['incidentId'], observation: ['extra.observation_id'] },
  // No key for health in the ticket systems: a fault that comes back next month deserves a ticket that is open.
  servicenow: { incident: ['incidentId'], observation: ['extra.observation_id'] },
};

/**
 * The correlation key a target uses by default for a notification; null where target or type have none, and where the
 * payload lacks a part of it. The caller asks only when the subscription's own key is absent or rendered empty.
 */
export function defaultCorrelationKey(targetId: string, notificationType: string, payload: JsonTree): string | null {
  const paths = ownMember(ownMember(keyPaths, targetId) ?? {}, notificationType);
  if (paths === undefined) return null;
  const parts: string[] = [];
  for (const path of paths) {
    const part = scalarText(lookup(payload, path));
    if (part === null) return null;
    parts.push(part);
  }
  return whole(parts.join(':'));
}

/** A key that is too long ends in a name of the whole instead of its own end, so that two that begin alike are still two. */
function whole(key: string): string {
  const characters = [...key];
  if (characters.length <= correlationCharactersMax) return key;
  const name = stableName(key);
  return `${characters.slice(0, correlationCharactersMax - name.length - 1).join('')}~${name}`;
}

/** The default paths of a target, for the form of a subscription and the documents. */
export function defaultCorrelationPaths(targetId: string): Readonly<Record<string, readonly string[]>> {
  return ownMember(keyPaths, targetId) ?? {};
}

function scalarText(value: JsonTree | undefined): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value;
  return value instanceof JsonNumber ? value.text : null;
}
