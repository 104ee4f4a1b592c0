import { plainly, queryPairs, urlQuerySecret, urlWithMasks } from '@waybill/contracts/sending/query-credentials';
import { hidden } from './fill.js';
import type { Secrets } from './fill.js';
import { hideReadings, plainReadingOf } from './plain-reading.js';

/** Shorter values would blank out ordinary words and digits of an answer. */
export const secretCharsMin = 4;
/** A path segment or query value of a secret URL from this length on is a credential of its own. */
export const urlPartCharsMin = 12;

export type Mask = (text: string) => string;

const masks = new WeakMap<Secrets, Mask>();

/**
 * Takes every form of these secrets out of what a target says (SEC-06): as it is, base64, hex, backwards, as the pair of Basic
 * authentication, and each of its characters escaped for JSON, HTML or a URL or not. The caller who hands in the same object again gets the same mask.
 */
export function maskOf(secrets: Secrets): Mask {
  const known = masks.get(secrets);
  if (known !== undefined) return known;
  const mask = maskFor(Object.entries(secrets).flatMap(([name, value]) => valuesOf(name, value)));
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
  const readings = [...new Set(values.flatMap(readingsOf))].filter((one) => one.length >= secretCharsMin);
  return (text) => {
    if (text.length < shortest) return text;
    // Most answers have none of the characters that an escape begins with. First, because the needles know parts of a whole.
    let masked = /[\\%&+]/.test(text) ? hideReadings(text, readings, hidden) : text;
    for (const needle of needles) if (masked.includes(needle)) masked = masked.replaceAll(needle, () => hidden);
    return masked;
  };
}

/** Shows where a secret URL leads without the part that opens it (SEC-08): `https://hooks.slack.com/…/****`. */
export const secretUrlShown = (origin: string): string => `${origin}/\u2026/${hidden}`;

/** A URL that is no secret may still carry one in its query: a connector that was saved before such were taken out. */
export const urlShown = urlWithMasks;

/** Several secrets may stand in one; a target says them back as they came or as it read them. */
function valuesOf(name: string, value: string): string[] {
  if (name !== urlQuerySecret) return [value];
  return queryPairs(value).flatMap((pair) => [pair.value, plainly(pair.value)]);
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const hex = bytes.toString('hex');
  const forms = [
    value,
    hex,
    hex.toUpperCase(),
    [...value].reverse().join(''),
    ...inBase64(bytes),
    ...partsOfUrl(value),
  ];
  return forms.filter((one) => one.length >= secretCharsMin);
}

/** What is looked for behind escapes: the value, and of its base64 what anybody escapes. */
function readingsOf(value: string): string[] {
  if (value.length < secretCharsMin) return [];
  const base64 = inBase64(Buffer.from(value, 'utf8')).filter((form) => /[+/=]/.test(form));
  return [value, ...partsOfUrl(value), ...base64].map(plainReadingOf);
}

/** Shorter pieces of base64 stand in many an innocent text. */
const base64CoreCharsMin = 8;

/**
 * Base64 of the value, and of whatever holds it: a whole header, say. What stands before shifts it by none, one or two bytes, so it has
 * three spellings, of which the middle does not depend on its neighbours.
 */
function inBase64(bytes: Buffer): string[] {
  const base64 = bytes.toString('base64');
  const cores = [0, 1, 2].map((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    return shifted.toString('base64').slice(Math.ceil((shift * 8) / 6), Math.floor((shifted.length * 8) / 6));
  });
  const long = cores.filter((core) => core.length >= base64CoreCharsMin);
  const both = [base64, base64.replace(/=+$/, ''), ...long];
  return [...both, ...both.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))];
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
