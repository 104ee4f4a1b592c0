import { Buckets } from '../bounded.js';
import { Call } from '../call.js';
import { option, Options } from '../options.js';
import { makeRoom, type Room } from '../room.js';
import type { Answer } from '../answer.js';
import type { JiraCall } from './jira-call.js';
import { jiraRules } from './rules.js';
import { routeOf } from './route.js';
import { JiraStore, plainText, type Issue } from './store.js';

export const jiraOptions = {
  mode: option('by-version', 'cloud or data-center; by-version: /rest/api/3 is cloud, /rest/api/2 is data-center', [
    'by-version',
    'cloud',
    'data-center',
  ]),
  users: option<Readonly<Record<string, string>>>(
    { 'agent@example.com': 'good-token', 'customer@example.com': 'customer-token' },
    'e-mail (data center: user name) and API token or password, for Basic',
  ),
  tokens: option<readonly string[]>(['good-pat'], 'personal access tokens of the data center, for Bearer'),
  basicDisabled: option(true, 'data center: Basic is switched off'),
  projects: option<readonly string[]>(['SEC', 'OPS'], 'project keys; ids are 10000, 10001, …'),
  issueTypes: option<readonly string[]>(['Task', 'Bug', 'Incident'], 'issue type names; ids are 10001, 10002, …'),
  priorities: option<readonly string[]>(
    ['Highest', 'High', 'Medium', 'Low', 'Lowest'],
    'priority names; ids are 1, 2, …',
  ),
  screenFields: option<readonly string[]>(['customfield_10010'], 'fields on the screen besides the usual ones'),
  requiredFields: option<readonly string[]>([], 'fields without which no issue is created'),
  summaryUnit: option('code-points', 'in what 255 is counted', ['code-points', 'utf-16']),
  searchDelayMs: option(5_000, 'how long search does not find what was written'),
  perSecond: option(10, 'requests per second, with as many at once; 0 for no limit'),
  retryAfter: option(true, '429 carries Retry-After'),
  localised: option(false, 'messages are German where Accept-Language is not English'),
  utf8mb3: option(false, 'data center on a 3-byte database: 500 for a 4-byte character'),
};

/** The Jira platform over one store; `jsm` has one of its own behind `/jsm/rest/api`. */
export interface JiraPlatform {
  readonly room: Room;
  /** Answers a platform call for another store, with its project keys and further fields on the screen. */
  answerFor(
    call: Call,
    prefix: string,
    store: JiraStore,
    projects: readonly string[],
    fields: readonly string[],
  ): Answer;
}

export function makeJira(): JiraPlatform {
  const own = new JiraStore();
  const buckets = new Buckets();
  const options = new Options(jiraOptions);
  const contextOf = (call: Call, prefix: string, store: JiraStore, more: Partial<JiraCall['options']>): JiraCall => {
    const route = routeOf(call, prefix);
    const values = { ...options.all, ...more };
    return Object.assign(call, {
      route,
      options: values,
      mode: values.mode === 'by-version' ? (route.version === '2' ? 'data-center' : 'cloud') : values.mode,
      store,
      errors: {},
      errorMessages: [],
      base: `http://${call.header('host') ?? 'localhost'}${prefix}`,
    }) as JiraCall;
  };
  const room = makeRoom<typeof jiraOptions, JiraCall>({
    target: 'jira',
    prefix: 'jira',
    options,
    rules: jiraRules(buckets),
    nameOf: (call) => routeOf(call, '/jira').operation,
    contextOf: (call) => ('route' in call ? (call as JiraCall) : contextOf(call, '/jira', own, {})),
    state: () => ({ issues: own.all().map(shownIssue) }),
    clearState: () => {
      own.clear();
      buckets.clear();
    },
  });
  return {
    room,
    answerFor: (call, prefix, store, projects, fields) => {
      // The service desk API has no version, so the credential says which product this is: only a data center has Bearer tokens.
      const mode = /^Bearer /.test(call.header('authorization') ?? '') ? 'data-center' : 'cloud';
      const screenFields = [...options.all.screenFields, ...fields];
      return room.answer(contextOf(call, prefix, store, { mode, screenFields, projects: [...projects] }));
    },
  };
}

export function shownIssue(issue: Issue): Record<string, unknown> {
  return {
    id: issue.id,
    key: issue.key,
    createdAt: new Date(issue.createdAtMs).toISOString(),
    createdBy: issue.createdBy,
    status: issue.status,
    summary: issue.fields['summary'],
    description: plainText(issue.fields['description']),
    fields: issue.fields,
    ...(issue.request === null ? {} : { request: issue.request }),
    comments: issue.comments.map((comment) => ({ ...comment, text: plainText(comment.body) })),
    history: issue.history,
  };
}
