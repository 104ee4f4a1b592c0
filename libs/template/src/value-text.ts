import { JsonNumber, type JsonTree } from '@waybill/contracts/payload/json-tree';
import type { Escape } from './escape.js';
import { reservedCharacter } from './template.js';

/** A value inside text: numbers as they were spelled, nothing for null, lists of scalars joined by one blank, everything else compact JSON. */
export function valueText(value: JsonTree): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value) && value.every(isScalar))
    return value
      .filter((element) => element !== null)
      .map(valueText)
      .join(' ');
  return typedText(value, unchanged);
}

/** A value as JSON: its type stays; every string in it is escaped for its landing, then as JSON. Keys are only escaped as JSON. */
export function typedText(value: JsonTree, escape: Escape): string {
  if (typeof value === 'string') return `"${jsonEscape(escape(value))}"`;
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map((element) => typedText(element, escape)).join(',')}]`;
  const members: string[] = [];
  for (const [key, member] of value) members.push(`"${jsonEscape(key)}":${typedText(member, escape)}`);
  return `{${members.join(',')}}`;
}

const unchanged: Escape = (text) => text;

const isScalar = (value: JsonTree): boolean =>
  value === null || typeof value !== 'object' || value instanceof JsonNumber;

/** Anything that may not stand in a JSON string as it is, and what must not: U+2028/2029 end a line in old JavaScript, U+27E6 opens a placeholder. */
const special = /["\\\u0000-\u001f\u2028\u2029\u27e6\ud800-\udfff]/;
const afterStringify = new RegExp(`[\u2028\u2029${reservedCharacter}]`, 'g');

/** The inside of a JSON string that means the text; half a surrogate pair becomes U+FFFD, because UTF-8 has no word for it. */
export function jsonEscape(text: string): string {
  if (!special.test(text)) return text;
  return JSON.stringify(text.toWellFormed())
    .slice(1, -1)
    .replace(afterStringify, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}
