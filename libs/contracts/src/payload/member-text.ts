/**
 * Cuts the text of one top-level member's value out of the text of a JSON object, byte for byte; undefined where there is none.
 * The text must have been read by `parseJson` before: what is not valid JSON gives nonsense here.
 */
export function memberText(objectText: string, name: string): string | undefined {
  let at = skipBlanks(objectText, objectText.indexOf('{') + 1);
  while (objectText[at] === '"') {
    const keyEnd = endOfString(objectText, at);
    const key = JSON.parse(objectText.slice(at, keyEnd)) as string;
    const valueStart = skipBlanks(objectText, skipBlanks(objectText, keyEnd) + 1);
    const valueEnd = endOfValue(objectText, valueStart);
    if (key === name) return objectText.slice(valueStart, valueEnd);
    at = skipBlanks(objectText, valueEnd);
    if (objectText[at] === ',') at = skipBlanks(objectText, at + 1);
  }
  return undefined;
}

function skipBlanks(text: string, at: number): number {
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  throw new SyntaxError('a string has no end');
}

function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfString(text, start);
  if (first === '{' || first === '[') return endOfContainer(text, start);
  let at = start;
  while (at < text.length && !/[,}\]\s]/.test(text.charAt(at))) at += 1;
  return at;
}

function endOfContainer(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  throw new SyntaxError('a container has no end');
}
