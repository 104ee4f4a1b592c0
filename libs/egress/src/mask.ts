import { hidden } from './fill.js';
import type { Secrets } from './fill.js';

/** Shorter values would blank out ordinary words and digits of an answer. */
export const secretCharsMin = 4;
/** A path segment or query value of a secret URL from this length on is a credential of its own. */
export const urlPartCharsMin = 12;

export type Mask = (text: string) => string;

const masks = new WeakMap<Secrets, Mask>();

/**
 * Takes every form of these secrets out of what a target says (SEC-06): as it is, in JSON, URL-encoded, base64, hex, and
 * as the pair of Basic authentication. The caller who hands in the same object again gets the same mask.
 */
export function maskOf(secrets: Secrets): Mask {
  const known = masks.get(secrets);
  if (known !== undefined) return known;
  const mask = maskFor(Object.values(secrets));
  masks.set(secrets, mask);
  return mask;
}

/** As `maskOf`, with values that are no secrets of the connector but were made from them: tokens, Basic pairs. */
export function maskFor(values: readonly string[]): Mask {
  // The longest first: a part must not be replaced before the whole that holds it.
  const needles = [...new Set(values.filter((one) => one.length >= secretCharsMin).flatMap(formsOf))].sort(
    (left, right) => right.length - left.length,
  );
  const shortest = needles.at(-1)?.length ?? Infinity;
  return (text) => {
    if (text.length < shortest) return text;
    let masked = text;
    for (const needle of needles) if (masked.includes(needle)) masked = masked.replaceAll(needle, () => hidden);
    return masked;
  };
}

/** Shows where a secret URL leads without the part that opens it (SEC-08): `https://hooks.slack.com/…/****`. */
export const secretUrlShown = (origin: string): string => `${origin}/\u2026/${hidden}`;

/** A URL that is no secret may still carry one in its query. */
export function urlShown(href: string): string {
  if (!href.includes('?')) return href;
  return href.replace(
    /([?&](?:[a-z0-9_-]*(?:key|token|secret|password|signature)|sig|code|auth)=)[^&]+/gi,
    (_whole, name: string) => name + hidden,
  );
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const base64 = bytes.toString('base64');
  const forms = [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    encodeURIComponent(value).replaceAll('%20', '+'),
    base64,
    base64.replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    ...partsOfUrl(value),
  ];
  return forms.filter((one) => one.length >= secretCharsMin);
}

/** A target that answers an unknown hook prints the path, not the whole URL. */
function partsOfUrl(value: string): string[] {
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) return [];
  const url = new URL(value);
  const segments = url.pathname.split('/').filter((one) => one.length >= urlPartCharsMin);
  const queried = [...url.searchParams.values()].filter((one) => one.length >= urlPartCharsMin);
  const path = url.pathname.length > urlPartCharsMin ? [url.pathname, url.pathname + url.search] : [];
  return [url.href, ...path, ...segments, ...queried, ...queried.map(encodeURIComponent)];
}
