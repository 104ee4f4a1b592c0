import { jsonAnswer, type Answer } from '../answer.js';
import { isObject, type Call } from '../call.js';
import type { Values } from '../options.js';
import type { Place, servicenowOptions } from './servicenow.js';
import type { Table } from './table.js';

export type ServicenowCall = Call & {
  readonly place: Place;
  readonly table: Table;
  readonly options: Values<typeof servicenowOptions>;
  /** Tokens of `/oauth_token.do`. */
  readonly issued: ReadonlySet<string>;
};

export function failure(status: number, message: string, detail: string | null): Answer {
  return jsonAnswer(status, { error: { message, detail }, status: 'failure' });
}

/** Who is asking; null for nobody who is known. */
export function userOf(call: ServicenowCall): string | null {
  const given = call.header('authorization') ?? '';
  const pair = /^Basic (.+)$/.exec(given)?.[1];
  if (pair !== undefined) {
    const [user = '', ...rest] = Buffer.from(pair, 'base64').toString('utf8').split(':');
    const password = Object.entries(call.options.users).find(([name]) => name === user)?.[1];
    return password !== undefined && password === rest.join(':') ? user : null;
  }
  const token = /^Bearer (.+)$/.exec(given)?.[1];
  if (token !== undefined) return call.options.tokens.includes(token) || call.issued.has(token) ? 'oauth' : null;
  return call.options.apiKeys.includes(call.header('x-sn-apikey') ?? '') ? 'apikey' : null;
}

/** Of an array only the first record is processed (KB0534905). */
export function recordOf(call: ServicenowCall): unknown {
  const json = call.json;
  if (!('value' in json)) return undefined;
  return Array.isArray(json.value) ? json.value[0] : json.value;
}

export function fieldsOf(call: ServicenowCall): Record<string, unknown> {
  const record = recordOf(call);
  return isObject(record) ? record : {};
}

export function displayValues(call: ServicenowCall): boolean {
  return call.query.get('sysparm_input_display_value') === 'true';
}
