import { JsonNumber, type JsonTree } from '@waybill/contracts/payload/json-tree';

/**
 * Answers the pointer of the first integer that a double does not hold, null where there is none. What is compared with such a number would be
 * compared with its neighbour: account numbers and the ids of other systems have as many digits.
 */
export function inexactNumberIn(tree: JsonTree | undefined, pointer: string): string | null {
  if (tree instanceof JsonNumber) return isExact(tree.text) ? null : pointer;
  const members = Array.isArray(tree) ? tree.entries() : tree instanceof Map ? tree.entries() : [];
  for (const [name, value] of members) {
    const found = inexactNumberIn(value, `${pointer}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`);
    if (found !== null) return found;
  }
  return null;
}

/** Fractions are compared as doubles, as everybody does. */
function isExact(text: string): boolean {
  return !/^-?\d+$/.test(text) || BigInt(Number(text)) === BigInt(text);
}
