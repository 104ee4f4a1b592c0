import { type CursorPart, decodeCursor, encodeCursor, type ListPage } from '@waybill/contracts/http/lists';
import { Refused } from '@waybill/decider/decider';

/** A NATS message holds 1 MiB; the rest of the reply needs a little. A page that would be longer ends earlier. */
export const pageBytesMax = 900_000;

/** Cuts what was read (one more than `limit`, so that the end is known) into a page whose cursor is the key of its last item. */
export function pageOf<T>(rows: readonly T[], limit: number, keyOf: (row: T) => readonly CursorPart[]): ListPage<T> {
  const items: T[] = [];
  let bytes = 0;
  for (const row of rows.slice(0, limit)) {
    bytes += Buffer.byteLength(JSON.stringify(row)) + 1;
    if (items.length > 0 && bytes > pageBytesMax) break;
    items.push(row);
  }
  const last = items.at(-1);
  const more = items.length < rows.length && last !== undefined;
  return { items, nextCursor: more ? encodeCursor(keyOf(last)) : null };
}

/** The text key of the page before; null for the first page; refuses a cursor that we did not write. */
export function textCursor(cursor: string | null | undefined): string | null {
  if (cursor === null || cursor === undefined) return null;
  const [part] = decodeCursor(cursor) ?? [];
  if (typeof part !== 'string') throw new Refused('validation_failed', 'The cursor is not one of ours.', '/cursor');
  return part;
}

/** As `textCursor`, for lists that are ordered by a number. */
export function numberCursor(cursor: string | null | undefined): number | null {
  if (cursor === null || cursor === undefined) return null;
  const [part] = decodeCursor(cursor) ?? [];
  if (typeof part !== 'number' || !Number.isSafeInteger(part)) {
    throw new Refused('validation_failed', 'The cursor is not one of ours.', '/cursor');
  }
  return part;
}
