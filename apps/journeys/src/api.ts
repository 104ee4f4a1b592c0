/** What the gateway answered, also where it refused. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; an empty object where it is none. */
  readonly json: Record<string, unknown>;
}

const timeoutMs = 20_000;
const pageLimit = 200;

/** The HTTP API, called like a user's program calls it. */
export class Api {
  constructor(
    private readonly baseUrl: string,
    private readonly key: string,
  ) {}

  /** Rejects only where nobody answered. A body that is a text goes out as it stands. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: objectIn(text) };
  }

  /** Rejects with the problem's own words where the answer is not 2xx. */
  async get<T>(path: string): Promise<T> {
    return this.wanted<T>('GET', path);
  }

  /** As `get`. */
  async post<T>(path: string, body: unknown): Promise<T> {
    return this.wanted<T>('POST', path, body);
  }

  /** Every item of a list, page after page. */
  async all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const mark = path.includes('?') ? '&' : '?';
      const next: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: { items: T[]; nextCursor: string | null } = await this.get(`${path}${mark}limit=${pageLimit}${next}`);
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  private async wanted<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.call(method, path, body);
    if (answer.status > 299)
      throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text.slice(0, 500)}`);
    return answer.json as T;
  }
}

function objectIn(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
