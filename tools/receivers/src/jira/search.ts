import { jsonAnswer } from '../answer.js';
import type { Rule } from '../rule.js';
import { issueOf } from './act.js';
import { refusal, type JiraCall } from './jira-call.js';
import { clausesOf, holds } from './jql.js';
import type { Issue } from './store.js';

/** Search by JQL: what a connector needs to look for its own label, and no more. */
export const searchRules: readonly Rule<JiraCall>[] = [
  {
    id: 'jira.jql',
    row: '4.3',
    when: 'jql missing, or with a clause that is not understood',
    then: '400',
    check: (call) => {
      if (!isSearch(call)) return null;
      const clauses = clausesOf(jqlOf(call));
      return typeof clauses === 'string' ? refusal(400, [clauses]) : null;
    },
  },
  {
    id: 'jira.search-late',
    row: '9.4/15',
    when: 'search within searchDelayMs after a create that would match',
    then: 'does not find it',
    check: (call) => {
      if (!isSearch(call)) return null;
      const hidden = matching(call).some((issue) => !isIndexed(call, issue) && !isReconciled(call, issue));
      return hidden ? 'noted' : null;
    },
  },
  {
    id: 'jira.search-reconciled',
    row: '9.4/15',
    when: 'search names the new issue in reconcileIssues',
    then: 'finds it at once',
    check: (call) => {
      if (!isSearch(call)) return null;
      return matching(call).some((issue) => !isIndexed(call, issue) && isReconciled(call, issue)) ? 'noted' : null;
    },
  },
  {
    id: 'jira.searched',
    row: '4.3',
    when: 'search',
    then: '200; cloud: no total, ids only unless fields are asked for',
    check: (call) => {
      if (!isSearch(call)) return null;
      const found = matching(call).filter((issue) => isIndexed(call, issue) || isReconciled(call, issue));
      const page = found.slice(0, Number(parameter(call, 'maxResults') ?? 50));
      if (call.mode === 'data-center') {
        const issues = page.map((issue) => issueOf(call, issue));
        return jsonAnswer(200, { startAt: 0, maxResults: 50, total: found.length, issues });
      }
      const full = parameter(call, 'fields') !== undefined;
      return jsonAnswer(200, {
        issues: page.map((issue) => (full ? issueOf(call, issue) : { id: issue.id })),
        isLast: page.length === found.length,
      });
    },
  },
];

function isSearch(call: JiraCall): boolean {
  return call.route.operation === 'search' || call.route.operation === 'old-search';
}

function isIndexed(call: JiraCall, issue: Issue): boolean {
  return call.atMs - issue.createdAtMs >= call.options.searchDelayMs;
}

function isReconciled(call: JiraCall, issue: Issue): boolean {
  const listed = parameter(call, 'reconcileIssues');
  const ids = Array.isArray(listed) ? listed.map(String) : typeof listed === 'string' ? listed.split(',') : [];
  return ids.includes(issue.id);
}

/** From the query of a GET, or the body of a POST. */
function parameter(call: JiraCall, name: string): unknown {
  return call.method === 'GET' ? (call.query.get(name) ?? undefined) : call.fields[name];
}

function jqlOf(call: JiraCall): string {
  const jql = parameter(call, 'jql');
  return typeof jql === 'string' ? jql : '';
}

function matching(call: JiraCall): readonly Issue[] {
  const clauses = clausesOf(jqlOf(call));
  if (typeof clauses === 'string') return [];
  return [...call.store.all()].reverse().filter((issue) => clauses.every((clause) => holds(issue, clause, call.atMs)));
}
