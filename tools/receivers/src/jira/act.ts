import { jsonAnswer } from '../answer.js';
import { isObject } from '../call.js';
import type { Rule } from '../rule.js';
import { jiraActor } from './auth.js';
import { fieldsOf, projectOf } from './fields.js';
import type { JiraCall } from './jira-call.js';
import { transitionsOf, type Issue } from './store.js';

/** What accepted calls do. */
export const actRules: readonly Rule<JiraCall>[] = [
  {
    id: 'jira.twin',
    row: '9.4/16',
    when: 'a second create with the same content',
    then: 'a second issue, flagged: there is no idempotency',
    check: (call) => {
      if (call.route.operation !== 'create') return null;
      const content = JSON.stringify(fieldsOf(call));
      const twin = call.store.all().find((issue) => JSON.stringify(issue.fields) === content);
      if (twin === undefined) return null;
      call.flag(`same content as ${twin.key}`);
      return 'noted';
    },
  },
  {
    id: 'jira.created',
    row: '4.2',
    when: 'create',
    then: '201 id, key, self',
    check: (call) => {
      if (call.route.operation !== 'create') return null;
      const fields = fieldsOf(call);
      const issue = call.store.create({
        project: projectOf(fields, call.options.projects) ?? '',
        createdAtMs: call.atMs,
        createdBy: jiraActor(call) ?? 'nobody',
        fields,
        request: null,
      });
      return jsonAnswer(201, { id: issue.id, key: issue.key, self: selfOf(call, issue) });
    },
  },
  onIssue('edited', 'edit', '204; 200 with returnIssue=true', (call, issue) => {
    edit(call, issue);
    if (call.query.get('returnIssue') !== 'true') return { status: 204 };
    return jsonAnswer(200, issueOf(call, issue));
  }),
  onIssue('transitions', 'transitions', '200 with what is available now', (_call, issue) => {
    const transitions = transitionsOf(issue).map(({ id, name, to }) => ({
      id,
      name,
      to: { name: to, statusCategory: categoryOf(to) },
    }));
    return jsonAnswer(200, { expand: 'transitions', transitions });
  }),
  onIssue('transitioned', 'transition', '204', (call, issue) => {
    const wanted = isObject(call.fields['transition']) ? String(call.fields['transition']['id']) : '';
    const transition = transitionsOf(issue).find(({ id }) => id === wanted);
    if (transition !== undefined) {
      issue.status = transition.to;
      issue.history.push(`moved to ${transition.to}`);
    }
    Object.assign(issue.fields, fieldsOf(call));
    return { status: 204 };
  }),
  onIssue('commented', 'comment', '201', (call, issue) => {
    const comment = call.store.comment(issue, call.atMs, call.fields['body'], null);
    return jsonAnswer(201, {
      id: comment.id,
      self: `${selfOf(call, issue)}/comment/${comment.id}`,
      body: comment.body,
      created: comment.at,
    });
  }),
  onIssue('comments', 'comments', '200', (_call, issue) =>
    jsonAnswer(200, {
      startAt: 0,
      maxResults: 50,
      total: issue.comments.length,
      comments: issue.comments.map(({ id, body, at }) => ({ id, body, created: at })),
    }),
  ),
  onIssue('got', 'get', '200', (call, issue) => jsonAnswer(200, issueOf(call, issue))),
  {
    id: 'jira.myself',
    row: '4.1',
    when: 'GET myself: the test of a connection',
    then: '200',
    check: (call) => {
      const actor = jiraActor(call) ?? '';
      return jsonAnswer(200, { accountId: `account-${actor}`, emailAddress: actor, displayName: actor, active: true });
    },
  },
];

function onIssue(
  id: string,
  operation: JiraCall['route']['operation'],
  then: string,
  act: (call: JiraCall, issue: Issue) => ReturnType<typeof jsonAnswer>,
): Rule<JiraCall> {
  return {
    id: `jira.${id}`,
    row: '4.3',
    when: operation,
    then,
    check: (call) => {
      if (call.route.operation !== operation) return null;
      const issue = call.store.find(call.route.issue);
      return issue === null ? null : act(call, issue);
    },
  };
}

function edit(call: JiraCall, issue: Issue): void {
  Object.assign(issue.fields, fieldsOf(call));
  const update = isObject(call.fields['update']) ? call.fields['update'] : {};
  for (const [name, steps] of Object.entries(update)) {
    for (const step of Array.isArray(steps) ? steps : []) if (isObject(step)) applyStep(call, issue, name, step);
  }
  issue.history.push('edited');
}

/** `set`, and for lists `add` and `remove`; comments can only be added. */
function applyStep(call: JiraCall, issue: Issue, name: string, step: Record<string, unknown>): void {
  if (name === 'comment' && isObject(step['add'])) {
    call.store.comment(issue, call.atMs, step['add']['body'], null);
    return;
  }
  const list: unknown[] = Array.isArray(issue.fields[name]) ? issue.fields[name] : [];
  if ('set' in step) issue.fields[name] = step['set'];
  if ('add' in step) issue.fields[name] = [...list.filter((one) => one !== step['add']), step['add']];
  if ('remove' in step) issue.fields[name] = list.filter((one) => one !== step['remove']);
}

export function selfOf(call: JiraCall, issue: Issue): string {
  return `${call.base}/rest/api/${call.route.version}/issue/${issue.id}`;
}

export function issueOf(call: JiraCall, issue: Issue): Record<string, unknown> {
  const status = { name: issue.status, statusCategory: categoryOf(issue.status) };
  const created = new Date(issue.createdAtMs).toISOString();
  const resolution = issue.status === 'Done' ? (issue.fields['resolution'] ?? { name: 'Done' }) : null;
  return {
    id: issue.id,
    key: issue.key,
    self: selfOf(call, issue),
    fields: { ...issue.fields, status, created, resolution },
  };
}

function categoryOf(status: Issue['status']): { readonly key: string; readonly name: string } {
  if (status === 'Done') return { key: 'done', name: 'Done' };
  return status === 'To Do' ? { key: 'new', name: 'To Do' } : { key: 'indeterminate', name: 'In Progress' };
}
