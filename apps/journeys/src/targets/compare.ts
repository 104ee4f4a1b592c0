import { isDeepStrictEqual } from 'node:util';

/** Every way in which the found value is not the wanted one, by pointer; members that are only in `found` are answered apart. */
export function differences(found: unknown, wanted: unknown): { readonly wrong: string[]; readonly added: string[] } {
  const wrong: string[] = [];
  const added: string[] = [];
  walk(found, wanted, '', wrong, added);
  return { wrong, added };
}

function walk(found: unknown, wanted: unknown, pointer: string, wrong: string[], added: string[]): void {
  if (isObject(found) && isObject(wanted)) {
    for (const [name, value] of Object.entries(wanted)) {
      if (name in found) walk(found[name], value, `${pointer}/${name}`, wrong, added);
      else wrong.push(`${pointer}/${name} is missing`);
    }
    added.push(
      ...Object.keys(found)
        .filter((name) => !(name in wanted))
        .map((name) => `${pointer}/${name}`),
    );
    return;
  }
  if (Array.isArray(found) && Array.isArray(wanted) && found.length === wanted.length) {
    wanted.forEach((value, at) => walk(found[at], value, `${pointer}/${at}`, wrong, added));
    return;
  }
  if (!isDeepStrictEqual(found, wanted))
    wrong.push(`${pointer} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Throws where a wanted member differs, or where something was added that is not in `mayAdd`; answers what was added. */
export function bodyHolds(text: string, wanted: unknown, mayAdd: readonly string[] = []): string {
  const { wrong, added } = differences(JSON.parse(text) as unknown, wanted);
  const strangers = added.filter((pointer) => !mayAdd.includes(pointer));
  if (wrong.length > 0 || strangers.length > 0) {
    throw new Error([...wrong, ...strangers.map((pointer) => `${pointer} was added`)].join('; '));
  }
  return added.length === 0 ? 'body as documented' : `body as documented; Waybill adds ${added.join(', ')}`;
}
