/**
 * A JSON value without loss: numbers keep their spelling, objects keep the order of their keys and have no prototype to reach.
 * An object is a `Map`, because a plain object moves keys such as "10" to the front and a null-prototype object is slower to build.
 */
export type JsonTree = null | boolean | string | JsonNumber | JsonTree[] | JsonObject;
export type JsonObject = Map<string, JsonTree>;

/** A number as it was written; `text` is always a valid JSON number that is finite as a double. */
export class JsonNumber {
  constructor(readonly text: string) {}
}

/** A dotted path, cut once: `segments[i]` is the name of step i, `rests[i]` the path from step i on as one name. */
export interface JsonPath {
  readonly text: string;
  readonly segments: readonly string[];
  readonly rests: readonly string[];
}

/** Cuts a dotted path for many look-ups. Any text is a path; what finds nothing is missing. */
export function compilePath(text: string): JsonPath {
  const segments = text.split('.');
  let at = 0;
  const rests = segments.map((segment) => {
    const rest = text.slice(at);
    at += segment.length + 1;
    return rest;
  });
  return { text, segments, rests };
}

/**
 * Answers the value at a dotted path, undefined where there is none. Only own members of objects and elements of arrays (by number) are reached.
 * A key that is itself the whole rest of the path comes first, so that `labels.app.kubernetes.io/name` is found.
 */
export function lookup(tree: JsonTree, path: string | JsonPath): JsonTree | undefined {
  const { segments, rests } = typeof path === 'string' ? compilePath(path) : path;
  let node: JsonTree | undefined = tree;
  const last = segments.length - 1;
  for (let step = 0; step <= last; step++) {
    if (node instanceof Map) {
      if (step < last) {
        const exact: JsonTree | undefined = node.get(rests[step] as string);
        if (exact !== undefined) return exact;
      }
      node = node.get(segments[step] as string);
    } else if (Array.isArray(node)) {
      node = elementAt(node, segments[step] as string);
    } else {
      return undefined;
    }
    if (node === undefined) return undefined;
  }
  return node;
}

const index = /^(?:0|[1-9]\d{0,5})$/;

function elementAt(array: readonly JsonTree[], segment: string): JsonTree | undefined {
  return index.test(segment) ? array[Number(segment)] : undefined;
}

/** The shortest JSON text of a tree: key order and number spelling kept, no blanks. Its depth is bounded by the reader that made it. */
export function stringifyTree(tree: JsonTree): string {
  if (typeof tree === 'string') return JSON.stringify(tree);
  if (tree === null || typeof tree === 'boolean') return String(tree);
  if (tree instanceof JsonNumber) return tree.text;
  if (Array.isArray(tree)) return `[${tree.map(stringifyTree).join(',')}]`;
  const members: string[] = [];
  for (const [key, value] of tree) members.push(`${JSON.stringify(key)}:${stringifyTree(value)}`);
  return `{${members.join(',')}}`;
}

/** Ordinary values for schema validation and display: numbers become doubles (digits may be lost), objects have no prototype. */
export function toPlain(tree: JsonTree): unknown {
  if (tree instanceof JsonNumber) return Number(tree.text);
  if (Array.isArray(tree)) return tree.map(toPlain);
  if (!(tree instanceof Map)) return tree;
  const plain = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of tree) plain[key] = toPlain(value);
  return plain;
}

/** The tree of ordinary values, such as a sample written in code. Refuses (throws `TypeError`) what JSON has no word for. */
export function treeOf(plain: unknown): JsonTree {
  if (plain === null || typeof plain === 'boolean' || typeof plain === 'string') return plain;
  if (typeof plain === 'number' && Number.isFinite(plain)) return new JsonNumber(JSON.stringify(plain));
  if (Array.isArray(plain)) return plain.map(treeOf);
  if (typeof plain !== 'object') throw new TypeError(`JSON has no word for a ${typeof plain}`);
  return new Map(Object.entries(plain).map(([key, value]) => [key, treeOf(value)]));
}
