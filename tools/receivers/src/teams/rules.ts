import { jsonAnswer, type Answer } from '../answer.js';
import { pushBounded, type Buckets } from '../bounded.js';
import { isObject, type Call } from '../call.js';
import type { Values } from '../options.js';
import { commonRules, type Rule } from '../rule.js';
import { cardFaults, titleOf } from './card.js';
import { legacyRules } from './legacy.js';
import type { Run, teamsOptions } from './teams.js';

export type TeamsCall = Call & { readonly workflow: string; readonly options: Values<typeof teamsOptions> };

interface TeamsMemory {
  readonly runs: Run[];
  readonly buckets: Buckets;
}

const runsMax = 5_000;
/** Teams' own limit, and how much it expands a body on the way (targets.md 2b). */
const bytesMax = 28_672;
const expansion = 1.18;

/** targets.md 9.2. The row of the retired connector stands first: it is another path. */
export function teamsRules(memory: TeamsMemory): readonly Rule<TeamsCall>[] {
  return [
    ...legacyRules,
    ...commonRules<TeamsCall>('teams', { methods: () => ['POST'], contentTypes: ['application/json'] }),
    ...triggerRules,
    rateRule(memory),
    ...runRules(memory),
    {
      id: 'teams.ok',
      row: '9.2/11',
      when: 'else',
      then: '202, empty (option: 200, or 202 with JSON)',
      check: (call) => {
        ran(memory, call, null);
        return successOf(call);
      },
    },
  ];
}

function refusal(status: number, code: string, message: string): Answer {
  return jsonAnswer(status, { error: { code, message } });
}

const triggerRules: readonly Rule<TeamsCall>[] = [
  {
    id: 'teams.no-sig',
    row: '9.2/1',
    when: 'no sig in the query',
    then: '401 DirectApiAuthorizationRequired',
    check: (call) =>
      call.query.has('sig')
        ? null
        : refusal(
            401,
            'DirectApiAuthorizationRequired',
            'The request must be authenticated only by Shared Access scheme.',
          ),
  },
  {
    id: 'teams.wrong-sig',
    row: '9.2/2',
    when: 'sig wrong',
    then: '401 DirectApiInvalidAuthorizationSignature',
    check: (call) =>
      call.query.get('sig') === call.options.sig
        ? null
        : refusal(401, 'DirectApiInvalidAuthorizationSignature', 'The provided authorization signature is not valid.'),
  },
  {
    id: 'teams.two-authorizations',
    row: '9.2/3',
    when: 'sig and Authorization',
    then: '400 DirectApiRequestHasMoreThanOneAuthorization',
    check: (call) => {
      const scheme = (call.header('authorization') ?? '').split(' ')[0] ?? '';
      if (scheme === '') return null;
      const message = `The request has SAS authentication scheme, '${scheme}' authorization scheme. Only one scheme should be used.`;
      return refusal(400, 'DirectApiRequestHasMoreThanOneAuthorization', message);
    },
  },
  {
    id: 'teams.tenant-only',
    row: '2b',
    when: 'trigger set to people of the tenant',
    then: '401 DirectApiAuthorizationRequired, "The authentication scheme is required."',
    check: (call) =>
      call.options.tenantOnly.includes(call.workflow)
        ? refusal(
            401,
            'DirectApiAuthorizationRequired',
            'The authentication scheme is required. Please add authentication scheme and try again.',
          )
        : null,
  },
  {
    id: 'teams.unknown',
    row: '9.2/4',
    when: 'workflow unknown',
    then: '404 WorkflowNotFound',
    check: (call) => {
      if (call.workflow !== '' && !call.options.unknown.includes(call.workflow)) return null;
      return refusal(404, 'WorkflowNotFound', `The workflow '${call.workflow}' could not be found.`);
    },
  },
  {
    id: 'teams.state',
    row: '9.2/5',
    when: 'state Disabled, Suspended or Deleted',
    then: '400 WorkflowTriggerIsNotEnabled with that state',
    check: (call) => {
      const state = call.options.states[call.workflow];
      if (state === undefined) return null;
      const message = `Could not execute workflow '${call.workflow}' trigger 'manual' with state '${state}': trigger is not enabled.`;
      return refusal(400, 'WorkflowTriggerIsNotEnabled', message);
    },
  },
  {
    id: 'teams.json',
    row: '9',
    when: 'body is no JSON',
    then: '400 InvalidRequestContent',
    check: (call) =>
      'value' in call.json
        ? null
        : refusal(400, 'InvalidRequestContent', `The request content is not valid: '${call.json.fault}'.`),
  },
  {
    id: 'teams.schema',
    row: '9.2/6',
    when: 'typed schema and a null or wrong type',
    then: '400 TriggerInputSchemaMismatch',
    check: (call) => {
      if (!call.options.typed.includes(call.workflow)) return null;
      const { type, attachments } = call.fields;
      if (typeof type === 'string' && Array.isArray(attachments)) return null;
      const missing = attachments === undefined ? 'attachments' : 'type';
      const detail =
        attachments === undefined || type === undefined
          ? `Required properties are missing from object: ${missing}.`
          : `Invalid type. Expected ${Array.isArray(attachments) ? 'String' : 'Array'} but got ${nameOfType(Array.isArray(attachments) ? type : attachments)}.`;
      const message = `The input body for trigger 'manual' of type 'Request' did not match its schema definition. Error details: '${detail}'.`;
      return refusal(400, 'TriggerInputSchemaMismatch', message);
    },
  },
];

