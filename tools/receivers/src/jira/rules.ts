import { htmlAnswer, jsonAnswer, textAnswer } from '../answer.js';
import type { Buckets } from '../bounded.js';
import { isBlank, isObject } from '../call.js';
import { commonRules, type Rule } from '../rule.js';
import { actRules } from './act.js';
import { authRules } from './auth.js';
import { fieldRules, fieldsOf, hasEmptyText, isAdf, serialisedLength, textMax, tooLong } from './fields.js';
import { germanOf } from './german.js';
import { refusal, type JiraCall } from './jira-call.js';
import { searchRules } from './search.js';
import { transitionsOf } from './store.js';

/** targets.md 9.4. Faults of an issue's fields are told together, as Jira does. */
export function jiraRules(buckets: Buckets): readonly Rule<JiraCall>[] {
  return [
    {
      id: 'jira.path',
      row: '9.4',
      when: 'path that no connector of ours may use',
      then: '404',
      check: (call) => (call.route.methods.length === 0 ? textAnswer(404, 'Not Found') : null),
    },
    ...commonRules<JiraCall>('jira', { methods: (call) => call.route.methods, contentTypes: ['application/json'] }),
    ...authRules,
    ...payloadRules,
    ...fieldRules,
    ...textRules,
    ...issueRules,
    removedSearch,
    rateRule(buckets),
    utf8Rule,
    ...searchRules,
    ...actRules,
  ];
}

const removedSearch: Rule<JiraCall> = {
  id: 'jira.removed-search',
  row: '9.4/14',
  when: 'removed search on cloud',
  then: '410',
  check: (call) => {
    if (call.mode !== 'cloud' || call.route.operation !== 'old-search') return null;
    const message =
      'The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046';
    return refusal(410, [message]);
  },
};

const invalidPayload = 'Invalid request payload. Refer to the REST API documentation and try again.';

const payloadRules: readonly Rule<JiraCall>[] = [
  {
    id: 'jira.json',
    row: '9.4/4',
    when: 'body of POST or PUT is no JSON object',
    then: '400 Invalid request payload…',
    check: (call) => {
      if (call.method === 'GET' || ('value' in call.json && isObject(call.json.value))) return null;
      return jsonAnswer(400, { errorMessages: [invalidPayload] });
    },
  },
  {
    id: 'jira.fields-missing',
    row: '9.4/4',
    when: 'create without fields, edit without fields and update',
    then: '400 Invalid request payload…',
    check: (call) => {
      const { operation } = call.route;
      const { fields, update } = call.fields;
      const missing =
        (operation === 'create' && !isObject(fields)) ||
        (operation === 'edit' && !isObject(fields) && !isObject(update));
      return missing ? jsonAnswer(400, { errorMessages: [invalidPayload] }) : null;
    },
  },
];

