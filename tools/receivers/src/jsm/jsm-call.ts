import { jsonAnswer, type Answer } from '../answer.js';
import type { Call } from '../call.js';
import type { JiraStore } from '../jira/store.js';
import type { Values } from '../options.js';
import type { jsmOptions } from './jsm.js';

export type JsmOperation =
  | 'create'
  | 'get'
  | 'comment'
  | 'comments'
  | 'transition'
  | 'transitions'
  | 'fields'
  | 'desks'
  | 'info'
  | 'platform'
  | 'unknown';

export interface JsmRoute {
  readonly operation: JsmOperation;
  readonly ids: readonly string[];
  readonly methods: readonly string[];
}

export type JsmCall = Call & {
  readonly jsm: JsmRoute;
  readonly options: Values<typeof jsmOptions>;
  readonly store: JiraStore;
  readonly base: string;
};

const paths: readonly (readonly [path: RegExp, methods: Readonly<Record<string, JsmOperation>>])[] = [
  [/^request$/, { POST: 'create' }],
  [/^request\/([^/]+)$/, { GET: 'get' }],
  [/^request\/([^/]+)\/comment$/, { GET: 'comments', POST: 'comment' }],
  [/^request\/([^/]+)\/transition$/, { GET: 'transitions', POST: 'transition' }],
  [/^servicedesk$/, { GET: 'desks' }],
  [/^servicedesk\/([^/]+)\/requesttype\/([^/]+)\/field$/, { GET: 'fields' }],
  [/^info$/, { GET: 'info' }],
];

export function jsmRouteOf(call: Call): JsmRoute {
  const path = call.path;
  if (path.startsWith('/jsm/rest/api/')) return { operation: 'platform', ids: [], methods: [] };
  const rest = path.startsWith('/jsm/rest/servicedeskapi/') ? path.slice('/jsm/rest/servicedeskapi/'.length) : '';
  for (const [pattern, methods] of paths) {
    const found = pattern.exec(rest);
    if (found === null) continue;
    return { operation: methods[call.method] ?? 'unknown', ids: found.slice(1), methods: Object.keys(methods) };
  }
  return { operation: 'unknown', ids: [], methods: [] };
}

/** The service desk API's own shape of a refusal. */
export function deskRefusal(status: number, errorMessage: string, i18nKey = 'sd.error'): Answer {
  return jsonAnswer(status, { errorMessage, i18nErrorMessage: { i18nKey, parameters: [] } });
}
