/** One HTTP request as a room judges it: the raw bytes, and what is cheap to know of them. Costly views are made when asked for. */
export class Call {
  /** Faults and warnings that do not change the answer but must fail a test: injected mentions, cut texts. */
  readonly flags: string[] = [];
  /** The rule that gave the answer; set by `judge`. */
  rule: string | null = null;
  #json: { readonly value: unknown } | { readonly fault: string } | null = null;
  #headers: Readonly<Record<string, string>> | null = null;

  constructor(
    readonly atMs: number,
    readonly method: string,
    /** Path with query, as it came. */
    readonly url: string,
    readonly rawHeaders: readonly string[],
    readonly body: Buffer,
    /** The request came over TLS. */
    readonly secure: boolean,
  ) {}

  get path(): string {
    const at = this.url.indexOf('?');
    return at < 0 ? this.url : this.url.slice(0, at);
  }

  get query(): URLSearchParams {
    const at = this.url.indexOf('?');
    return new URLSearchParams(at < 0 ? '' : this.url.slice(at + 1));
  }

  get headers(): Readonly<Record<string, string>> {
    return (this.#headers ??= headersOf(this.rawHeaders));
  }

  header(name: string): string | null {
    return this.headers[name] ?? null;
  }

  get text(): string {
    return this.body.toString('utf8');
  }

  /** The parsed body, or the parser's own words of what is wrong. */
  get json(): { readonly value: unknown } | { readonly fault: string } {
    return (this.#json ??= parseJson(this.text));
  }

  /** The body as an object; empty where it is no JSON object. For rules behind the one that refuses such bodies. */
  get fields(): Record<string, unknown> {
    const json = this.json;
    return 'value' in json && isObject(json.value) ? json.value : {};
  }

  flag(text: string): void {
    this.flags.push(text);
  }
}

export function parseJson(text: string): { readonly value: unknown } | { readonly fault: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** Lower-case names; repeated headers joined with a comma and a blank. */
export function headersOf(rawHeaders: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const value = rawHeaders[i + 1] ?? '';
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}
