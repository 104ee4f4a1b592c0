import type { ScriptedAnswer } from './script.js';
import type { ShownRule } from './rule.js';

export interface ReceivedItem {
  readonly at: string;
  readonly cursor: string;
  readonly target: string;
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly bodyBase64: string;
  readonly status: number | null;
  readonly rule: string | null;
  readonly verdict: string;
  readonly flags: readonly string[];
  /** Mail only; see README. */
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  readonly cc?: readonly string[];
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  readonly messageId?: string;
  readonly recipients?: readonly string[];
  readonly secure?: boolean;
  readonly user?: string | null;
  readonly raw?: string;
}

export interface ReceivedFilter {
  readonly target?: string;
  readonly name?: string;
  readonly since?: string;
  readonly limit?: number;
}

const pollMs = 25;

/** Asks running receivers what arrived and tells them how to answer; every call rejects on an answer that is not 2xx. */
export class ReceiversClient {
  constructor(readonly url: string) {}

  async received(filter: ReceivedFilter = {}): Promise<readonly ReceivedItem[]> {
    return ((await this.#get('/_received', filter)) as { items: ReceivedItem[] }).items;
  }

  async counts(
    filter: ReceivedFilter = {},
  ): Promise<{ received: number; accepted: number; ids: number; repeatedIds: number }> {
    return (await this.#get('/_received/count', filter)) as {
      received: number;
      accepted: number;
      ids: number;
      repeatedIds: number;
    };
  }

  /** `min` 2 gives the ids that came more than once. */
  async ids(
    filter: ReceivedFilter & { readonly min?: number; readonly offset?: number } = {},
  ): Promise<readonly { id: string; count: number; accepted: number; firstAtMs: number; lastAtMs: number }[]> {
    const answer = (await this.#get('/_received/ids', filter)) as {
      items: { id: string; count: number; accepted: number; firstAtMs: number; lastAtMs: number }[];
    };
    return answer.items;
  }

  /** Resolves once `count` items have come; rejects with what has come so far when they have not within `timeoutMs`. */
  async waitFor(filter: ReceivedFilter, count: number, timeoutMs: number): Promise<readonly ReceivedItem[]> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const items = await this.received(filter);
      if (items.length >= count) return items;
      if (Date.now() > until) {
        const came = items.map((item) => `${item.at} ${item.path} ${item.verdict}`).join('\n');
        throw new Error(`${count} items wanted within ${timeoutMs} ms, ${items.length} came:\n${came}`);
      }
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  async clear(): Promise<void> {
    await this.#send('DELETE', '/_received');
  }

  async script(target: string, name: string | null, answers: readonly ScriptedAnswer[]): Promise<void> {
    await this.#send('POST', '/_script', { target, name, answers });
  }

  async option(target: string, option: string, value: unknown, name?: string): Promise<void> {
    await this.#send('POST', '/_options', { target, option, value, ...(name === undefined ? {} : { name }) });
  }

  async rules(target?: string): Promise<{ rules: number; exercised: number; items: readonly ShownRule[] }> {
    const answer = await this.#get('/_rules', target === undefined ? {} : { target });
    return answer as { rules: number; exercised: number; items: ShownRule[] };
  }

  async state(target: string): Promise<Record<string, unknown>> {
    return (await this.#get('/_state', { target })) as Record<string, unknown>;
  }

  /** Everything but the counts of the rules. */
  async reset(): Promise<void> {
    await this.#send('POST', '/_reset');
  }

  async #get(path: string, query: object): Promise<unknown> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(given.map(([key, value]): [string, string] => [key, String(value)]));
    return this.#send('GET', `${path}?${search.toString()}`);
  }

  async #send(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : (JSON.parse(text) as unknown);
  }
}
