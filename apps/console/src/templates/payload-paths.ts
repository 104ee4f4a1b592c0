const pathsMax = 500;
const depthMax = 8;

/** Every dotted path of a payload, for completion; empty for a text that is no JSON. Lists end a path: their members have no name. */
export function pathsIn(text: string): string[] {
  const found: string[] = [];
  const walk = (value: unknown, path: string, depth: number): void => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > depthMax) return;
    for (const [name, child] of Object.entries(value)) {
      if (found.length >= pathsMax) return;
      const at = path === '' ? name : `${path}.${name}`;
      found.push(at);
      walk(child, at, depth + 1);
    }
  };
  try {
    walk(JSON.parse(text), '', 0);
  } catch {
    return [];
  }
  return found;
}
