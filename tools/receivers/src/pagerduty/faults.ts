import { characters } from '../bounded.js';
import { isBlank, isObject } from '../call.js';

/** What is wrong with an event, in PagerDuty's words; null when nothing is. */
export type Fault = (event: Record<string, unknown>) => string | null;

export const keyFaults: readonly (readonly [id: string, when: string, fault: Fault])[] = [
  ['missing', 'routing_key absent or blank', ({ routing_key: key }) => (isBlank(key) ? missing('routing_key') : null)],
  [
    'length',
    'routing_key not 32 characters',
    ({ routing_key: key }) =>
      isBlank(key) || (typeof key === 'string' && key.length === 32)
        ? null
        : "Length of 'routing_key' is incorrect (should be 32 characters)",
  ],
  [
    'alphanumeric',
    'routing_key not alphanumeric',
    ({ routing_key: key }) =>
      isBlank(key) || (typeof key === 'string' && /^[0-9A-Za-z]*$/.test(key))
        ? null
        : "'routing_key' cannot contain non-alphanumeric characters.",
  ],
];

function missing(name: string): string {
  return `'${name}' is missing or blank`;
}

const actions = ['trigger', 'acknowledge', 'resolve'];
const severities = ['critical', 'error', 'warning', 'info'];

export const eventFaults: readonly (readonly [id: string, row: string, when: string, fault: Fault])[] = [
  [
    'event-action',
    '9.3/5',
    'event_action none of the three, case included',
    ({ event_action: action }) =>
      actions.includes(String(action)) ? null : `'event_action' must be one of ${actions.join(', ')}`,
  ],
  [
    'dedup-key-missing',
    '9.3/6',
    'acknowledge or resolve without dedup_key',
    ({ event_action: action, dedup_key: key }) =>
      (action === 'acknowledge' || action === 'resolve') && isBlank(key) ? missing('dedup_key') : null,
  ],
  [
    'dedup-key-length',
    '9.3/7',
    'dedup_key longer than 255',
    ({ dedup_key: key }) =>
      typeof key === 'string' && characters(key) > 255 ? "'dedup_key' is too long (maximum is 255 characters)" : null,
  ],
  ...(['summary', 'source', 'severity'] as const).map(
    (name) =>
      [
        `${name}-missing`,
        '9.3/8',
        `trigger: payload.${name} missing or blank`,
        (event: Record<string, unknown>) =>
          event['event_action'] === 'trigger' && isBlank(payloadOf(event)[name]) ? missing(`payload.${name}`) : null,
      ] as const,
  ),
  [
    'severity',
    '9.3/9',
    'severity not one of critical, error, warning, info (case included)',
    (event) => {
      const { severity } = payloadOf(event);
      return isBlank(severity) || severities.includes(String(severity))
        ? null
        : `'payload.severity' must be one of ${severities.join(', ')}`;
    },
  ],
  [
    'summary-length',
    '9.3/10',
    'summary longer than 1024 characters',
    (event) => {
      const { summary } = payloadOf(event);
      return typeof summary === 'string' && characters(summary) > 1_024
        ? "'summary' is too long (maximum is 1024 characters)"
        : null;
    },
  ],
  [
    'images',
    '9.3/11',
    'image without src, or src not https',
    ({ images }) =>
      listFault(images, (image) => typeof image['src'] === 'string' && image['src'].startsWith('https://'))
        ? "'images' must have an https 'src'"
        : null,
  ],
  [
    'links',
    '9.3/11',
    'link without href',
    ({ links }) => (listFault(links, (link) => !isBlank(link['href'])) ? "'links' must have an 'href'" : null),
  ],
  [
    'custom-details',
    '9.3/11',
    'custom_details is no object',
    (event) => {
      const details = payloadOf(event)['custom_details'];
      return details === undefined || isObject(details) ? null : "'payload.custom_details' must be an object";
    },
  ],
];

export function payloadOf(event: Record<string, unknown>): Record<string, unknown> {
  return isObject(event['payload']) ? event['payload'] : {};
}

function listFault(list: unknown, isGood: (entry: Record<string, unknown>) => boolean): boolean {
  if (list === undefined || list === null) return false;
  return !Array.isArray(list) || !list.every((entry) => isObject(entry) && isGood(entry));
}
