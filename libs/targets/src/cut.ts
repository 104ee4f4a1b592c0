/**
 * How a target counts: `characters` are code points (Slack, PagerDuty), `utf16` are UTF-16 units (Jira runs on the JVM, so
 * its unit is at most this strict), `bytes` are bytes of UTF-8 (database columns).
 */
export type CutUnit = 'characters' | 'utf16' | 'bytes';

/** Stands where something was cut off, and counts towards the limit. */
export const cutMark = '…';

/** A cluster of more units than this is not writing but an attack (hundreds of combining marks), and may be cut within. */
export const clusterUnitsMax = 64;

export interface Cut {
  readonly text: string;
  /** The length before, in the unit of the limit; null where nothing was cut. */
  readonly lengthBefore: number | null;
}

/**
 * The text as it is where it fits into `max` units, else its longest beginning of whole graphemes that fits with the mark.
 * Never splits a surrogate pair; splits a grapheme only where it is longer than `clusterUnitsMax`.
 */
export function cut(text: string, max: number, unit: CutUnit): Cut {
  // No code point takes more units or fewer bytes than this, so most texts need no count.
  if (unit !== 'bytes' && text.length <= max) return { text, lengthBefore: null };
  const lengthBefore = measure(text, unit);
  if (lengthBefore <= max) return { text, lengthBefore: null };
  const room = max - measure(cutMark, unit);
  if (room < 0) return { text: '', lengthBefore };
  const end = wholeGraphemes(text, endWithin(text, room, unit));
  return { text: text.slice(0, end) + cutMark, lengthBefore };
}

/** The sentence that an attempt keeps about a cut: what, from how long, to what limit. */
export function cutNote(what: string, lengthBefore: number, max: number, unit: CutUnit): string {
  const units = unit === 'bytes' ? 'bytes' : 'characters';
  return `${what} was cut from ${lengthBefore} to ${max} ${units}, the most that the target takes.`;
}

export function measure(text: string, unit: CutUnit): number {
  if (unit === 'utf16') return text.length;
  let length = 0;
  for (const character of text) length += unit === 'bytes' ? utf8Bytes(character) : 1;
  return length;
}

/** Bytes of one code point in UTF-8; half a surrogate pair is sent as U+FFFD, which takes three. */
function utf8Bytes(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}

/** The UTF-16 index behind the last whole code point that fits into `room` units. */
function endWithin(text: string, room: number, unit: CutUnit): number {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += unit === 'bytes' ? utf8Bytes(character) : unit === 'utf16' ? character.length : 1;
    if (used > room) break;
    end += character.length;
  }
  return end;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

function wholeGraphemes(text: string, end: number): number {
  if (end === 0) return 0;
  const cluster = graphemes.segment(text.slice(Math.max(0, end - clusterUnitsMax * 2), end + clusterUnitsMax * 2));
  const offset = Math.max(0, end - clusterUnitsMax * 2);
  const start = (cluster.containing(end - offset)?.index ?? end - offset) + offset;
  return end - start > clusterUnitsMax ? end : start;
}
