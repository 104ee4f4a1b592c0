import { type JsonObject, type JsonTree, stringifyTree } from '@waybill/contracts/payload/json-tree';
import { cut, cutNote, type CutUnit, measure } from './cut.js';

/** Where a text stands in a request, so that it can be shortened there. */
export interface TextPlace {
  readonly text: string;
  write(text: string): void;
}

/** Cuts one text member of an object to its limit and adds the note; leaves everything else alone. */
export function cutMember(
  object: JsonObject,
  key: string,
  max: number,
  unit: CutUnit,
  what: string,
  notes: string[],
): void {
  const value = object.get(key);
  if (typeof value !== 'string') return;
  const { text, lengthBefore } = cut(value, max, unit);
  if (lengthBefore === null) return;
  object.set(key, text);
  notes.push(cutNote(what, lengthBefore, max, unit));
}

/** Cuts an array member to `max` elements and adds the note. */
export function cutList(object: JsonObject, key: string, max: number, what: string, notes: string[]): void {
  const value = object.get(key);
  if (!Array.isArray(value) || value.length <= max) return;
  notes.push(`Of ${value.length} ${what} the first ${max} were sent, the most that the target takes.`);
  object.set(key, value.slice(0, max));
}

/** Every text below `tree` that stands under one of the given keys, in the order of the document. */
export function textPlaces(tree: JsonTree, keys: ReadonlySet<string>): TextPlace[] {
  const places: TextPlace[] = [];
  collect(tree, keys, places);
  return places;
}

function collect(tree: JsonTree, keys: ReadonlySet<string>, places: TextPlace[]): void {
  if (Array.isArray(tree)) {
    for (const element of tree) collect(element, keys, places);
  } else if (tree instanceof Map) {
    for (const [key, value] of tree) {
      if (typeof value !== 'string') collect(value, keys, places);
      else if (keys.has(key)) places.push({ text: value, write: (text) => void tree.set(key, text) });
    }
  }
}

/** A text shorter than this is not worth shortening: what makes the request large is elsewhere. */
const worthCutting = 16;

/** Halving the longest of many texts brings 1 MiB below any limit here in far fewer rounds. */
const roundsMax = 400;

/**
 * Shortens the longest text, again and again and never by more than half at once, until `size()` is at most `max`.
 * Answers whether that was reached; `size` and the texts are counted in `unit`.
 */
export function shortenLongest(
  tree: JsonTree,
  keys: ReadonlySet<string>,
  max: number,
  unit: CutUnit,
  size: () => number,
): boolean {
  for (let round = 0; round < roundsMax; round++) {
    const excess = size() - max;
    if (excess <= 0) return true;
    const places = textPlaces(tree, keys);
    const lengths = places.map(({ text }) => measure(text, unit));
    const longest = lengths.indexOf(Math.max(...lengths));
    const length = lengths[longest] ?? 0;
    if (length <= worthCutting) return false;
    places[longest]?.write(cut(places[longest].text, Math.max(length - excess, Math.floor(length / 2)), unit).text);
  }
  return size() <= max;
}

export function jsonBytes(tree: JsonTree): number {
  return measure(stringifyTree(tree), 'bytes');
}
