/** A part of a name as an `ilike` pattern that means exactly these characters; null for none. */
export function likeText(part: string | undefined): string | null {
  return part === undefined || part === '' ? null : `%${part.replace(/[\\%_]/g, '\\$&')}%`;
}