function nameOfType(value: unknown): string {
  if (value === null) return 'Null';
  const name = typeof value;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function rateRule({ buckets }: TeamsMemory): Rule<TeamsCall> {
  return {
    id: 'teams.rate',
    row: '9.2/9',
    when: 'more than perSecond (option)',
    then: '429 + Retry-After',
    check: (call) => {
      const { perSecond, throttleBody, retryAfterSeconds } = call.options;
      if (perSecond === 0 || buckets.take(call.workflow, call.atMs, perSecond, perSecond)) return null;
      const headers: Record<string, string> =
        retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) };
      if (throttleBody === 'empty') return { status: 429, headers };
      const message = 'Number of requests for the workflow exceeds the maximum.';
      return jsonAnswer(429, { error: { code: 'TooManyRequests', message } }, headers);
    },
  };
}

/** Refusals that the sender never hears of: the answer is 202, the run fails. */
function runRules(memory: TeamsMemory): readonly Rule<TeamsCall>[] {
  return [
    ...cardFaults.map(({ id, when, fault }): Rule<TeamsCall> => ({
      id: `teams.card-${id}`,
      row: '9.2/7',
      when,
      then: '202, empty; the run fails',
      check: (call) => {
        const error = fault(call.fields);
        if (error === null) return null;
        ran(memory, call, error);
        return { status: 202 };
      },
    })),
    {
      id: 'teams.size',
      row: '9.2/8',
      when: 'bytes x 1.18 above 28,672',
      then: '202, empty; the run fails with MessageSizeExceeded',
      check: (call) => {
        const bytes = Math.ceil(call.body.length * expansion);
        if (bytes <= bytesMax) return null;
        const message = `MessageSizeExceeded-Message properties size exceeded. Actual message properties size: ${bytes} bytes, whereas max allowed size is ${bytesMax} bytes`;
        const error = {
          error: { code: 'BadRequest', message: 'InvalidParameter', innerError: { code: '1', message } },
        };
        ran(memory, call, JSON.stringify(error));
        return { status: 202 };
      },
    },
  ];
}

function ran({ runs }: TeamsMemory, call: TeamsCall, error: string | null): void {
  const at = new Date(call.atMs).toISOString();
  const attachments = call.fields['attachments'];
  const first: unknown = Array.isArray(attachments) ? attachments[0] : null;
  const card = isObject(first) ? (first['content'] ?? null) : null;
  const status = error === null ? 'Succeeded' : 'Failed';
  pushBounded(runs, { at, workflow: call.workflow, status, error, title: titleOf(card), card }, runsMax);
  if (error !== null) call.flag(`run failed: ${error}`);
}

function successOf(call: TeamsCall): Answer {
  if (call.options.success === '200-empty') return { status: 200 };
  return call.options.success === '202-json' ? jsonAnswer(202, { status: 'Accepted' }) : { status: 202 };
}
