import { jsonAnswer, type Answer } from '../answer.js';
import { isObject } from '../call.js';
import { actorOf } from '../jira/auth.js';
import type { Issue } from '../jira/store.js';
import type { Rule } from '../rule.js';
import { deskRefusal, type JsmCall } from './jsm-call.js';

/** What accepted calls do. */
export const jsmActRules: readonly Rule<JsmCall>[] = [
  act('created', 'create', '201 issueKey', (call) => {
    const values = call.fields['requestFieldValues'];
    const serviceDeskId = String(call.fields['serviceDeskId']);
    const issue = call.store.create({
      project: call.options.desks[serviceDeskId] ?? '',
      createdAtMs: call.atMs,
      createdBy: onBehalf(call) ?? actorOf(call, true, true) ?? '',
      fields: isObject(values) ? values : {},
      request: { serviceDeskId, requestTypeId: String(call.fields['requestTypeId']) },
    });
    return jsonAnswer(201, requestOf(call, issue));
  }),
  act('got', 'get', '200', (call) => {
    const issue = issueOf(call);
    return issue === null ? null : jsonAnswer(200, requestOf(call, issue));
  }),
  act('commented', 'comment', '201', (call) => {
    const issue = issueOf(call);
    if (issue === null) return null;
    const isPublic = call.fields['public'] === true;
    const comment = call.store.comment(issue, call.atMs, call.fields['body'], isPublic);
    return jsonAnswer(201, { id: comment.id, body: comment.body, public: isPublic, created: dateOf(call.atMs) });
  }),
  act('comments', 'comments', '200', (call) => {
    const values = issueOf(call)?.comments.map(({ id, body, isPublic }) => ({ id, body, public: isPublic ?? false }));
    return jsonAnswer(200, { size: values?.length ?? 0, start: 0, limit: 100, isLastPage: true, values });
  }),
  act('transitions', 'transitions', '200 with what customers are offered now', (call) => {
    const values = issueOf(call)?.status === 'Done' ? [] : [{ id: '5', name: 'Close' }];
    return jsonAnswer(200, { size: values.length, start: 0, limit: 100, isLastPage: true, values });
  }),
  act('transitioned', 'transition', '204', (call) => {
    const issue = issueOf(call);
    if (issue === null) return null;
    issue.status = 'Done';
    issue.history.push('closed by a customer transition');
    const comment = call.fields['additionalComment'];
    if (isObject(comment)) call.store.comment(issue, call.atMs, comment['body'], true);
    return { status: 204 };
  }),
  act('desks', 'desks', '200', (call) => {
    const values = Object.entries(call.options.desks).map(([id, projectKey]) => ({
      id,
      projectKey,
      projectName: projectKey,
    }));
    return jsonAnswer(200, { size: values.length, start: 0, limit: 50, isLastPage: true, values });
  }),
  act('fields', 'fields', '200; 404 for another desk', (call) => {
    const [desk, id = ''] = call.jsm.ids;
    const type = call.options.requestTypes[id];
    if (type === undefined || type.desk !== desk)
      return deskRefusal(404, 'Request type not found.', 'sd.request.type.not.found');
    const requestTypeFields = Object.entries(type.fields).map(([fieldId, required]) => ({
      fieldId,
      name: fieldId,
      required,
    }));
    return jsonAnswer(200, { requestTypeFields, canRaiseOnBehalfOf: true, canAddRequestParticipants: true });
  }),
  act('info', 'info', '200: the test of a connection', () =>
    jsonAnswer(200, { version: '5.0.0', isLicensedForUse: true }),
  ),
];

function act(
  id: string,
  operation: JsmCall['jsm']['operation'],
  then: string,
  check: (call: JsmCall) => Answer | null,
): Rule<JsmCall> {
  return {
    id: `jsm.${id}`,
    row: '5',
    when: operation,
    then,
    check: (call) => (call.jsm.operation === operation ? check(call) : null),
  };
}

function onBehalf(call: JsmCall): string | null {
  const name = call.fields['raiseOnBehalfOf'];
  return typeof name === 'string' && name !== '' ? name : null;
}

function issueOf(call: JsmCall): Issue | null {
  return call.store.find(call.jsm.ids[0] ?? '');
}

function requestOf(call: JsmCall, issue: Issue): Record<string, unknown> {
  const [name, category] = issue.status === 'Done' ? ['Resolved', 'DONE'] : ['Waiting for support', 'NEW'];
  return {
    _expands: ['participant', 'status', 'sla', 'requestType', 'serviceDesk', 'attachment', 'action', 'comment'],
    issueId: issue.id,
    issueKey: issue.key,
    requestTypeId: issue.request?.requestTypeId,
    serviceDeskId: issue.request?.serviceDeskId,
    createdDate: dateOf(issue.createdAtMs),
    reporter: { accountId: `account-${issue.createdBy}`, emailAddress: issue.createdBy, active: true },
    requestFieldValues: Object.entries(issue.fields).map(([fieldId, value]) => ({ fieldId, label: fieldId, value })),
    currentStatus: { status: name, statusCategory: category, statusDate: dateOf(issue.createdAtMs) },
    _links: {
      self: `${call.base}/rest/servicedeskapi/request/${issue.id}`,
      web: `${call.base}/servicedesk/customer/portal/${issue.request?.serviceDeskId}/${issue.key}`,
      jiraRest: `${call.base}/rest/api/2/issue/${issue.id}`,
      agent: `${call.base}/browse/${issue.key}`,
    },
  };
}

function dateOf(atMs: number): Record<string, unknown> {
  const iso8601 = new Date(atMs).toISOString();
  return { iso8601, jira: iso8601, friendly: 'Today', epochMillis: atMs };
}
