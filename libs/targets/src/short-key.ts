import { measure } from './cut.js';
import { stableName } from './hash.js';

/**
 * The name under which a target keeps a key that it cannot take as it is: a stable name of the whole, so that two keys which
 * begin alike stay two. Adds the note.
 */
export function nameOfKey(key: string, what: string, why: string, notes: string[]): string {
  const name = `waybill-${stableName(key)}`;
  notes.push(`${what} is ${name}, a name made of the whole key, because ${why}.`);
  return name;
}

/** A key that a target takes up to `max` characters: as it is, or its name. */
export function fitKey(key: string, max: number, what: string, notes: string[]): string {
  const length = measure(key, 'characters');
  if (length <= max) return key;
  return nameOfKey(key, what, `the key has ${length} characters and the target takes ${max}`, notes);
}
