import { placeholder } from '@waybill/contracts/sending/request';
import { JsonRefused } from '@waybill/contracts/payload/json-refused';
import { parseJson } from '@waybill/contracts/payload/json-text';
import { type JsonObject, type JsonTree, stringifyTree } from '@waybill/contracts/payload/json-tree';

/**
 * A rendered body may be larger and deeper than the payload it was made of, but not without end: a template gives at most
 * 272 KiB, which as the two parts of a mail, with every sign an entity, stays below this.
 */
export const bodyBytesMax = 4 * 1024 * 1024;
export const bodyDepthMax = 64;

/** The template's result as a tree that loses nothing; null where it is not a JSON object, which no HTTP room can send. */
export function readBody(body: string): JsonObject | null {
  const tree = readTree(body);
  return tree instanceof Map ? tree : null;
}

/**
 * The JSON text that is sent. The sign that opens a placeholder is written as an escape, as the renderer wrote it, so that
 * data can never ask egress for a secret; a placeholder of the room itself is put in afterwards (see `writeWithSecret`).
 */
export function writeBody(body: JsonObject): string {
  return stringifyTree(body).replaceAll(opening, '\\u27e6');
}

/** As `writeBody`, with one member at the top that egress fills with a secret. */
export function writeWithSecret(body: JsonObject, key: string, secretName: string): string {
  const rest = new Map(body);
  rest.delete(key);
  const members = writeBody(rest).slice(1);
  return `{${JSON.stringify(key)}:${JSON.stringify(placeholder(secretName))}${members === '}' ? '' : ','}${members}`;
}

const opening = '\u27e6';

/** What a target answered as JSON, with ordinary values; null where it is not JSON (HTML pages, plain text, cut bodies). */
export function readAnswer(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** A member that is an object, null where there is none. */
export function objectIn(object: JsonObject, key: string): JsonObject | null {
  const value = object.get(key);
  return value instanceof Map ? value : null;
}

/** A member that is a non-empty text, null where there is none. */
export function textIn(object: JsonObject, key: string): string | null {
  const value = object.get(key);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Sets a member only where the template did not, not even as null: what a person wrote in the template always wins. */
export function setMissing(object: JsonObject, key: string, value: JsonTree): void {
  if (!object.has(key)) object.set(key, value);
}

function readTree(body: string): JsonTree | null {
  try {
    return parseJson(body, { bytesMax: bodyBytesMax, depthMax: bodyDepthMax });
  } catch (error) {
    if (error instanceof JsonRefused) return null;
    throw error;
  }
}
