import { ownMember } from '@waybill/contracts/own-member';
import { queryPairs, queryValueAt, urlQuerySecret } from '@waybill/contracts/sending/query-credentials';
import { EgressFault } from './fault.js';

/** Values of a connector's secrets by name, in clear. They live as long as an attempt and go nowhere but into its request. */
export type Secrets = Readonly<Record<string, string>>;

/** How a value is written where its placeholder stands. */
export type Landing = 'plain' | 'json' | 'url' | 'form';

const opening = '\u27e6secret:';
const placeholders = /\u27e6secret:([^\u27e7]*)\u27e7/g;

export const hidden = '****';

/** Puts secrets where their placeholders stand. Throws `EgressFault` `secret_missing` for a name that is not set. */
export function fill(text: string, secrets: Secrets, landing: Landing): string {
  if (!text.includes(opening)) return text;
  return text.replace(placeholders, (_whole, name: string) => {
    const at = queryValueAt(name);
    return at === null ? write(secretOf(secrets, name), landing) : queryValueOf(secrets, at);
  });
}

/** It was cut out of a URL and goes back as it stood there: escaping it again would send another value. */
function queryValueOf(secrets: Secrets, at: number): string {
  const value = queryPairs(secretOf(secrets, urlQuerySecret))[at]?.value ?? '';
  if (value !== '') return value;
  throw new EgressFault('secret_missing', 'A credential in the query of the URL is not set.', 'never');
}

/** The same text as it may be shown and stored. */
export const hide = (text: string): string => (text.includes(opening) ? text.replace(placeholders, hidden) : text);

/** The only placeholder of a text that is nothing else; null for every other text. */
export function onlyPlaceholder(text: string): string | null {
  const match = /^\u27e6secret:([^\u27e7]*)\u27e7$/.exec(text);
  return match === null ? null : (match[1] ?? null);
}

export function secretOf(secrets: Secrets, name: string): string {
  const value = ownMember(secrets, name);
  if (value !== undefined && value !== '') return value;
  throw new EgressFault('secret_missing', `The secret ${JSON.stringify(name.slice(0, 100))} is not set.`, 'never');
}

/** A body's own syntax decides how a secret is written into it. */
export function landingOf(contentType: string): Landing {
  if (/^application\/([a-z0-9.+-]+\+)?json\b/i.test(contentType)) return 'json';
  return /^application\/x-www-form-urlencoded\b/i.test(contentType) ? 'form' : 'plain';
}

function write(value: string, landing: Landing): string {
  if (landing === 'json') return JSON.stringify(value).slice(1, -1);
  if (landing === 'url') return encodeURIComponent(value);
  if (landing === 'form') return encodeURIComponent(value).replaceAll('%20', '+');
  return value;
}
