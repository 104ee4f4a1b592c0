import { secretMask } from './request.js';

/**
 * Credentials in the query of a URL (`?key=…`), as receivers that know no header ask for them. Which parameters are one stands here because the
 * target's room takes them out of a URL, and egress writes them in again and hides what is left: neither may import the other.
 */

/** The secret that holds them: `name=value` as in the URL, in its order, joined by `&`. In the URL each value is `secretMask`. */
export const urlQuerySecret = 'urlQuery';

/**
 * Names in small letters and without signs: `api_key`, `X-Api-Key` and `apiKey` are `apikey`. A name is never taken off this list: what is stored as
 * `****` under it would be sent so. `code` and `sig` are those of Azure, `sas` and `sastoken` of its storage, `hapikey` (by its end) HubSpot's.
 */
const credentials: ReadonlySet<string> = new Set([
  ...['auth', 'xauth', 'oauth', 'basicauth', 'bearer', 'jwt', 'sas', 'sig', 'hmac', 'psk', 'otp', 'pin'],
  ...['pass', 'pwd', 'pw', 'passcode', 'code', 'authcode', 'accesscode', 'securitycode'],
  ...['session', 'sessionid', 'cred', 'creds', 'credential', 'credentials', 'xamzcredential'],
]);

/** What a name of a credential ends with, whoever's it is: `client_secret`, `X-Amz-Signature`, `subscription-key`. */
const endings = /(?:key|token|secret|password|passwd|passphrase|signature|authorization)$/;

/** Keys that name a thing and open nothing. */
const harmless: ReadonlySet<string> = new Set([
  ...['projectkey', 'issuekey', 'dedupkey', 'dedupekey', 'correlationkey', 'idempotencykey', 'partitionkey'],
  ...['routekey', 'sortkey', 'orderkey', 'groupkey', 'hotkey', 'monkey'],
]);

/** True for the name of a query parameter, as it stands in a URL, whose value is a credential. */
export function isCredentialName(name: string): boolean {
  const plain = plainly(name)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  return credentials.has(plain) || (endings.test(plain) && !harmless.has(plain));
}

/** A credential in a URL's query: `name` and `value` as they are written, `start` and `end` where the value stands. */
export interface QueryCredential {
  readonly name: string;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The credentials of a URL, in its order. One without a value is none. Reads the text and not a parsed URL, so that nothing of the rest changes its
 * spelling; `;` and a second `?` divide as `&` does (some receivers read them so), but a credential's value ends at `&` alone.
 */
export function credentialsIn(url: string): QueryCredential[] {
  const found: QueryCredential[] = [];
  const beginning = url.indexOf('?');
  if (beginning < 0) return found;
  const parameter = /[?&;]([^=&;?#]*)=/g;
  const valueEnd = /[&#]/g;
  parameter.lastIndex = beginning;
  for (let match = parameter.exec(url); match !== null; match = parameter.exec(url)) {
    const [, name = ''] = match;
    // The sign that ends the value of another one begins the next.
    if (!isCredentialName(name)) continue;
    const start = parameter.lastIndex;
    valueEnd.lastIndex = start;
    const end = valueEnd.exec(url)?.index ?? url.length;
    if (end > start) found.push({ name, value: url.slice(start, end), start, end });
    parameter.lastIndex = end;
  }
  return found;
}

/** The URL with another text as the value of each of its credentials; `textOf` gets their number, from 0. */
export function replaceCredentials(url: string, textOf: (credential: QueryCredential, at: number) => string): string {
  let written = '';
  let from = 0;
  for (const [at, credential] of credentialsIn(url).entries()) {
    written += url.slice(from, credential.start) + textOf(credential, at);
    from = credential.end;
  }
  return written + url.slice(from);
}

/** The URL as it may be stored and shown. */
export const urlWithMasks = (url: string): string =>
  url.includes('?') ? replaceCredentials(url, () => secretMask) : url;

/** True where a value stands for one that is stored; some writers of URLs escape the stars. */
export const isMask = (value: string): boolean => plainly(value) === secretMask;

/** What `urlQuerySecret` holds, in order; a pair without `=` or value has an empty one. */
export function queryPairs(text: string): { readonly name: string; readonly value: string }[] {
  if (text === '') return [];
  return text.split('&').map((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? { name: pair, value: '' } : { name: pair.slice(0, at), value: pair.slice(at + 1) };
  });
}

/** Name of the placeholder for one value of `urlQuerySecret`; `at` counts from 0, the name from 1. */
export const queryValueName = (at: number): string => `${urlQuerySecret}.${at + 1}`;

/** Reads what `queryValueName` wrote; null for the name of any other secret. */
export function queryValueAt(name: string): number | null {
  if (!name.startsWith(`${urlQuerySecret}.`)) return null;
  const number = Number(name.slice(urlQuerySecret.length + 1));
  return Number.isInteger(number) && number > 0 ? number - 1 : null;
}

/** Two spellings of one text in a URL read alike; what cannot be read stays as it is. */
export function plainly(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
