import { isColumn, type Row } from './table.js';

interface Condition {
  readonly column: string;
  readonly operator: string;
  readonly value: string;
}

export interface Query {
  readonly conditions: readonly Condition[];
  /** Conditions that were not understood: the platform drops them, and so finds more than was asked for. */
  readonly dropped: readonly string[];
  readonly order: { readonly column: string; readonly descending: boolean } | null;
}

const operators = ['!=', '=', 'LIKE', 'STARTSWITH', 'ISEMPTY', 'ISNOTEMPTY', 'IN'];

/** `a=b^c!=d^ORDERBYDESCsys_created_on`. */
export function queryOf(text: string, extraColumns: readonly string[]): Query {
  const conditions: Condition[] = [];
  const dropped: string[] = [];
  let order: Query['order'] = null;
  for (const part of text.split('^').filter((one) => one !== '')) {
    const sorting = /^ORDERBY(DESC)?(.+)$/.exec(part);
    if (sorting !== null) {
      order = { column: sorting[2] ?? '', descending: sorting[1] !== undefined };
      continue;
    }
    const condition = conditionOf(part);
    if (condition !== null && isColumn(condition.column, extraColumns)) conditions.push(condition);
    else dropped.push(part);
  }
  return { conditions, dropped, order };
}

function conditionOf(part: string): Condition | null {
  const match = /^([a-z_0-9.]+)(.*)$/s.exec(part);
  if (match === null) return null;
  const rest = match[2] ?? '';
  const operator = operators.find((one) => rest.startsWith(one));
  return operator === undefined ? null : { column: match[1] ?? '', operator, value: rest.slice(operator.length) };
}

export function select(rows: readonly Row[], query: Query): readonly Row[] {
  const found = rows.filter((row) =>
    query.conditions.every((condition) => holds(row[condition.column] ?? '', condition)),
  );
  const { order } = query;
  if (order === null) return found;
  // Rows are in order of creation, so that rows of the same second keep it.
  const sorted = [...found].sort((a, b) => (a[order.column] ?? '').localeCompare(b[order.column] ?? ''));
  return order.descending ? sorted.reverse() : sorted;
}

function holds(value: string, { operator, value: wanted }: Condition): boolean {
  switch (operator) {
    case '!=':
      return value !== wanted;
    case 'LIKE':
      return value.includes(wanted);
    case 'STARTSWITH':
      return value.startsWith(wanted);
    case 'ISEMPTY':
      return value === '';
    case 'ISNOTEMPTY':
      return value !== '';
    case 'IN':
      return wanted.split(',').includes(value);
    default:
      return value === wanted;
  }
}
