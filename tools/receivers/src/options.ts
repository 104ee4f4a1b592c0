export interface Option<V> {
  readonly start: V;
  readonly says: string;
  readonly oneOf?: readonly V[];
}

/** A start value of null accepts any JSON value; otherwise a value has the start value's kind, or is null. */
export function option<V>(start: V, says: string, oneOf?: readonly V[]): Option<V> {
  return oneOf === undefined ? { start, says } : { start, says, oneOf };
}

export type Values<S> = { readonly [K in keyof S]: S[K] extends Option<infer V> ? V : never };

/** What a room can be told to do differently; per name (a webhook, a workflow, a key) or for all of its names. */
export class Options<S extends Record<string, Option<unknown>>> {
  #all: Values<S>;
  readonly #named = new Map<string, Partial<Values<S>>>();
  /** Merged values by name, so that the hot path reads one map. */
  readonly #merged = new Map<string, Values<S>>();

  constructor(readonly specs: S) {
    this.#all = startOf(specs);
  }

  get all(): Values<S> {
    return this.#all;
  }

  of(name: string): Values<S> {
    if (this.#named.size === 0) return this.#all;
    return this.#merged.get(name) ?? this.#all;
  }

  /** Answers what is wrong, or null. */
  set(name: string | null, key: string, value: unknown): string | null {
    const spec = this.specs[key];
    if (spec === undefined) return `unknown option ${key}; there are ${Object.keys(this.specs).join(', ')}`;
    if (spec.oneOf !== undefined && !spec.oneOf.includes(value))
      return `${key} must be one of ${JSON.stringify(spec.oneOf)}`;
    if (spec.oneOf === undefined && spec.start !== null && value !== null && kindOf(value) !== kindOf(spec.start))
      return `${key} must be of kind ${kindOf(spec.start)}`;
    if (name === null) this.#all = { ...this.#all, [key]: value };
    else this.#named.set(name, { ...this.#named.get(name), [key]: value } as Partial<Values<S>>);
    this.#merged.clear();
    for (const [named, values] of this.#named) this.#merged.set(named, { ...this.#all, ...values });
    return null;
  }

  clear(): void {
    this.#all = startOf(this.specs);
    this.#named.clear();
    this.#merged.clear();
  }

  shown(): readonly Record<string, unknown>[] {
    return Object.entries(this.specs).map(([key, spec]) => ({
      option: key,
      says: spec.says,
      start: spec.start,
      value: this.#all[key as keyof S],
      named: Object.fromEntries(
        [...this.#named].filter(([, values]) => key in values).map(([name, values]) => [name, values[key as keyof S]]),
      ),
      ...(spec.oneOf === undefined ? {} : { oneOf: spec.oneOf }),
    }));
  }
}

function startOf<S extends Record<string, Option<unknown>>>(specs: S): Values<S> {
  return Object.fromEntries(Object.entries(specs).map(([key, spec]) => [key, spec.start])) as Values<S>;
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}
