import { jsonAnswer, textAnswer } from '../answer.js';
import type { Rule } from '../rule.js';
import type { JiraCall } from './jira-call.js';

/** Who is asking: a user's e-mail, `token`, or null for nobody who is known. */
export function actorOf(
  call: Pick<JiraCall, 'header'> & { readonly options: Pick<JiraCall['options'], 'users' | 'tokens'> },
  basic: boolean,
  bearer: boolean,
): string | null {
  const given = call.header('authorization') ?? '';
  const pair = /^Basic (.+)$/.exec(given)?.[1];
  if (pair !== undefined && basic) {
    const [user = '', ...rest] = Buffer.from(pair, 'base64').toString('utf8').split(':');
    const token = Object.entries(call.options.users).find(([name]) => name === user)?.[1];
    return token !== undefined && token === rest.join(':') ? user : null;
  }
  const token = /^Bearer (.+)$/.exec(given)?.[1];
  return token !== undefined && bearer && call.options.tokens.includes(token) ? 'token' : null;
}

export function jiraActor(call: JiraCall): string | null {
  const cloud = call.mode === 'cloud';
  return actorOf(call, cloud || !call.options.basicDisabled, !cloud);
}

const seraph = { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' };

function isSearch(call: JiraCall): boolean {
  return call.route.operation === 'search' || call.route.operation === 'old-search';
}

/** Rows 1 to 3 of 9.4. The special cases stand before the general 401. */
export const authRules: readonly Rule<JiraCall>[] = [
  {
    id: 'jira.basic-disabled',
    row: '9.4/3',
    when: 'data center with Basic disabled, and Basic is used',
    then: '403 Basic Authentication has been disabled on this instance.',
    check: (call) =>
      call.mode === 'data-center' && call.options.basicDisabled && /^Basic /.test(call.header('authorization') ?? '')
        ? jsonAnswer(403, { message: 'Basic Authentication has been disabled on this instance.' })
        : null,
  },
  {
    id: 'jira.bearer-on-cloud',
    row: '9.4/3',
    when: 'cloud, and an API token is used as Bearer',
    then: '401',
    check: (call) =>
      call.mode === 'cloud' && /^Bearer /.test(call.header('authorization') ?? '') ? unauthenticated() : null,
  },
  {
    id: 'jira.anonymous-search',
    row: '9.4/2',
    when: 'invalid credentials on GET search',
    then: '200 without issues + X-Seraph-LoginReason: AUTHENTICATED_FAILED',
    check: (call) => {
      if (call.method !== 'GET' || !isSearch(call) || jiraActor(call) !== null) return null;
      if (call.mode === 'cloud') return jsonAnswer(200, { issues: [], isLast: true }, seraph);
      return jsonAnswer(200, { startAt: 0, maxResults: 50, total: 0, issues: [] }, seraph);
    },
  },
  {
    id: 'jira.anonymous-issue',
    row: '4.1',
    when: 'invalid credentials on GET of an issue',
    then: '404 + X-Seraph-LoginReason: AUTHENTICATED_FAILED',
    check: (call) => {
      if (call.method !== 'GET' || call.route.issue === '' || jiraActor(call) !== null) return null;
      const errorMessages = ['Issue does not exist or you do not have permission to see it.'];
      return jsonAnswer(404, { errorMessages, errors: {} }, seraph);
    },
  },
  {
    id: 'jira.unauthenticated',
    row: '9.4/1',
    when: 'no or invalid credentials',
    then: '401 Client must be authenticated to access this resource.',
    check: (call) => (jiraActor(call) === null ? unauthenticated() : null),
  },
];

function unauthenticated(): ReturnType<typeof textAnswer> {
  return textAnswer(401, 'Client must be authenticated to access this resource.', {
    ...seraph,
    'www-authenticate': 'OAuth realm="receivers"',
  });
}
