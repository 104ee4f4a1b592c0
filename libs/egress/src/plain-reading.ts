import { ownMember } from '@waybill/contracts/own-member';

/** Escapes within escapes are read so deep: JSON in JSON in HTML in a URL, and what the value itself spells like an escape. */
const layersMax = 6;

/** A text with its escapes read, and where each of its characters begins and ends in the text that it was read from. */
interface Reading {
  readonly text: string;
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/**
 * A text as it reads once nothing in it is escaped any more, whoever escaped it: `\u003c`, `\/`, `%3C`, `%253c`, `&lt;`, `&#60;` and `+`.
 * Two texts of which one is an escaped form of the other read alike, so what is looked for is read in the same way. Which characters
 * a writer of JSON, HTML or URLs escapes is its own business (Go writes `<` as `\u003c`, PHP `/` as `\/`): a list of spellings is never complete.
 */
export function plainReadingOf(text: string): string {
  return plainly(text).text;
}

/**
 * Puts `hidden` where one of the readings (of `plainReadingOf`) stands in the text, in whatever spelling. Each layer is one pass: the text
 * comes from a target and the readings from a tenant, and neither may keep the other waiting, as a pattern of all spellings would.
 */
export function hideReadings(text: string, readings: readonly string[], hidden: string): string {
  const read = plainly(text);
  const found: [number, number][] = [];
  for (const reading of readings) {
    for (let at = read.text.indexOf(reading); at >= 0; at = read.text.indexOf(reading, at + reading.length))
      found.push([read.from[at] ?? 0, read.to[at + reading.length - 1] ?? text.length]);
  }
  let shown = '';
  let end = 0;
  for (const [from, to] of found.toSorted(([left], [right]) => left - right)) {
    // Two that overlap are hidden as one: nothing of either stays.
    if (from >= end) shown += text.slice(end, from) + hidden;
    end = Math.max(end, to);
  }
  return shown + text.slice(end);
}

function plainly(text: string): Reading {
  const from = Array.from({ length: text.length }, (_, at) => at);
  let read: Reading = { text, from, to: from.map((at) => at + 1) };
  for (let layer = 0; layer < layersMax; layer += 1) {
    const next = unescaped(read);
    if (next.text === read.text) break;
    read = next;
  }
  return read;
}

const escapes =
  /\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|\\([nrtbf])|\\([^])|((?:%[0-9a-f]{2})+)|&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));|\+/gi;
const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
const names: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Takes one layer of escapes away. */
function unescaped({ text, from, to }: Reading): Reading {
  let plain = '';
  const begins: number[] = [];
  const ends: number[] = [];
  const put = (characters: string, first: number, last: number): void => {
    plain += characters;
    for (let unit = 0; unit < characters.length; unit += 1) {
      begins.push(from[first] ?? 0);
      ends.push(to[last] ?? 0);
    }
  };
  let at = 0;
  const copyUpTo = (next: number): void => {
    for (; at < next; at += 1) put(text.charAt(at), at, at);
  };
  for (const match of text.matchAll(escapes)) {
    copyUpTo(match.index);
    for (const [characters, length] of readEscape(match)) {
      put(characters, at, at + length - 1);
      at += length;
    }
  }
  copyUpTo(text.length);
  return { text: plain, from: begins, to: ends };
}

/** What an escape stands for, with its length in the text; of a URL one for each character. */
function readEscape([whole, unit, byte, control, itself, bytes, decimal, hex, name]: RegExpMatchArray): [
  string,
  number,
][] {
  if (bytes !== undefined) return readBytes(bytes);
  return [[characterOf() ?? ' ', whole.length]];

  function characterOf(): string | undefined {
    if (unit ?? byte) return String.fromCharCode(Number.parseInt(unit ?? byte ?? '', 16));
    if (control !== undefined) return controls[control.toLowerCase()];
    if (decimal ?? hex) return characterAt(decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal));
    return itself ?? ownMember(names, name?.toLowerCase() ?? '');
  }
}

const characterAt = (point: number): string => (point <= 0x10_ffff ? String.fromCodePoint(point) : '\ufffd');

function readBytes(text: string): [string, number][] {
  const bytes = Buffer.from(text.replaceAll('%', ''), 'hex');
  const read: [string, number][] = [];
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at] ?? 0;
    const length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const taken = bytes.subarray(at, at + length);
    read.push([taken.toString('utf8'), taken.length * 3]);
    at += taken.length;
  }
  return read;
}
