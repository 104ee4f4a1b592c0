/**
 * Joins JSON texts without parsing and writing them again, so that numbers and keys keep the spelling of the publisher.
 * The texts were read whole by the lossless reader before; here only their outer shape is walked.
 */

/** Puts members in front of the members of an object's text. The caller vouches that none of them stands in the text already. */
export function withMembers(members: Record<string, unknown>, objectText: string): string {
  const added = JSON.stringify(members);
  const rest = objectText.trim().slice(1).trimStart();
  if (added === '{}') return `{${rest}`;
  return rest.startsWith('}') ? added : `${added.slice(0, -1)},${rest}`;
}

/** An object whose last member is the given text: `{"id":"con_…","ifVersion":3,"patch":<text>}`. */
export function withTextMember(members: Record<string, unknown>, name: string, text: string): string {
  const added = JSON.stringify(members);
  return `${added === '{}' ? '{' : `${added.slice(0, -1)},`}${JSON.stringify(name)}:${text}}`;
}

/** The exact text of a member of an object; null when there is none. Only for a text that is known to be valid JSON. */
export function memberText(objectText: string, name: string): string | null {
  let at = skipBlanks(objectText, objectText.indexOf('{') + 1);
  while (objectText[at] === '"') {
    const keyEnd = endOfString(objectText, at);
    const key: unknown = JSON.parse(objectText.slice(at, keyEnd));
    const valueAt = skipBlanks(objectText, skipBlanks(objectText, keyEnd) + 1);
    const valueEnd = endOfValue(objectText, valueAt);
    if (key === name) return objectText.slice(valueAt, valueEnd);
    at = skipBlanks(objectText, valueEnd);
    if (objectText[at] === ',') at = skipBlanks(objectText, at + 1);
  }
  return null;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text[at] as string)) at += 1;
  return at;
}

function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfValue(text: string, from: number): number {
  const first = text[from];
  if (first === '"') return endOfString(text, from);
  let at = from;
  let depth = 0;
  while (at < text.length) {
    const character = text[at] as string;
    if (character === '"') {
      at = endOfString(text, at);
      continue;
    }
    if (character === '{' || character === '[') depth += 1;
    if (depth === 0 && (character === ',' || character === '}' || character === ']' || ' \t\r\n'.includes(character)))
      return at;
    if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
    at += 1;
  }
  return at;
}
