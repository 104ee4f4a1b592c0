export type Body = Record<string, unknown>;

/** The body of a request as an object; null where it is another thing, which is shown as it is. */
export function parseBody(body: string): Body | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : null;
  } catch {
    return null;
  }
}

export function member(body: Body, ...path: string[]): unknown {
  return path.reduce<unknown>((at, name) => (at as Body | null | undefined)?.[name], body);
}

interface Node {
  type?: unknown;
  text?: unknown;
  name?: unknown;
  key?: unknown;
  content?: unknown[];
}

/** What a value says to people: a text, a node of Slack or of a Jira document, a named thing, or JSON of anything else. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  const node = value as Node;
  if (typeof node.text === 'string') return node.text;
  // Within a paragraph texts stand side by side, blocks stand below each other.
  if (Array.isArray(node.content)) return node.content.map(textOf).join(node.type === 'paragraph' ? '' : '\n');
  if (typeof node.name === 'string') return node.name;
  if (typeof node.key === 'string') return node.key;
  return JSON.stringify(value, null, 2);
}

/** Links that a browser may follow, each with its words. */
export function linksOf(value: unknown): { href: string; text: string }[] {
  if (!Array.isArray(value)) return [];
  return value
    .map((link: Body) => ({ href: textOf(link['href']), text: textOf(link['text'] ?? link['href']) }))
    .filter(({ href }) => /^https?:\/\//.test(href));
}
