import type { Call } from '../call.js';

export type Operation =
  | 'create'
  | 'get'
  | 'edit'
  | 'transitions'
  | 'transition'
  | 'comments'
  | 'comment'
  | 'search'
  | 'old-search'
  | 'myself'
  | 'unknown';

export interface Route {
  readonly version: '2' | '3' | '';
  readonly operation: Operation;
  /** Key or id of the issue in the path; empty for none. */
  readonly issue: string;
  /** Methods that the path has; empty for an unknown path. */
  readonly methods: readonly string[];
}

const none: Route = { version: '', operation: 'unknown', issue: '', methods: [] };

/** Paths of the platform API that a connector of ours may use, and what each method does there. */
const paths: readonly (readonly [path: RegExp, methods: Readonly<Record<string, Operation>>])[] = [
  [/^issue$/, { POST: 'create' }],
  [/^issue\/([^/]+)$/, { GET: 'get', PUT: 'edit' }],
  [/^issue\/([^/]+)\/transitions$/, { GET: 'transitions', POST: 'transition' }],
  [/^issue\/([^/]+)\/comment$/, { GET: 'comments', POST: 'comment' }],
  [/^search\/jql$/, { GET: 'search', POST: 'search' }],
  [/^search$/, { GET: 'old-search', POST: 'old-search' }],
  [/^myself$/, { GET: 'myself' }],
];

export function routeOf(call: Call, prefix: string): Route {
  const match = /^\/rest\/api\/(2|3|latest)\/(.*)$/.exec(call.path.slice(prefix.length));
  if (match === null) return none;
  const version = match[1] === '3' ? '3' : '2';
  for (const [path, methods] of paths) {
    const found = path.exec(match[2] ?? '');
    if (found === null) continue;
    return {
      version,
      operation: methods[call.method] ?? 'unknown',
      issue: found[1] ?? '',
      methods: Object.keys(methods),
    };
  }
  return { ...none, version };
}
