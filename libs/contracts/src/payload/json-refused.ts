export type JsonRefusal =
  | 'json_invalid'
  | 'json_too_large'
  | 'json_too_deep'
  | 'json_not_an_object'
  | 'json_duplicate_key'
  | 'json_key_forbidden'
  | 'json_lone_surrogate'
  | 'json_not_utf8'
  | 'json_byte_order_mark'
  | 'json_number_not_finite'
  | 'json_number_too_long';

/** The text is refused. Where: `line` and `column` count from 1, `offset` (UTF-16 units, from 0), `pointer` (RFC 6901) of the nearest value. */
export class JsonRefused extends Error {
  override readonly name = 'JsonRefused';
  constructor(
    readonly code: JsonRefusal,
    message: string,
    readonly offset: number,
    readonly line: number,
    readonly column: number,
    readonly pointer: string,
  ) {
    super(message);
  }
}

/** Throws the refusal with the line and column of an offset; the text is only walked here, so reading pays nothing for positions. */
export function refuseJson(text: string, code: JsonRefusal, message: string, offset: number, pointer: string): never {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - (before.lastIndexOf('\n') + 1) + 1;
  throw new JsonRefused(code, message, offset, line, column, pointer);
}
