import { credentialsIn } from '@waybill/contracts/sending/query-credentials';
import { Refused } from '@waybill/decider/decider';

/** RFC 9110 section 4.1 asks servers to take 8,000; long enough for every signed URL seen. */
export const urlCharactersMax = 4096;

export type UrlScheme = 'http:' | 'https:' | 'smtp:' | 'smtps:';

/**
 * Reads a URL that a person gave. Refuses what is not one, blanks and control characters, a fragment, and a user or
 * password in it, which would stand in clear text in the log. Whether the address may be reached is decided by egress.
 */
export function checkUrl(text: unknown, pointer: string, schemes: readonly UrlScheme[] = ['http:', 'https:']): URL {
  if (typeof text !== 'string' || text === '') throw new Refused('url_invalid', 'A URL is missing here.', pointer);
  if (text.length > urlCharactersMax) {
    throw new Refused('url_invalid', `The URL is longer than ${urlCharactersMax} characters.`, pointer);
  }
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw new Refused('url_invalid', 'The URL holds a blank, a control character or a letter outside ASCII.', pointer);
  }
  const url = readUrl(text, pointer);
  if (!schemes.includes(url.protocol as UrlScheme)) {
    throw new Refused(
      'url_invalid',
      `The URL must begin with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}.`,
      pointer,
    );
  }
  if (url.hostname === '') throw new Refused('url_invalid', 'The URL has no host.', pointer);
  if (url.password !== '')
    throw new Refused('url_invalid', 'A password does not belong in the URL; give it as a secret.', pointer);
  const mail = url.protocol === 'smtp:' || url.protocol === 'smtps:';
  if (url.username !== '' && !mail)
    throw new Refused('url_invalid', 'A user does not belong in the URL; use `auth`.', pointer);
  if (url.hash !== '') throw new Refused('url_invalid', 'A fragment (`#…`) is never sent; leave it out.', pointer);
  return url;
}

/** A URL that paths are put behind: as `checkUrl`, and without a query. */
export function checkBaseUrl(text: unknown, pointer: string): URL {
  const url = checkUrl(text, pointer);
  if (url.search !== '') throw new Refused('url_invalid', 'The base URL must have no query (`?…`).', pointer);
  return url;
}

/** Refuses a credential in the query of a URL that is stored and shown as it is; `instead` says where it belongs. */
export function checkNoCredential(url: URL, pointer: string, instead: string): void {
  const [found] = credentialsIn(url.href);
  if (found === undefined) return;
  throw new Refused(
    'url_invalid',
    `\`${found.name}\` is the name of a credential, which does not belong in this URL: ${instead}.`,
    pointer,
  );
}

/** True for an address of the web, as links in messages may have it; `javascript:` and its like are none. */
export function isWebAddress(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\/[^\s]/i.test(value);
}

/** As `isWebAddress`, and addresses of people: what a link in a message may lead to. */
export function isLinkAddress(value: unknown): boolean {
  return isWebAddress(value) || (typeof value === 'string' && /^(?:mailto|tel):[^\s]/i.test(value));
}

function readUrl(text: string, pointer: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new Refused('url_invalid', 'This is not a whole URL, such as https://hooks.example.com/in.', pointer);
  }
}
