import { htmlAnswer, jsonAnswer } from '../answer.js';
import type { Buckets } from '../bounded.js';
import { isBlank, isObject } from '../call.js';
import { commonRules, type Rule } from '../rule.js';
import { servicenowActRules } from './act.js';
import { displayValues, failure, fieldsOf, recordOf, userOf, type ServicenowCall } from './servicenow-call.js';
import { cutColumns, isColumn, isKnownState, textOf } from './table.js';

interface ServicenowMemory {
  readonly buckets: Buckets;
  issue(): string;
}

const bytesMax = 10_485_760;

/** targets.md 9.6, in its order; a sleeping instance answers nothing else. */
export function servicenowRules(memory: ServicenowMemory): readonly Rule<ServicenowCall>[] {
  return [
    {
      id: 'servicenow.hibernating',
      row: '9.6/17',
      when: 'option hibernating',
      then: '200 with an HTML page',
      check: (call) => (call.options.hibernating ? htmlAnswer(200, hibernatingPage) : null),
    },
    {
      id: 'servicenow.path',
      row: '9.6',
      when: 'path that no connector of ours may use',
      then: '400 Requested URI does not represent any resource',
      check: (call) =>
        call.place.table === ''
          ? failure(
              400,
              `Requested URI does not represent any resource: ${call.path.slice('/servicenow'.length)}`,
              null,
            )
          : null,
    },
    tokenRule(memory),
    {
      id: 'servicenow.unauthenticated',
      row: '9.6/1',
      when: 'credentials missing or wrong',
      then: '401 User Not Authenticated',
      check: (call) =>
        userOf(call) === null ? failure(401, 'User Not Authenticated', 'Required to provide Auth information') : null,
    },
    ...requestRules,
    ...writeRules,
    ...noteRules,
    rateRule(memory),
    ...servicenowActRules,
  ];
}

const hibernatingPage =
  '<html><head><title>Instance Hibernating page</title></head><body><h1>Hibernating Instance</h1><p>Want to find out why instances hibernate?</p></body></html>';

function tokenRule({ issue }: ServicenowMemory): Rule<ServicenowCall> {
  return {
    id: 'servicenow.token',
    row: '6.1',
    when: '/oauth_token.do',
    then: '200 with a token; 401 for an unknown client or grant',
    check: (call) => {
      if (call.place.table !== 'oauth') return null;
      const form = new URLSearchParams(call.text);
      const secret = Object.entries(call.options.clients).find(([id]) => id === form.get('client_id'))?.[1];
      const good =
        form.get('grant_type') === 'client_credentials' && secret !== undefined && secret === form.get('client_secret');
      if (!good) return jsonAnswer(401, { error: 'server_error', error_description: 'access_denied' });
      return jsonAnswer(200, { access_token: issue(), token_type: 'Bearer', expires_in: 1_800, scope: 'useraccount' });
    },
  };
}

const requestRules: readonly Rule<ServicenowCall>[] = [
  {
    id: 'servicenow.table-unknown',
    row: '9.6/2',
    when: 'table unknown',
    then: '400 Invalid table …',
    check: (call) =>
      call.options.tables.includes(call.place.table) ? null : failure(400, `Invalid table ${call.place.table}`, null),
  },
  {
    id: 'servicenow.size',
    row: '9.6/3',
    when: 'body above 10,485,760 bytes',
    then: '400 Rejected large REST payload…',
    check: (call) => {
      if (call.body.length <= bytesMax) return null;
      const detail = `Rejected large REST payload with content-length = ${call.body.length} bytes. Max allowed: ${bytesMax} bytes.`;
      return failure(400, 'Exception while reading request', detail);
    },
  },
  {
    id: 'servicenow.json',
    row: '9.6/4',
    when: 'body of POST, PUT or PATCH is no JSON',
    then: '400 Exception while reading request + what the parser says',
    check: (call) => {
      if (!isWrite(call)) return null;
      const json = call.json;
      const fault = 'fault' in json ? json.fault : isObject(recordOf(call)) ? null : 'The payload is not an object';
      return fault === null ? null : failure(400, 'Exception while reading request', fault);
    },
  },
  {
    id: 'servicenow.accept',
    row: '9.6/5',
    when: 'Accept is not JSON',
    then: '406',
    check: (call) => {
      const accept = call.header('accept');
      if (accept === null || /application\/json|\*\/\*|application\/\*/.test(accept)) return null;
      return failure(406, 'Not acceptable', 'The response content type is not supported');
    },
  },
  ...commonRules<ServicenowCall>('servicenow', {
    methods: (call) => (call.place.sysId === '' ? ['GET', 'POST'] : ['GET', 'PUT', 'PATCH']),
    contentTypes: ['application/json'],
    wrongType: () => failure(415, 'Unsupported media type', 'The request content type is not supported'),
  }),
];

function isWrite(call: ServicenowCall): boolean {
  return ['POST', 'PUT', 'PATCH'].includes(call.method);
}

const dataPolicy = 'Data Policy Exception: The following fields are mandatory: ';

