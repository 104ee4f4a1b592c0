import { textAnswer, type Answer } from '../answer.js';
import { isBlank, isObject } from '../call.js';
import { actorOf } from '../jira/auth.js';
import { isAdf, summaryFault } from '../jira/fields.js';
import { refusal } from '../jira/jira-call.js';
import { commonRules, type Rule } from '../rule.js';
import { jsmActRules } from './act.js';
import { deskRefusal, type JsmCall } from './jsm-call.js';

/** targets.md 9.5, in its order; the platform API answers first because it is another path. */
export function jsmRules(platformAnswer: (call: JsmCall) => Answer): readonly Rule<JsmCall>[] {
  return [
    {
      id: 'jsm.platform',
      row: '5',
      when: 'path /rest/api: the platform of the same site',
      then: 'the rules of Jira answer',
      check: (call) => (call.jsm.operation === 'platform' ? platformAnswer(call) : null),
    },
    {
      id: 'jsm.path',
      row: '9.5',
      when: 'path that no connector of ours may use',
      then: '404',
      check: (call) => (call.jsm.methods.length === 0 ? textAnswer(404, 'Not Found') : null),
    },
    ...commonRules<JsmCall>('jsm', { methods: (call) => call.jsm.methods, contentTypes: ['application/json'] }),
    {
      id: 'jsm.unauthenticated',
      row: '9.5/1',
      when: 'no or invalid credentials',
      then: '401',
      check: (call) =>
        actor(call) === null ? textAnswer(401, 'Client must be authenticated to access this resource.') : null,
    },
    {
      id: 'jsm.experimental',
      row: '9.5/13',
      when: 'option experimental: no X-ExperimentalApi: true',
      then: '412',
      check: (call) =>
        call.options.experimental && call.header('x-experimentalapi') !== 'true'
          ? deskRefusal(412, 'This API is experimental. You must set the X-ExperimentalApi header.')
          : null,
    },
    {
      id: 'jsm.json',
      row: '9',
      when: 'body of POST is no JSON object',
      then: '400',
      check: (call) =>
        call.method === 'POST' && !('value' in call.json && isObject(call.json.value))
          ? deskRefusal(400, 'The request body could not be read.')
          : null,
    },
    ...[...idRules, ...fieldRules].map(onlyCreate),
    ...commentAndTransitionRules,
    ...jsmActRules,
  ];
}

function onlyCreate(rule: Rule<JsmCall>): Rule<JsmCall> {
  return { ...rule, check: (call) => (call.jsm.operation === 'create' ? rule.check(call) : null) };
}

export function actor(call: JsmCall): string | null {
  return actorOf(call, true, true);
}

function valuesOf(call: JsmCall): Record<string, unknown> {
  const values = call.fields['requestFieldValues'];
  return isObject(values) ? values : {};
}

const idRules: readonly Rule<JsmCall>[] = [
  {
    id: 'jsm.empty-error',
    row: '9.5/14',
    when: 'option emptyError',
    then: '400 with an empty text',
    check: (call) => (call.options.emptyError ? deskRefusal(400, '', '') : null),
  },
  {
    id: 'jsm.numeric-ids',
    row: '9.5/2',
    when: 'ids sent as numbers (option strictIds)',
    then: '400',
    check: (call) => {
      const { serviceDeskId, requestTypeId } = call.fields;
      const numeric = typeof serviceDeskId === 'number' || typeof requestTypeId === 'number';
      return numeric && call.options.strictIds
        ? deskRefusal(400, 'serviceDeskId and requestTypeId must be strings.')
        : null;
    },
  },
  {
    id: 'jsm.no-service-project',
    row: '9.5/5',
    when: 'project is no service project',
    then: '403',
    check: (call) =>
      call.options.plainProjects.includes(String(call.fields['serviceDeskId']))
        ? deskRefusal(403, 'The project is not a service project.', 'sd.error.not.service.project')
        : null,
  },
  {
    id: 'jsm.desk-unknown',
    row: '9.5/3',
    when: 'service desk unknown',
    then: '404 (option: 400) sd.agent.servicedesk.error.servicedesk.missing',
    check: (call) =>
      String(call.fields['serviceDeskId']) in call.options.desks
        ? null
        : deskRefusal(
            call.options.missingDeskStatus,
            'The Service Desk you are trying to view does not exist.',
            'sd.agent.servicedesk.error.servicedesk.missing',
          ),
  },
  {
    id: 'jsm.request-type',
    row: '9.5/4',
    when: 'request type unknown, or not of this desk',
    then: '400 Request type not found.',
    check: (call) => {
      const type = call.options.requestTypes[String(call.fields['requestTypeId'])];
      const known = type !== undefined && type.desk === String(call.fields['serviceDeskId']);
      return known ? null : deskRefusal(400, 'Request type not found.', 'sd.request.type.not.found');
    },
  },
];

