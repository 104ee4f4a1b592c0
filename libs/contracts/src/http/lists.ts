import { z } from 'zod';
import { isStorable } from '../text/storable.js';
import { cursorLengthMax, listLimitDefault, listLimitMax } from './fields.js';

/** `limit` and `cursor` of every list; the default is filled in by whoever parses, so that rpc callers may leave both out. */
export const listFields = {
  limit: z.int().min(1).max(listLimitMax).default(listLimitDefault).describe('Items on a page'),
  cursor: z.string().max(cursorLengthMax).nullish().describe('`nextCursor` of the page before; opaque'),
};

export const listInputSchema = z.strictObject(listFields);

/** Newest first; `nextCursor` is null on the last page. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.looseObject({ items: z.array(item), nextCursor: z.string().nullable() });

export interface ListPage<T> {
  items: T[];
  nextCursor: string | null;
}

export type CursorPart = string | number;
const cursorPartsMax = 4;

/** Writes the sort key of a page's last item as an opaque text. Holds nothing secret: the tenant never comes from it. */
export function encodeCursor(parts: readonly CursorPart[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Reads `encodeCursor`'s text; null for anything else, which callers answer as `validation_failed` at `/cursor`. */
export function decodeCursor(text: string): CursorPart[] | null {
  if (text.length === 0 || text.length > cursorLengthMax || !/^[A-Za-z0-9_-]+$/.test(text)) return null;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const parts: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isCursor(parts) ? parts : null;
  } catch {
    return null;
  }
}

function isCursor(parts: unknown): parts is CursorPart[] {
  return (
    Array.isArray(parts) &&
    parts.length >= 1 &&
    parts.length <= cursorPartsMax &&
    parts.every((part) => (typeof part === 'string' ? isStorable(part) : Number.isFinite(part)))
  );
}
