/**
 * A text without U+0000 and without halves of surrogate pairs: PostgreSQL takes the first into no `text` and neither of them into a `jsonb`.
 * A log takes both, because it keeps the bytes of JSON texts; what is shown of it is written into rows.
 */
export function isStorable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

/** The text with U+FFFD in place of what cannot be stored; nearly always the text itself. */
export function storable(text: string): string {
  return isStorable(text) ? text : text.toWellFormed().replaceAll('\u0000', '\ufffd');
}

/**
 * A JSON text, as `JSON.stringify` writes it, with U+FFFD in place of what cannot be stored. There such characters stand as escapes, so the
 * text tells without being parsed: a fold asks for every event, and nearly none holds a backslash.
 */
export function storableJson(json: string): string {
  if (!maybeUnstorable(json)) return json;
  return json.replace(escapes, (escape) => (escape.length === loneEscapeLength ? '\\ufffd' : escape));
}

/** A JSON value with U+FFFD in place of what cannot be stored; nearly always the value itself. */
export function storableValue<T>(value: T): T {
  const json = JSON.stringify(value);
  const kept = storableJson(json);
  return kept === json ? value : (JSON.parse(kept) as T);
}

/** False where no text or name in this JSON can hold what cannot be stored; true where it has to be looked at. */
export function maybeUnstorable(json: string): boolean {
  return json.includes('\\u') && suspects.test(json);
}

const suspects = /\\u(?:0000|d[89a-f])/i;
const loneEscapeLength = '\\u0000'.length;
/** A whole pair, one that cannot be stored, or any other escape, which may be the backslash before a `u`. */
const escapes = /\\ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|\\u(?:0000|d[89a-f][\da-f]{2})|\\./gi;

/** Where in a JSON value, as RFC 6901 pointers, a text or the name of a member cannot be stored; looks below no member that `isLeftOut`. */
export function* unstorableAt(value: unknown, isLeftOut: (pointer: string) => boolean): Generator<string> {
  const open: (readonly [pointer: string, value: unknown])[] = [['', value]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [pointer, found] = next;
    if (typeof found === 'string' && !isStorable(found)) yield pointer;
    if (typeof found !== 'object' || found === null) continue;
    for (const [name, member] of Object.entries(found).reverse()) {
      const below = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (isLeftOut(below)) continue;
      if (!isStorable(name)) yield storable(below);
      open.push([below, member]);
    }
  }
}

const firstTime = '0001-01-01T00:00:00.000Z';
const lastTime = '9999-12-31T23:59:59.999Z';

/** True for a time in RFC 3339 whose year, in UTC, is one of four digits that PostgreSQL knows: it counts no year 0. */
export function isStorableTime(time: string): boolean {
  const ms = Date.parse(time);
  return ms >= Date.parse(firstTime) && ms <= Date.parse(lastTime);
}

/** The time, or the first or last one that can be stored. */
export function storableTime(time: string): string {
  if (isStorableTime(time)) return time;
  return Date.parse(time) > 0 ? lastTime : firstTime;
}
