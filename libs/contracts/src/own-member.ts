/**
 * What a table says of a name that comes from outside; undefined where it says nothing. Never index such a table directly: `constructor` and
 * `__proto__` are names that every object answers to.
 */
export function ownMember<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