/** Rules on texts, and the answer that tells all faults gathered so far. */
const textRules: readonly Rule<JiraCall>[] = [
  {
    id: 'jira.required',
    row: '4.4',
    when: 'option requiredFields: one is missing on create',
    then: "400 Field 'x' is required",
    check: (call) => {
      if (call.route.operation !== 'create') return null;
      const missing = call.options.requiredFields.filter((name) => isBlank(fieldsOf(call)[name]));
      if (missing.length === 0) return null;
      call.errorMessages.push(...missing.map((name) => `Field '${name}' is required`));
      return 'noted';
    },
  },
  {
    id: 'jira.comment-length',
    row: '9.4/8',
    when: 'comment over 32,767',
    then: '400 too long, key comment',
    check: (call) => {
      if (call.route.operation !== 'comment' || serialisedLength(call.fields['body']) <= textMax) return null;
      call.errors['comment'] ??= tooLong;
      return 'noted';
    },
  },
  {
    id: 'jira.comment-body',
    row: '4.4',
    when: 'comment is no Atlassian Document (v3), no string (v2), or blank',
    then: '400 Comment body is not valid!',
    check: (call) => {
      if (call.route.operation !== 'comment') return null;
      const { body } = call.fields;
      const valid = call.route.version === '3' ? isAdf(body) : typeof body === 'string' && !isBlank(body);
      if (valid) return null;
      call.errors['comment'] ??= 'Comment body is not valid!';
      return 'noted';
    },
  },
  {
    id: 'jira.empty-text',
    row: '9.4/7',
    when: 'Atlassian Document with an empty text node',
    then: '400 INVALID_INPUT',
    check: (call) => {
      const empty = hasEmptyText(fieldsOf(call)['description']) || hasEmptyText(call.fields['body']);
      return empty ? refusal(400, ['INVALID_INPUT']) : null;
    },
  },
  {
    id: 'jira.german',
    row: '9.4/17',
    when: 'option localised, and Accept-Language is not English',
    then: 'the messages are German',
    check: (call) => {
      if (!call.options.localised || /^en\b/i.test(call.header('accept-language') ?? '')) return null;
      for (const [name, text] of Object.entries(call.errors)) call.errors[name] = germanOf(text);
      call.errorMessages.splice(0, Infinity, ...call.errorMessages.map(germanOf));
      return 'noted';
    },
  },
  {
    id: 'jira.faults',
    row: '4.4',
    when: 'one fault or more',
    then: '400 with all faults',
    check: (call) =>
      call.errorMessages.length > 0 || Object.keys(call.errors).length > 0
        ? refusal(400, call.errorMessages, call.errors)
        : null,
  },
];

const issueRules: readonly Rule<JiraCall>[] = [
  {
    id: 'jira.issue-unknown',
    row: '9.4/12',
    when: 'issue unknown or unseen',
    then: '404',
    check: (call) => {
      if (call.route.issue === '' || call.store.find(call.route.issue) !== null) return null;
      return refusal(404, ['Issue does not exist or you do not have permission to see it.']);
    },
  },
  {
    id: 'jira.transition-unavailable',
    row: '9.4/13',
    when: 'transition not available from the present status',
    then: "400 Transition id 'x' is not valid for this issue.",
    check: (call) => {
      if (call.route.operation !== 'transition') return null;
      const issue = call.store.find(call.route.issue);
      const wanted = isObject(call.fields['transition']) ? call.fields['transition']['id'] : undefined;
      if (issue !== null && transitionsOf(issue).some(({ id }) => id === String(wanted))) return null;
      return refusal(400, [`Transition id '${String(wanted)}' is not valid for this issue.`]);
    },
  },
];

function rateRule(buckets: Buckets): Rule<JiraCall> {
  return {
    id: 'jira.rate',
    row: '9.4/18',
    when: 'burst above perSecond',
    then: '429 + Retry-After + RateLimit headers (option: without Retry-After)',
    check: (call) => {
      const { perSecond, retryAfter } = call.options;
      if (perSecond === 0 || buckets.take('site', call.atMs, perSecond, perSecond)) return null;
      return jsonAnswer(
        429,
        { message: 'Rate limit exceeded.' },
        {
          ...(retryAfter ? { 'retry-after': '1' } : {}),
          'x-ratelimit-limit': String(perSecond),
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': new Date(call.atMs + 1_000).toISOString(),
          'x-ratelimit-nearlimit': 'true',
          'ratelimit-reason': 'jira-burst-based',
        },
      );
    },
  };
}

const utf8Rule: Rule<JiraCall> = {
  id: 'jira.utf8mb3',
  row: '9.4/19',
  when: 'option utf8mb3: data center, and a 4-byte character',
  then: '500 HTML',
  check: (call) => {
    if (!call.options.utf8mb3 || call.mode !== 'data-center' || call.method === 'GET') return null;
    if (!/[\u{10000}-\u{10ffff}]/u.test(JSON.stringify(call.fields))) return null;
    return htmlAnswer(
      500,
      '<html><head><title>Oops, you&#39;ve found a dead link.</title></head><body>Internal server error</body></html>',
    );
  },
};
