import createClient from 'openapi-fetch';
import { csrfHeaderName, idempotencyHeaderName } from './headers';
import type { AnswerOf, BodyOf, CallName, ParamsOf, QueryOf } from './calls';
import type { paths } from './openapi.generated';
import { ProblemError, unreachable } from './problem';
import { general } from '../words/general';

type Options<K extends CallName> = {
  query?: QueryOf<K>;
  ifVersion?: number;
  signal?: AbortSignal;
  /** Signing in: the only request that carries a key. */
  key?: string;
} & (ParamsOf<K> extends undefined ? object : { params: ParamsOf<K> }) &
  (BodyOf<K> extends undefined ? object : { body: BodyOf<K> });

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

/** The client of the API that `/openapi.json` describes. A filter that is not set has no place in an address. */
const client = createClient<paths>({
  headers: { Accept: 'application/json' },
  querySerializer: (query) => {
    const set = Object.entries(query).filter(([, value]) => (value ?? '') !== '');
    return new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
  },
});

client.use({
  onRequest: ({ request }) => {
    const signsIn = request.headers.has('Authorization');
    if (request.method !== 'GET' && csrfToken !== '') request.headers.set(csrfHeaderName, csrfToken);
    // Of its own, so that a browser that sends a request twice acts once.
    if (request.method === 'POST' && !signsIn) request.headers.set(idempotencyHeaderName, crypto.randomUUID());
  },
  onResponse: async ({ request, response }) => {
    if (response.ok) return;
    if (response.status === 401 && !request.headers.has('Authorization')) onSignedOut();
    throw await problemIn(response);
  },
  onError: ({ request }) => (request.signal.aborted ? undefined : unreachable()),
});

type Send = (method: string, path: string, init: object) => Promise<{ data?: unknown }>;

/**
 * One call of the API, typed by its name out of the generated document. Rejects with `ProblemError`: what the API said, or that it could
 * not be reached; with the browser's own error when `signal` ended it.
 */
export async function api<K extends CallName>(call: K, options: Options<K>): Promise<AnswerOf<K>> {
  const [method = 'GET', path = ''] = call.split(' ');
  const { params, query, body, signal, ifVersion, key } = options as Options<K> & { params?: object; body?: unknown };
  const headers = {
    ...(ifVersion === undefined ? {} : { 'If-Match': `"${ifVersion}"` }),
    ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
  };
  const init = { params: { path: params, query }, body, headers, signal: signal ?? null };
  // The name was split into what the client takes apart; `Options` and `AnswerOf` have held both ends to the document.
  const { data } = await (client.request as unknown as Send)(method.toLowerCase(), path, init);
  return data as AnswerOf<K>;
}

/** What an answer that is no success says. */
export async function problemIn(response: Response): Promise<ProblemError> {
  const said = (await response.json().catch(() => null)) as ProblemError['problem'] | null;
  const title = response.statusText || general.unreadable;
  const requestId = response.headers.get('x-request-id') ?? '';
  return new ProblemError(
    said ?? { type: 'about:blank', title, status: response.status, code: 'unreadable', requestId },
  );
}
