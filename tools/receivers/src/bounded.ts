/** Characters as people count them (code points), which is how Slack, PagerDuty and Jira state their limits. */
export function characters(text: string): number {
  let count = 0;
  for (const character of text) if (character !== '') count += 1;
  return count;
}

export function cut(text: string, max: number): string {
  return characters(text) <= max ? text : [...text].slice(0, max).join('');
}

/** Keeps the newest `max` entries. */
export function pushBounded<T>(list: T[], entry: T, max: number): void {
  list.push(entry);
  if (list.length > max) list.splice(0, list.length - max);
}

/** A token bucket per key: `burst` at once, refilled by `perSecond`. */
export class Buckets {
  readonly #levels = new Map<string, { level: number; atMs: number }>();

  /** Takes one; false when there is none. */
  take(key: string, nowMs: number, perSecond: number, burst: number): boolean {
    const bucket = this.#levels.get(key) ?? { level: burst, atMs: nowMs };
    const level = Math.min(burst, bucket.level + ((nowMs - bucket.atMs) / 1_000) * perSecond);
    this.#levels.set(key, { level: level >= 1 ? level - 1 : level, atMs: nowMs });
    return level >= 1;
  }

  clear(): void {
    this.#levels.clear();
  }
}