const fieldRules: readonly Rule<JsmCall>[] = [
  {
    id: 'jsm.required',
    row: '9.5/6',
    when: 'a required field of the type is missing',
    then: "400 Field 'x' is required",
    check: (call) => {
      const missing = Object.entries(typeFields(call)).find(
        ([name, required]) => required && isBlank(valuesOf(call)[name]),
      );
      if (missing === undefined) return null;
      return deskRefusal(400, `Field '${missing[0]}' is required`, 'sd.validation.request.field.required');
    },
  },
  {
    id: 'jsm.hidden-field',
    row: '9.5/7',
    when: 'a field that the type does not have',
    then: '400 in the shape of the platform',
    check: (call) => {
      const strangers = Object.keys(valuesOf(call)).filter((name) => !(name in typeFields(call)));
      if (strangers.length === 0) return null;
      const text = (name: string): string =>
        `Field '${name}' cannot be set. It is not on the appropriate screen, or unknown.`;
      return refusal(400, [], Object.fromEntries(strangers.map((name) => [name, text(name)])));
    },
  },
  {
    id: 'jsm.summary',
    row: '9.5/8',
    when: "summary breaks Jira's rules",
    then: '400 in the shape of the platform',
    check: (call) => {
      const fault = summaryFault(valuesOf(call)['summary'], 'code-points');
      return fault === null ? null : refusal(400, [], { summary: fault });
    },
  },
  {
    id: 'jsm.on-behalf',
    row: '9.5/9',
    when: 'raiseOnBehalfOf by a customer',
    then: '403',
    check: (call) =>
      !isBlank(call.fields['raiseOnBehalfOf']) && call.options.customers.includes(actor(call) ?? '')
        ? deskRefusal(
            403,
            'You do not have permission to raise a request on behalf of another user.',
            'sd.error.raise.on.behalf',
          )
        : null,
  },
  {
    id: 'jsm.adf',
    row: '9.5/10',
    when: 'isAdfRequest: true with a description that is no Atlassian Document, or a document without it',
    then: '400',
    check: (call) => {
      const { description } = valuesOf(call);
      if (isBlank(description)) return null;
      const fits = call.fields['isAdfRequest'] === true ? isAdf(description) : typeof description === 'string';
      return fits
        ? null
        : deskRefusal(400, 'The description does not have the form that isAdfRequest says.', 'sd.error.adf');
    },
  },
];

function typeFields(call: JsmCall): Readonly<Record<string, boolean>> {
  return call.options.requestTypes[String(call.fields['requestTypeId'])]?.fields ?? {};
}

const commentAndTransitionRules: readonly Rule<JsmCall>[] = [
  {
    id: 'jsm.request-unknown',
    row: '5',
    when: 'request of the path unknown',
    then: '404',
    check: (call) => {
      const operations = ['get', 'comment', 'comments', 'transition', 'transitions'];
      if (!operations.includes(call.jsm.operation) || call.store.find(call.jsm.ids[0] ?? '') !== null) return null;
      return deskRefusal(404, 'The request you are trying to view does not exist.', 'sd.error.request.missing');
    },
  },
  {
    id: 'jsm.comment-public',
    row: '9.5/11',
    when: 'comment without public, or public is no boolean',
    then: '400',
    check: (call) =>
      call.jsm.operation === 'comment' && typeof call.fields['public'] !== 'boolean'
        ? deskRefusal(400, 'public must be true or false.', 'sd.error.comment.public')
        : null,
  },
  {
    id: 'jsm.comment-body',
    row: '5',
    when: 'comment without a text',
    then: '400',
    check: (call) =>
      call.jsm.operation === 'comment' && (typeof call.fields['body'] !== 'string' || isBlank(call.fields['body']))
        ? deskRefusal(400, 'Comment body can not be empty!', 'sd.error.comment.body')
        : null,
  },
  {
    id: 'jsm.transition',
    row: '9.5/12',
    when: 'transition that customers are not offered',
    then: '400 (option: 409)',
    check: (call) => {
      if (call.jsm.operation !== 'transition') return null;
      const issue = call.store.find(call.jsm.ids[0] ?? '');
      const offered = issue !== null && issue.status !== 'Done' && call.fields['id'] === '5';
      return offered
        ? null
        : deskRefusal(call.options.transitionStatus, 'The transition is not valid.', 'sd.error.transition');
    },
  },
];
