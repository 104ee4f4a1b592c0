import { randomBytes } from 'node:crypto';
import { Buckets } from '../bounded.js';
import type { Call } from '../call.js';
import { option, Options } from '../options.js';
import { makeRoom, type Room } from '../room.js';
import { servicenowRules } from './rules.js';
import type { ServicenowCall } from './servicenow-call.js';
import { Table } from './table.js';

export const servicenowOptions = {
  users: option<Readonly<Record<string, string>>>(
    { admin: 'good-password', reader: 'good-password' },
    'user names and passwords for Basic',
  ),
  readers: option<readonly string[]>(['reader'], 'users who may not write (ACL)'),
  tokens: option<readonly string[]>(['good-token'], 'OAuth tokens for Bearer'),
  apiKeys: option<readonly string[]>(['good-key'], 'keys for x-sn-apikey'),
  clients: option<Readonly<Record<string, string>>>({ 'sn-client': 'sn-client-secret' }, 'clients of /oauth_token.do'),
  tables: option<readonly string[]>(['incident', 'problem', 'sn_si_incident', 'u_alert'], 'tables that exist'),
  extraColumns: option<readonly string[]>(['u_source'], 'columns besides the usual ones'),
  mandatory: option<Readonly<Record<string, string>>>(
    {},
    'data policy: columns without which nothing is inserted, and their labels',
  ),
  businessRule: option<string | null>(null, 'name of a business rule that aborts every write'),
  hibernating: option(false, 'every call answers 200 with the page of a sleeping instance'),
  perHour: option(0, 'rate rule: requests per user and hour; 0 for no limit'),
};

/** `/servicenow/api/now/table/{table}[/{sys_id}]`, also `/api/now/v1|v2/`, and `/servicenow/oauth_token.do`. */
export function makeServicenow(): Room {
  const tables = new Map<string, Table>();
  const issued = new Set<string>();
  const buckets = new Buckets();
  const options = new Options(servicenowOptions);
  return makeRoom<typeof servicenowOptions, ServicenowCall>({
    target: 'servicenow',
    prefix: 'servicenow',
    options,
    rules: servicenowRules({ buckets, issue: () => issueToken(issued) }),
    nameOf: (call) => placeOf(call).table,
    contextOf: (call) => {
      const place = placeOf(call);
      const table = tables.get(place.table) ?? new Table();
      if (options.all.tables.includes(place.table)) tables.set(place.table, table);
      return Object.assign(call, { place, table, options: options.all, issued });
    },
    state: () => Object.fromEntries([...tables].map(([name, table]) => [name, shownTable(table)])),
    clearState: () => {
      tables.clear();
      issued.clear();
      buckets.clear();
    },
  });
}

function issueToken(issued: Set<string>): string {
  const token = randomBytes(24).toString('base64url');
  if (issued.size > 1_000) issued.clear();
  issued.add(token);
  return token;
}

function shownTable(table: Table): readonly Record<string, unknown>[] {
  return [...table.rows.values()].map((row) => ({ ...row, journal: table.journal.get(row['sys_id'] ?? '') ?? [] }));
}

export interface Place {
  readonly version: 'v1' | 'v2';
  /** `oauth` for the token endpoint; empty for a path that does not exist. */
  readonly table: string;
  /** Empty for the collection. */
  readonly sysId: string;
}

function placeOf(call: Call): Place {
  if (call.path === '/servicenow/oauth_token.do') return { version: 'v2', table: 'oauth', sysId: '' };
  const match = /^\/servicenow\/api\/now\/(?:(v1|v2)\/)?table\/([^/]+)(?:\/([^/]+))?$/.exec(call.path);
  if (match === null) return { version: 'v2', table: '', sysId: '' };
  return { version: match[1] === 'v1' ? 'v1' : 'v2', table: match[2] ?? '', sysId: match[3] ?? '' };
}
