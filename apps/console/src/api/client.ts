import { csrfHeaderName, idempotencyHeaderName } from './headers';
import type { Calls } from './calls';
import { ProblemError, unreachable } from './problem';

type Query = Record<string, string | number | boolean | null | undefined>;
type Options<K extends keyof Calls> = {
  query?: Query;
  ifVersion?: number;
  signal?: AbortSignal;
  /** Signing in: the only request that carries a key. */
  key?: string;
} & (Calls[K]['params'] extends undefined ? object : { params: Calls[K]['params'] }) &
  (Calls[K]['body'] extends undefined ? object : { body: Calls[K]['body'] });

let csrfToken = '';
let onSignedOut: () => void = () => undefined;

/** The token that the session answered; goes into every request that changes something. */
export function rememberCsrfToken(token: string): void {
  csrfToken = token;
}

/** Told when a session has ended under us. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

/**
 * One call of the API, typed by its name. Rejects with `ProblemError`: what the API said, or that it could not be reached.
 * A POST carries an Idempotency-Key of its own, so that a browser that sends it twice acts once.
 */
export async function api<K extends keyof Calls>(call: K, options: Options<K>): Promise<Calls[K]['answer']> {
  const [method = 'GET', path = ''] = call.split(' ');
  const { params, body } = options as { params?: Record<string, string>; body?: unknown };
  const url = filled(path, params ?? {}) + queryText(options.query);
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.ifVersion !== undefined) headers['If-Match'] = `"${options.ifVersion}"`;
  if (options.key !== undefined) headers['Authorization'] = `Bearer ${options.key}`;
  if (method !== 'GET' && csrfToken !== '') headers[csrfHeaderName] = csrfToken;
  if (method === 'POST' && options.key === undefined) headers[idempotencyHeaderName] = crypto.randomUUID();
  const init: RequestInit = { method, headers, credentials: 'same-origin', signal: options.signal ?? null };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await fetch(url, init).catch((error: unknown) => {
    if (options.signal?.aborted) throw error;
    throw unreachable();
  });
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Calls[K]['answer'];
  if (response.status === 401 && options.key === undefined) onSignedOut();
  throw await problemIn(response);
}

function filled(path: string, params: Record<string, string>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}

function queryText(query: Query | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

/** What an answer that is no success says. */
export async function problemIn(response: Response): Promise<ProblemError> {
  const said = (await response.json().catch(() => null)) as ProblemError['problem'] | null;
  const title = response.statusText || 'The answer could not be read';
  const requestId = response.headers.get('x-request-id') ?? '';
  return new ProblemError(
    said ?? { type: 'about:blank', title, status: response.status, code: 'unreadable', requestId },
  );
}