const writeRules: readonly Rule<ServicenowCall>[] = [
  {
    id: 'servicenow.mandatory',
    row: '9.6/6',
    when: 'option mandatory: a column is missing on insert',
    then: '403 Data Policy Exception',
    check: (call) => {
      if (call.method !== 'POST') return null;
      const missing = Object.entries(call.options.mandatory).filter(([name]) => isBlank(fieldsOf(call)[name]));
      if (missing.length === 0) return null;
      return failure(403, 'Operation Failed', `${dataPolicy}${missing.map(([, label]) => label).join(', ')}`);
    },
  },
  {
    id: 'servicenow.acl',
    row: '9.6/7',
    when: 'write by a user who may only read',
    then: '403 ACL Exception',
    check: (call) => {
      if (!isWrite(call) || !call.options.readers.includes(userOf(call) ?? '')) return null;
      const act = call.method === 'POST' ? 'Insert' : 'Update';
      return failure(403, 'Operation Failed', `ACL Exception ${act} Failed due to security constraints`);
    },
  },
  {
    id: 'servicenow.business-rule',
    row: '9.6/7',
    when: 'option businessRule',
    then: '403 aborted by Business Rule',
    check: (call) => {
      const { businessRule } = call.options;
      if (!isWrite(call) || businessRule === null) return null;
      const detail = `Operation against file '${call.place.table}' was aborted by Business Rule '${businessRule}^0123456789abcdef0123456789abcdef'. Business Rule Stack:${businessRule}`;
      return failure(403, 'Operation Failed', detail);
    },
  },
  {
    id: 'servicenow.resolution',
    row: '9.6/8',
    when: 'state 6 without close_code and close_notes',
    then: '403 Resolution code, Resolution notes are mandatory',
    check: (call) => {
      const fields = fieldsOf(call);
      const resolves = textOf(fields['state']) === '6' || (displayValues(call) && fields['state'] === 'Resolved');
      if (!isWrite(call) || !resolves) return null;
      const row = call.table.rows.get(call.place.sysId) ?? {};
      const missing = [
        ...(isBlank(fields['close_code'] ?? row['close_code']) ? ['Resolution code'] : []),
        ...(isBlank(fields['close_notes'] ?? row['close_notes']) ? ['Resolution notes'] : []),
      ];
      return missing.length === 0 ? null : failure(403, 'Operation Failed', `${dataPolicy}${missing.join(', ')}`);
    },
  },
  {
    id: 'servicenow.no-record',
    row: '9.6/15',
    when: 'sys_id unknown',
    then: '404 No Record found',
    check: (call) => {
      if (call.place.sysId === '' || call.table.rows.has(call.place.sysId)) return null;
      return failure(404, 'No Record found', "Record doesn't exist or ACL restricts the record retrieval");
    },
  },
];

/** What the platform swallows without a word; flagged, so that a test can see it. */
const noteRules: readonly Rule<ServicenowCall>[] = [
  note('unknown-column', '9.6/9', 'unknown JSON field', 'ignored, 201 or 200', (call, fields) => {
    const strangers = Object.keys(fields).filter((name) => !isColumn(name, call.options.extraColumns));
    return strangers.length === 0 ? null : `unknown column ${strangers.join(', ')}`;
  }),
  note(
    'cut',
    '9.6/10',
    'short_description over 160, correlation_id over 100, description over 4000',
    'stored cut',
    (_call, fields) => {
      const names = cutColumns(fields);
      return names.length === 0 ? null : `cut: ${names.join(', ')}`;
    },
  ),
  note('priority', '9.6/11', 'priority written', 'ignored; computed by the matrix', (_call, fields) =>
    'priority' in fields ? 'priority is computed' : null,
  ),
  note('state', '9.6/12', 'state unknown', '200, unchanged', (call, fields) =>
    'state' in fields && !isKnownState(fields['state'], displayValues(call))
      ? `unknown state ${textOf(fields['state'])}`
      : null,
  ),
  note('array', '9.6/16', 'body is an array', 'only the first record is processed', (call) =>
    'value' in call.json && Array.isArray(call.json.value) ? 'array body: only the first record' : null,
  ),
];

function note(
  id: string,
  row: string,
  when: string,
  then: string,
  says: (call: ServicenowCall, fields: Record<string, unknown>) => string | null,
): Rule<ServicenowCall> {
  return {
    id: `servicenow.${id}`,
    row,
    when,
    then: `${then}; flagged`,
    check: (call) => {
      const text = isWrite(call) ? says(call, fieldsOf(call)) : null;
      if (text === null) return null;
      call.flag(text);
      return 'noted';
    },
  };
}

function rateRule({ buckets }: ServicenowMemory): Rule<ServicenowCall> {
  return {
    id: 'servicenow.rate',
    row: '9.6/18',
    when: 'option perHour',
    then: '429 + Retry-After + X-RateLimit-*',
    check: (call) => {
      const { perHour } = call.options;
      if (perHour === 0 || buckets.take(userOf(call) ?? '', call.atMs, perHour / 3_600, perHour)) return null;
      const seconds = Math.ceil(3_600 / perHour);
      return {
        ...failure(429, 'Rate limit exceeded', null),
        headers: {
          'content-type': 'application/json;charset=UTF-8',
          'retry-after': String(seconds),
          'x-ratelimit-limit': String(perHour),
          'x-ratelimit-reset': String(Math.ceil(call.atMs / 1_000) + seconds),
          'x-ratelimit-rule': 'Waybill development rule',
        },
      };
    },
  };
}
