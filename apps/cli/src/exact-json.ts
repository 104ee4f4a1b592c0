/**
 * Reads JSON in which an integer with more digits than a double holds is written again as it was: a payload that is decided on once more must
 * be the one that was decided on. Such a number is a raw JSON text, which `JSON.stringify` gives as it is, and nothing to count with.
 */
export function readExactJson(text: string): unknown {
  return exactJson.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && /^-?\d+$/.test(source)
      ? exactJson.rawJSON(source)
      : value,
  );
}

/** "JSON.parse source text access" of ECMAScript: in the pinned Node, not yet in the types. */
interface ExactJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}

const exactJson = JSON as unknown as ExactJson;
