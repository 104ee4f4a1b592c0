import { jsonAnswer } from '../answer.js';
import type { Rule } from '../rule.js';
import { queryOf, select } from './query.js';
import { displayValues, failure, fieldsOf, userOf, type ServicenowCall } from './servicenow-call.js';
import type { Row, Write } from './table.js';

/** What accepted calls do. */
export const servicenowActRules: readonly Rule<ServicenowCall>[] = [
  {
    id: 'servicenow.inserted',
    row: '6.3',
    when: 'POST',
    then: '201 + Location',
    check: (call) => {
      if (call.method !== 'POST') return null;
      const row = call.table.insert(fieldsOf(call), writeOf(call));
      return jsonAnswer(
        201,
        { result: shown(call, row) },
        { location: linkOf(call, call.place.table, row['sys_id'] ?? '') },
      );
    },
  },
  {
    id: 'servicenow.updated',
    row: '6.3',
    when: 'PATCH or PUT',
    then: '200',
    check: (call) => {
      const row = call.table.rows.get(call.place.sysId);
      if (call.method === 'GET' || row === undefined) return null;
      call.table.write(row, fieldsOf(call), writeOf(call));
      return jsonAnswer(200, { result: shown(call, row) });
    },
  },
  {
    id: 'servicenow.got',
    row: '6.3',
    when: 'GET of one record',
    then: '200',
    check: (call) => {
      const row = call.table.rows.get(call.place.sysId);
      return row === undefined ? null : jsonAnswer(200, { result: shown(call, row) });
    },
  },
  {
    id: 'servicenow.query-dropped',
    row: '9.6/13',
    when: 'query with an invalid column or operator',
    then: 'the condition is dropped: returns rows that were not asked for; flagged',
    check: (call) => {
      const { dropped } = queryOf(call.query.get('sysparm_query') ?? '', call.options.extraColumns);
      if (dropped.length === 0) return null;
      call.flag(`query condition dropped: ${dropped.join(', ')}`);
      return 'noted';
    },
  },
  {
    id: 'servicenow.query-empty',
    row: '9.6/14',
    when: 'query correlation_id= with an empty value',
    then: 'matches rows without one; flagged',
    check: (call) => {
      const { conditions } = queryOf(call.query.get('sysparm_query') ?? '', call.options.extraColumns);
      const empty = conditions.some(
        ({ column, operator, value }) => column === 'correlation_id' && operator === '=' && value === '',
      );
      if (!empty) return null;
      call.flag('empty correlation_id in a query');
      return 'noted';
    },
  },
  {
    id: 'servicenow.nothing-found',
    row: '6.3',
    when: 'v1: GET of a collection without a match',
    then: '404 No Record found',
    check: (call) =>
      call.place.version === 'v1' && found(call).length === 0
        ? failure(404, 'No Record found', "Record doesn't exist or ACL restricts the record retrieval")
        : null,
  },
  {
    id: 'servicenow.found',
    row: '6.3',
    when: 'GET of a collection',
    then: '200 result: […]',
    check: (call) => jsonAnswer(200, { result: found(call).map((row) => shown(call, row)) }),
  },
];

function writeOf(call: ServicenowCall): Write {
  const { extraColumns } = call.options;
  return { atMs: call.atMs, user: userOf(call) ?? '', extraColumns, displayValues: displayValues(call) };
}

function found(call: ServicenowCall): readonly Row[] {
  const query = queryOf(call.query.get('sysparm_query') ?? '', call.options.extraColumns);
  const limit = Number(call.query.get('sysparm_limit') ?? 10_000);
  return select([...call.table.rows.values()], query).slice(0, limit);
}

const references: Readonly<Record<string, string>> = {
  caller_id: 'sys_user',
  assigned_to: 'sys_user',
  assignment_group: 'sys_user_group',
  cmdb_ci: 'cmdb_ci',
};

/** All values are strings, references are objects; `sysparm_fields` chooses. */
function shown(call: ServicenowCall, row: Row): Record<string, unknown> {
  const wanted = call.query.get('sysparm_fields')?.split(',') ?? Object.keys(row);
  return Object.fromEntries(
    wanted
      .filter((name) => name in row)
      .map((name) => {
        const value = row[name] ?? '';
        const table = references[name];
        return [name, table === undefined || value === '' ? value : { link: linkOf(call, table, value), value }];
      }),
  );
}

function linkOf(call: ServicenowCall, table: string, id: string): string {
  return `http://${call.header('host') ?? 'localhost'}/servicenow/api/now/table/${table}/${id}`;
}
